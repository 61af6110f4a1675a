from typing import Any

import pytest

from alerts.assets import Asset
from alerts.notification.gateways import Gateways
from alerts.notification.routes import Routes
from config.alert_rules import Rule
from config.settings import Device
from tests.alerts.notification.opened import of_device, of_zone
from tests.alerts.watched import city

KOTA = Asset("bjn", "kota")


def rule(name: str = "r", **other: Any) -> Rule:
    return Rule.model_validate({"id": name, "size": "1m", **other})


FULL = rule("full", indicator="parking_occupancy")
FLOOD = rule("flood", indicator="water_siaga_held")
RISES = rule("rises", indicator="water_rise")


@pytest.mark.parametrize(
    ("watched", "kind"),
    [
        (FULL, "parking"),
        (rule(all=["flood", "rises"]), "water"),
        (rule(any=["flood", "full"]), ""),
        (rule(indicator="score_city"), ""),
        (rule(all=["r"]), ""),
    ],
)
def test_a_figure_of_a_zone_is_of_the_kind_of_device_that_it_is_made_of(watched: Rule, kind: str) -> None:
    routes = Routes(city(rules=(FULL, FLOOD, RISES, watched)), Gateways(()))
    assert routes.kind(watched, KOTA) == kind


def test_the_office_of_the_device_answers_before_that_of_its_kind() -> None:
    devices = (Device(id="b1", kind="parking", office="bpbd"), Device(id="b2", kind="parking"))
    routes = Routes(city(devices=devices), Gateways(devices))
    first, second = of_device(device="b1", kind="parking"), of_device(device="b2", kind="parking")
    routes.place(first, FULL)
    routes.place(second, FULL)
    assert (first.office, second.office, second.kind) == ("bpbd", "dishub", "parking")


def test_nobody_answers_for_what_is_of_several_kinds() -> None:
    alert = of_zone()
    Routes(city(), Gateways(())).place(alert, rule(indicator="score_city"))
    assert (alert.office, alert.ladder) == ("", "warning")

from typing import Any

import pytest

from alerts.assets import Asset
from alerts.notification.gateways import Gateways
from alerts.notification.routes import Routes
from config.alert_rules import Rule
from config.duty import Office, Route
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


OFFICES = (
    Office(id="dishub", kinds=("parking",)),
    Office(id="pu-sda", kinds=("water",)),
    Office(id="diskominfo", kinds=("denyut",)),
)


@pytest.mark.parametrize(
    ("watched", "office"),
    [
        (rule(any=["flood", "full"]), "pu-sda"),
        (rule(any=["full", "flood"]), "dishub"),
        (rule(all=["hot", "full"]), "dishub"),
        (rule(any=["both", "hot"]), "pu-sda"),
        (rule(indicator="denyut_points_pending"), "diskominfo"),
        (rule(indicator="score_city"), "diskominfo"),
        (rule(indicator="heat_index"), "diskominfo"),
        (rule(all=["hot", "own"]), "diskominfo"),
    ],
)
def test_the_office_of_the_first_part_that_has_one_answers_else_that_of_the_backend(watched: Rule, office: str) -> None:
    parts = (rule("hot", indicator="heat_index"), rule("own", indicator="denyut_points_pending"))
    both = rule("both", all=["flood", "full"])
    routes = Routes(city(offices=OFFICES, rules=(FULL, FLOOD, *parts, both, watched)), Gateways(()))
    alert = of_zone()
    routes.place(alert, watched)
    assert alert.office == office


@pytest.mark.parametrize(("offices", "office"), [(OFFICES, "diskominfo"), (OFFICES[:2], "")])
def test_for_a_silent_device_of_a_kind_that_no_office_has_that_of_the_backend_answers(
    offices: tuple[Office, ...], office: str
) -> None:
    alert = of_device(kind="lamp")
    Routes(city(offices=offices), Gateways(())).place(alert, rule(field="silent_intervals"))
    assert (alert.office, alert.kind) == (office, "lamp")


def test_a_route_may_name_what_is_about_the_backend() -> None:
    own = rule("own", indicator="denyut_disk_free_share")
    routes = Routes(city(rules=(own,), routes=(Route(kinds=("denyut",), office="dishub"),)), Gateways(()))
    alert = of_zone()
    routes.place(alert, own)
    assert (alert.office, alert.kind) == ("dishub", "denyut")


def test_nobody_answers_for_what_is_of_several_kinds() -> None:
    alert = of_zone()
    Routes(city(), Gateways(())).place(alert, rule(indicator="score_city"))
    assert (alert.office, alert.ladder) == ("", "warning")

"""What hides what."""

from typing import Any

import pytest

from alerts.book import Alert
from alerts.notification.gateways import Gateways
from alerts.notification.inhibition import Inhibitions
from config.duty import Inhibition
from config.settings import Device
from tests.alerts.notification.opened import MINUTE, of_device, of_zone

RULES = ("silent", "low-battery", "flood", "full", "busy", "jam")
BEHIND = (
    Device(id="gw-1", kind="gateway"),
    Device(id="gw-2", kind="gateway"),
    *(Device(id=f"b{number}", kind="bin", gateway="gw-1") for number in range(500)),
    Device(id="far", kind="bin", gateway="gw-2"),
)
GATEWAY = {"id": "gateway", "source": ["silent"], "equal": ["gateway"]}
FLOOD = {"id": "flood", "source": ["flood"], "target": ["full", "busy"]}


def inhibitions(*settings: dict[str, Any]) -> Inhibitions:
    return Inhibitions([Inhibition.model_validate(each) for each in settings], Gateways(BEHIND), RULES)


def begun(settings: Inhibitions, *alerts: Alert) -> None:
    for alert in alerts:
        settings.begin(alert, alert.asset.kind or "parking")


def gateway(number: int, device: str = "gw-1", fired_ns: int = 0) -> Alert:
    return of_device(number, device=device, kind="gateway", fired_ns=fired_ns)


def test_a_silent_gateway_hides_all_that_is_heard_through_it_also_by_the_same_rule() -> None:
    hiding = inhibitions(GATEWAY)
    devices = [of_device(number + 1, device=f"b{number}") for number in range(500)]
    begun(hiding, *devices, gateway(501))
    assert {hiding.mutes(device) for device in devices} == {"inhibition gateway: alert 501, silent of gw-1"}
    assert hiding.mutes(gateway(501)) == ""
    assert hiding.hides(gateway(501)) == list(range(1, 501))


def test_a_silent_gateway_hides_no_device_of_another_one() -> None:
    hiding = inhibitions(GATEWAY)
    begun(hiding, gateway(1), of_device(2, device="far"), of_device(3, device="unregistered"))
    assert hiding.mutes(of_device(2, device="far")) == ""
    assert hiding.mutes(of_device(3, device="unregistered")) == ""


def test_a_silent_device_hides_no_other_device_of_its_gateway() -> None:
    hiding = inhibitions(GATEWAY)
    begun(hiding, of_device(1, device="b1"), of_device(2, device="b2"))
    assert hiding.mutes(of_device(2, device="b2")) == hiding.mutes(of_device(1, device="b1")) == ""


def test_what_was_hidden_is_hidden_no_more_when_its_cause_has_ended() -> None:
    hiding = inhibitions(GATEWAY)
    begun(hiding, gateway(1), of_device(2))
    hiding.end(gateway(1))
    assert hiding.mutes(of_device(2)) == ""
    assert hiding.hides(gateway(1)) == []


def test_source_and_target_agree_in_the_zone() -> None:
    hiding = inhibitions(FLOOD)
    full, elsewhere, quiet = of_zone(2), of_zone(3, zone="dander"), of_zone(4, rule="jam")
    begun(hiding, of_zone(1, rule="flood"), full, elsewhere, quiet)
    assert hiding.mutes(full) == "inhibition flood: alert 1, flood of kota"
    assert hiding.mutes(elsewhere) == hiding.mutes(quiet) == ""


def test_zones_of_the_same_name_in_two_cities_are_two() -> None:
    hiding = inhibitions(FLOOD)
    begun(hiding, of_zone(1, rule="flood", city="bjn"), of_zone(2, city="tuban"))
    assert hiding.mutes(of_zone(2, city="tuban")) == ""


def test_in_all_that_is_named_they_must_agree() -> None:
    hiding = inhibitions(FLOOD | {"equal": ["zone", "kind"]})
    flood, same, other = of_zone(1, rule="flood"), of_zone(2), of_zone(3, rule="busy")
    hiding.begin(flood, "parking")
    hiding.begin(same, "parking")
    hiding.begin(other, "traffic")
    assert hiding.mutes(same) == "inhibition flood: alert 1, flood of kota"
    assert hiding.mutes(other) == ""


def test_without_a_target_all_other_rules_are_meant() -> None:
    hiding = inhibitions({"id": "city", "source": ["flood"], "equal": ["city"]})
    floods, jam = [of_zone(1, rule="flood"), of_zone(2, rule="flood", zone="dander")], of_zone(3, rule="jam")
    begun(hiding, *floods, jam)
    assert [hiding.mutes(flood) for flood in floods] == ["", ""]
    assert hiding.mutes(jam) == "inhibition city: alert 1, flood of kota"


def test_what_both_lack_agrees_with_nothing() -> None:
    hiding = inhibitions(FLOOD | {"equal": ["device"]})
    begun(hiding, of_zone(1, rule="flood"), of_zone(2))
    assert hiding.mutes(of_zone(2)) == ""


def test_devices_of_two_kinds_with_one_id_are_two() -> None:
    hiding = inhibitions({"id": "dead", "source": ["silent"], "equal": ["device"]})
    same, other = of_device(2, rule="low-battery"), of_device(3, rule="low-battery", kind="lamp")
    begun(hiding, of_device(1), same, other)
    assert hiding.mutes(same) == "inhibition dead: alert 1, silent of b1"
    assert hiding.mutes(other) == ""


@pytest.mark.parametrize("older", ["full", "busy"])
def test_of_two_that_hide_each_other_the_older_one_stays(older: str) -> None:
    hiding = inhibitions(
        {"id": "one", "source": ["full"], "target": ["busy"]}, {"id": "two", "source": ["busy"], "target": ["full"]}
    )
    alerts = [of_zone(n, rule=rule, fired_ns=(rule != older) * MINUTE) for n, rule in enumerate(("full", "busy"), 1)]
    begun(hiding, *alerts)
    assert [alert.rule for alert in alerts if not hiding.mutes(alert)] == [older]


def test_of_three_that_hide_each_other_in_a_circle_the_oldest_stays() -> None:
    hiding = inhibitions(
        {"id": "one", "source": ["full"], "target": ["busy"]},
        {"id": "two", "source": ["busy"], "target": ["jam"]},
        {"id": "three", "source": ["jam"], "target": ["full"]},
    )
    alerts = [of_zone(n, rule=rule, fired_ns=n * MINUTE) for n, rule in enumerate(("jam", "full", "busy"), 1)]
    begun(hiding, *alerts)
    assert [alert.rule for alert in alerts if not hiding.mutes(alert)] == ["jam"]


def test_a_younger_cause_hides_where_there_is_no_circle() -> None:
    hiding = inhibitions(FLOOD, {"id": "ring", "source": ["jam"], "target": ["jam"]})
    begun(hiding, of_zone(1, fired_ns=0), of_zone(2, rule="flood", fired_ns=MINUTE))
    assert hiding.mutes(of_zone(1, fired_ns=0)) == "inhibition flood: alert 2, flood of kota"


def test_alerts_that_take_part_in_none_are_not_kept() -> None:
    hiding = inhibitions(FLOOD)
    begun(hiding, of_zone(1, rule="jam"))
    hiding.end(of_zone(1, rule="jam"))
    assert hiding.hides(of_zone(1, rule="jam")) == []

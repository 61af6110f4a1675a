from typing import Any

import pytest

from config.checks.quiet import check_quiet
from config.settings import Settings

SILENT = {"id": "silent", "field": "silent_intervals", "kind": "bin", "size": "1m", "enter": 3}
FULL = {"id": "full", "indicator": "parking_occupancy", "size": "1m", "enter": 0.9}
FLOOD = {"id": "flood", "indicator": "water_siaga_held", "size": "1m", "when": "<=", "enter": 2}
DEVICES = [{"id": "gw", "kind": "gateway"}, {"id": "b1", "kind": "bin", "gateway": "gw"}]


def said(**settings: Any) -> list[tuple[str, str]]:
    """(setting, sentence) of each finding."""
    usual = {"rules": [SILENT, FULL, FLOOD], "zones": [{"id": "kota"}, {"id": "dander"}], "devices": DEVICES}
    found = check_quiet(Settings.model_validate(usual | settings))
    return [(".".join(map(str, finding.paths[0])), finding.message) for finding in found]


def inhibited(**settings: Any) -> list[str]:
    usual = {"id": "wet", "source": ["flood"], "target": ["full"]}
    others = {name: settings.pop(name) for name in ("rules", "devices", "devices_csv") if name in settings}
    return [sentence for _, sentence in said(inhibitions=[usual | settings], **others)]


def planned(**settings: Any) -> list[tuple[str, str]]:
    return said(maintenance=[{"id": "works"} | settings])


def test_what_fits_passes() -> None:
    assert inhibited() == []
    assert inhibited(source=["silent"], target=[], equal=["gateway"]) == []
    assert planned(begin="2026-03-02T22:00:00", end="2026-03-03T04:00:00", zones=["kota", "all"], rules=["full"]) == []
    assert planned(hours={"begin": "22:00", "end": "04:00"}) == []
    assert planned(begin="2026-03-02T00:00:00", hours={"begin": "22:00", "end": "04:00"}) == []


def test_an_id_stands_once() -> None:
    inhibition = {"id": "wet", "source": ["flood"], "target": ["full"]}
    works = {"id": "works", "hours": {}}
    assert said(inhibitions=[inhibition, inhibition], maintenance=[works, works]) == [
        ("inhibitions.1.id", "'wet' is {other} too; ids stand once"),
        ("maintenance.1.id", "'works' is {other} too; ids stand once"),
    ]


def test_rules_and_zones_are_known() -> None:
    assert said(inhibitions=[{"id": "wet", "source": ["flod"], "target": ["full", "xyz"]}]) == [
        ("inhibitions.0.source.0", "there is no rule 'flod'; did you mean 'flood'?"),
        ("inhibitions.0.target.1", "there is no rule 'xyz'"),
    ]
    assert planned(hours={}, rules=["ful"], zones=["kotta"]) == [
        ("maintenance.0.rules.0", "there is no rule 'ful'; did you mean 'full'?"),
        ("maintenance.0.zones.0", "there is no zone 'kotta'; did you mean 'kota'?"),
    ]


def test_where_no_zones_are_listed_any_is_meant() -> None:
    assert said(zones=[], maintenance=[{"id": "works", "hours": {}, "zones": ["pasar"]}]) == []


def test_works_begin_before_they_end() -> None:
    assert planned(begin="2026-03-03T04:00:00", end="2026-03-02T22:00:00") == [
        ("maintenance.0.begin", "begin 2026-03-03 04:00 must be before end 2026-03-02 22:00")
    ]


def test_a_time_with_an_offset_is_held_against_the_citys_clock() -> None:
    # 22:30 in Jakarta is 23:30 at +08:00.
    assert planned(begin="2026-03-02T23:00:00+08:00", end="2026-03-02T22:30:00") == []
    assert planned(begin="2026-03-02T23:45:30+08:00", end="2026-03-02T22:30:00") == [
        ("maintenance.0.begin", "begin 2026-03-02 23:45:30+08:00 must be before end 2026-03-02 22:30")
    ]


@pytest.mark.parametrize(
    ("times", "sentence"),
    [
        ({}, "works need begin and end, or hours; without a time they would hold for ever"),
        ({"begin": "2026-03-02T22:00:00"}, "works that begin 2026-03-02 22:00 need an end"),
        ({"end": "2026-03-02T22:00:00"}, "works that end 2026-03-02 22:00 need a begin"),
    ],
)
def test_works_are_over_some_time(times: dict[str, str], sentence: str) -> None:
    assert [each for _, each in planned(**times)] == [sentence]


def test_an_alert_of_a_zone_has_no_device_and_no_gateway() -> None:
    assert inhibited(equal=["device"]) == [
        "no alert of source (flood) is of a device, so none has a device that could be equal"
    ]
    assert inhibited(source=["silent"], equal=["gateway"]) == [
        "no alert of target (full) is of a device, so none has a gateway that could be equal"
    ]


def test_where_no_device_has_a_gateway_none_is_hidden_by_one() -> None:
    gateway = {"source": ["silent"], "target": [], "equal": ["gateway"]}
    assert inhibited(**gateway, devices=DEVICES[:1]) == ["no device has a gateway, so none is hidden"]
    assert inhibited(**gateway, devices=[], devices_csv=["devices.csv"]) == []


def test_zones_kinds_and_devices_that_never_agree() -> None:
    apart = [FLOOD | {"zones": ["kota"]}, FULL | {"zones": ["dander"]}]
    assert inhibited(rules=apart) == ["no alert of target has the zone of one of source, so it hides nothing"]
    low = SILENT | {"id": "low", "field": "battery_last"}
    kinds = {"source": ["silent"], "target": ["low"]}
    assert inhibited(**kinds, equal=["zone", "kind"], rules=[SILENT, low | {"kind": "lamp"}]) == [
        "no alert of target has the kind of one of source, so it hides nothing"
    ]
    devices = [SILENT | {"devices": ["b1"]}, low | {"devices": ["b2"]}]
    assert inhibited(**kinds, equal=["device"], rules=devices) == [
        "no alert of target has the device of one of source, so it hides nothing"
    ]
    assert inhibited(**kinds, equal=["device"], rules=[SILENT, low]) == []


def test_a_rule_that_hides_itself_has_two_alerts_that_could_agree() -> None:
    assert inhibited(source=["full"]) == ["full has one alert with the same zone, which does not hide itself"]
    assert inhibited(source=["silent"], target=["silent"], equal=["device"]) == [
        "silent has one alert with the same device, which does not hide itself"
    ]
    assert inhibited(source=["silent"], target=["silent"]) == inhibited(source=["full"], equal=["city"]) == []


def test_without_another_rule_nothing_is_hidden() -> None:
    assert inhibited(target=[], rules=[FLOOD]) == ["there is no rule but those of source, so it hides nothing"]


def test_shipped_rules_can_be_named_also_those_that_have_nothing_to_watch() -> None:
    silent = {"id": "dead", "source": ["device-silent"], "equal": ["gateway"]}
    battery = {"id": "battery", "source": ["battery-low"], "target": ["device-silent"], "equal": ["device"]}
    assert said(shipped_rules=["device-silent", "battery-low"], inhibitions=[silent, battery]) == []
    assert said(inhibitions=[silent]) == [
        ("inhibitions.0.source.0", "there is no rule 'device-silent'; did you mean 'silent'?")
    ]

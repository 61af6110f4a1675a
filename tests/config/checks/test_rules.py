from typing import Any

from config.alert_rules import Rule
from config.checks.rules import check_rules
from config.settings import Settings, Windows, Zone

FULL = {"id": "full", "indicator": "parking_occupancy", "size": "1m", "enter": 0.9}
LOW = {"id": "low", "kind": "bin", "field": "battery_last", "size": "15m", "when": "<", "enter": 3.3}


def said(*rules: dict[str, Any]) -> list[str]:
    settings = Settings(
        rules=tuple(Rule.model_validate(rule) for rule in rules),
        zones=(Zone(id="kota"), Zone(id="dander")),
        windows=Windows(civil=("day",)),
    )
    return [finding.message for finding in check_rules(settings, ["parking_occupancy", "score_living"])]


def test_rules_that_fit_pass() -> None:
    assert said(FULL | {"exit": 0.8, "zones": ["kota", "all"]}, LOW | {"exit": 3.5, "devices": ["b1"]}) == []
    assert said(FULL | {"size": "1d"}) == []


def test_an_id_stands_once() -> None:
    assert said(FULL, FULL) == ["'full' is {other} too; ids stand once"]


def test_a_rule_watches_one_thing() -> None:
    sentence = "a rule watches an indicator, or a field of a kind's windows"
    assert said(FULL | {"kind": "bin", "field": "battery_last"}) == [sentence]
    assert said({"id": "none", "size": "1m", "enter": 1}) == [sentence]
    assert said(FULL | {"kind": "bin"}) == [sentence]
    assert said({"id": "half", "kind": "bin", "size": "1m", "enter": 1}) == [sentence]


def test_its_windows_exist() -> None:
    assert said(FULL | {"size": "5m"}) == ["there are no windows of 5m; there are 10s, 1m, 15m, 1d"]


def test_it_ends_where_it_does_not_hold() -> None:
    assert said(FULL | {"exit": 0.95}) == ["an alert that begins > 0.9 cannot end at 0.95, where it holds"]
    assert said(LOW | {"exit": 3.0}) == ["an alert that begins < 3.3 cannot end at 3, where it holds"]


def test_its_indicator_exists() -> None:
    assert said(FULL | {"indicator": "parking_ocupancy"}) == [
        "there is no indicator 'parking_ocupancy'; did you mean 'parking_occupancy' or 'parking_anomaly_max'?"
    ]
    assert said(FULL | {"indicator": "score_living"}, LOW, FULL | {"id": "x", "indicator": "air_freshness_s"}) == []


def test_its_zones_exist() -> None:
    assert said(FULL | {"zones": ["kotta"]}) == ["there is no zone 'kotta'; did you mean 'kota'?"]


def test_devices_are_of_fields() -> None:
    assert said(FULL | {"devices": ["P1"]}) == ["an indicator is a figure of zones, not of devices"]

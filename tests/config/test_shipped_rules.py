"""The rules that come with Denyut: right by the same checks as everybody's, where their windows are."""

from pathlib import Path

import pytest

from config.alert_rules import Rule
from config.checks.rules import check_rules
from config.durations import UNITS_NS
from config.load import load_settings
from config.settings import Kind, Quantity, Settings, Window, Windows
from config.shipped_rules import shipped, shipped_among, shipped_ids, with_shipped_rules
from processors.indicators.catalogue import UNITS

PERCENT = {"bin": Kind(quantities={"battery": Quantity(unit="%")})}
EVERYTHING = Settings(shipped_rules=("all",), kinds=PERCENT)


def test_all_of_them_are_right_with_the_usual_windows() -> None:
    settings = with_shipped_rules(EVERYTHING)
    assert [rule.id for rule in settings.rules] == shipped_ids()
    assert [finding.message for finding in check_rules(settings, [*UNITS])] == []
    assert shipped(EVERYTHING).left_out == ()


def test_what_a_city_watches_is_among_them() -> None:
    assert {
        *("parking-full", "traffic-congested", "ispu-unhealthy", "noise-over-limit", "heat-danger", "rain-heavy"),
        *("siaga-3", "siaga-2", "siaga-1", "device-silent", "battery-low", "denyut-behind", "denyut-disk-full"),
    } <= {*shipped_ids()}


@pytest.mark.parametrize("name", shipped_ids())
def test_each_has_a_title_and_an_advice_in_both_languages(name: str) -> None:
    (rule,) = shipped(EVERYTHING.model_copy(update={"shipped_rules": (name,)})).rules
    assert all([rule.title.id, rule.title.en, rule.advice.id, rule.advice.en])


def test_a_rule_of_the_city_takes_the_place_of_a_shipped_one() -> None:
    own = Rule.model_validate(
        {"id": "siaga-2", "indicator": "water_siaga_held", "size": "1m", "when": "<=", "enter": 2}
    )
    settings = with_shipped_rules(Settings(rules=(own,), shipped_rules=("siaga-1", "siaga-2")))
    assert [rule.id for rule in settings.rules] == ["siaga-2", "siaga-1"]
    assert settings.rules[0] == own
    assert shipped_among(settings) == ["siaga-1"]


def test_a_rule_watches_the_best_of_the_windows_that_there_are() -> None:
    few = Windows(sizes=(Window(size=5 * UNITS_NS["m"]), Window(size=15 * UNITS_NS["m"])))
    (rule,) = shipped(Settings(windows=few, shipped_rules=("parking-full",))).rules
    assert rule.size == "5m"


def test_a_rule_without_windows_is_left_out_and_says_why() -> None:
    days = Windows(sizes=(Window(size=8 * UNITS_NS["h"]),))
    found = shipped(Settings(windows=days, shipped_rules=("parking-full", "noise-over-limit", "denyut-behind")))
    assert [rule.id for rule in found.rules] == ["denyut-behind"]
    assert found.left_out == (
        ("parking-full", "there are no windows of 1m or 5m or 15m for it"),
        ("noise-over-limit", "there are no windows of 15m or 1h for it"),
    )


@pytest.mark.parametrize(("unit", "is_there"), [("%", True), ("V", False), ("", False)])
def test_a_low_battery_is_told_where_it_speaks_in_percent(unit: str, is_there: bool) -> None:
    kinds = {"bin": Kind(quantities={"battery": Quantity(unit=unit)})}
    found = shipped(Settings(kinds=kinds, shipped_rules=("battery-low",)))
    assert [rule.id for rule in found.rules] == ["battery-low"] * is_there
    assert len(found.left_out) == (not is_there)


def test_a_file_chooses_them_by_name(tmp_path: Path) -> None:
    file = tmp_path / "city.toml"
    file.write_text('shipped_rules = ["siaga-1", "parking-full"]\n[[rules]]\nid = "flood"\nall = ["siaga-1"]\n')
    settings = load_settings(file, UNITS)
    assert [rule.id for rule in settings.rules] == ["flood", "siaga-1", "parking-full"]
    assert settings.rules[1].size == "1m"

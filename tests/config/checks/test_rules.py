import re
from typing import Any

from config.alert_rules import Rule
from config.checks.rules import check_rules
from config.settings import Settings, Windows, Zone

FULL = {"id": "full", "indicator": "parking_occupancy", "size": "1m", "enter": 0.9}
LOW = {"id": "low", "kind": "bin", "field": "battery_last", "size": "15m", "when": "<", "enter": 3.3}


HOUR = 3600 * 10**9
NAMES = ["parking_occupancy", "score_living", "water_siaga_held", "alert_response"]


def said(*rules: dict[str, Any], **others: Any) -> list[str]:
    settings = Settings.model_validate(
        {
            "rules": tuple(Rule.model_validate(rule) for rule in rules),
            "zones": (Zone(id="kota"), Zone(id="dander")),
            "windows": Windows(civil=("day",)),
            **others,
        }
    )
    return [finding.message for finding in check_rules(settings, NAMES)]


def test_rules_that_fit_pass() -> None:
    assert said(FULL | {"exit": 0.8, "zones": ["kota", "all"]}, LOW | {"exit": 3.5, "devices": ["b1"]}) == []
    assert said(FULL | {"size": "1d"}) == []


def test_an_id_stands_once() -> None:
    assert said(FULL, FULL) == ["'full' is {other} too; ids stand once"]


def test_a_rule_watches_one_thing() -> None:
    sentence = "a rule watches one of indicator, field, quantity, all and any; this one names"
    assert said(FULL | {"kind": "bin", "field": "battery_last"}) == [f"{sentence} indicator and field"]
    assert said(FULL | {"all": ["low"]}, LOW) == [f"{sentence} indicator and all"]
    assert said({"id": "none", "size": "1m", "enter": 1}) == [f"{sentence} none of them"]
    assert said({"id": "half", "kind": "bin", "size": "1m", "enter": 1}) == [f"{sentence} none of them"]


def test_keys_stand_with_what_they_belong_to() -> None:
    assert said(FULL | {"kind": "bin"}) == ["kind belongs to field and quantity, not to indicator"]
    assert said(LOW | {"against": "parking_occupancy"}) == ["against divides an indicator, not field"]
    assert said({"id": "now", "quantity": "level_cm", "enter": 1}) == [
        "'kind' is missing: of which devices are these readings?"
    ]
    assert said({"id": "now", "kind": "water", "quantity": "level_cm", "enter": 1, "over": HOUR}) == [
        "over is the change of an indicator or a field, not of quantity"
    ]
    assert said(LOW, {"id": "two", "any": ["low"], "size": "1m", "enter": 1, "over": HOUR}) == [
        "over is the change of an indicator or a field, not of any",
        "size says nothing of a rule that is made of others by any",
        "enter says nothing of a rule that is made of others: it holds, or does not",
    ]
    assert said({"id": "silent", "field": "silent_s", "size": "1m", "enter": 60, "over": HOUR}) == [
        "over is not made of how long devices have been silent"
    ]


def test_what_is_needed_is_asked_for() -> None:
    assert said({"id": "full", "indicator": "parking_occupancy"}) == [
        "'size' is missing: of which windows? There are 10s, 1m, 15m, 1d",
        "'enter' is missing: from which value on is it an alert?",
    ]


def test_silence_is_watched_on_all_kinds_of_device() -> None:
    assert said({"id": "silent", "field": "silent_intervals", "size": "1m", "enter": 5}) == []


def test_a_change_is_within_whole_windows_and_not_too_many() -> None:
    assert said(FULL | {"over": HOUR}, LOW | {"over": HOUR}) == []
    assert said(FULL | {"over": 90 * 10**9}) == ["over 90s must be a multiple of size 1m: windows end no sooner"]
    assert said(FULL | {"over": 48 * HOUR}) == ["over 2d is 2880 windows of 1m; at most 1440 are kept"]


def test_an_indicator_is_watched_where_it_is_made() -> None:
    siaga = {"id": "siaga", "indicator": "water_siaga_held", "when": "<=", "enter": 2}
    assert said(siaga | {"size": "1m"}) == []
    assert said(siaga | {"size": "15m"}) == ["water_siaga_held is not made in windows of 15m; it is in those of 1m"]
    assert said(FULL | {"indicator": "score_living"}) == [
        "score_living is not made in windows of 1m; it is in those of 15m"
    ]
    assert said(FULL | {"indicator": "alert_response", "size": "1d"}) == [
        "alert_response is not made in windows of 1d; nor in any others that rules watch"
    ]


def test_rules_that_others_are_made_of_exist() -> None:
    assert said(FULL, LOW, {"id": "both", "all": ["full", "low"]}, {"id": "more", "any": ["both", "full"]}) == []
    assert said(FULL, {"id": "both", "all": ["full", "low"]}) == ["there is no rule 'low'"]
    assert said(FULL, {"id": "both", "all": ["ful"]}) == ["there is no rule 'ful'; did you mean 'full'?"]
    assert said({"id": "one", "any": ["one"]}) == ["'one' cannot be made of itself"]


def test_rules_are_not_made_of_each_other_in_a_circle() -> None:
    circle = [{"id": "one", "any": ["two"]}, {"id": "two", "all": ["one"]}]
    other = [{"id": "a", "any": ["b"]}, {"id": "b", "any": ["c"]}, {"id": "c", "any": ["a", "one"]}]
    found = said(*circle, *other)
    assert len(found) == 2
    assert all(sentence.startswith("rules are made of each other in a circle: ") for sentence in found)
    walks = {tuple(re.findall(r"'(\w+)'", sentence)) for sentence in found}
    assert walks & {("one", "two", "one"), ("two", "one", "two")}
    assert walks & {("a", "b", "c", "a"), ("b", "c", "a", "b"), ("c", "a", "b", "c")}


def test_hours_come_at_some_time() -> None:
    only = {"hours": {"holidays": "only"}}
    assert said(FULL | only) == []
    assert said(FULL | only, calendar={"country": ""}) == ["these hours never hold: the calendar knows no holiday"]
    own = {"country": "", "holidays": [{"day": "2026-10-20"}]}
    assert said(FULL | only, calendar=own) == []
    mondays = {"hours": {"holidays": "only", "days": ["mon"]}}
    assert said(FULL | mondays, calendar=own) == ["these hours never hold: the calendar knows no holiday on mon"]


def test_orders_name_an_actuator_and_one_of_its_commands() -> None:
    siren = {"id": "siren-1", "topic": "cmd/siren-1", "commands": {"sound": {}, "stop": {}}}
    right = {"orders": [{"actuator": "siren-1", "command": "sound"}]}
    assert said(FULL | right, actuators=[siren]) == []
    assert said(FULL | {"orders": [{"actuator": "siren", "command": "sound"}]}, actuators=[siren]) == [
        "there is no actuator 'siren'; did you mean 'siren-1'?"
    ]
    assert said(FULL | {"orders": [{"actuator": "siren-1", "command": "howl"}]}, actuators=[siren]) == [
        "actuator 'siren-1' has no command 'howl'; it knows sound, stop"
    ]


def test_shipped_rules_exist() -> None:
    assert said(shipped_rules=("all",)) == []
    assert said(shipped_rules=("siaga-2", "siaga-4")) == [
        "no rule 'siaga-4' comes with Denyut; did you mean 'siaga-3' or 'siaga-2'?"
    ]


def test_its_windows_exist() -> None:
    assert said(FULL | {"size": "5m"}) == ["there are no windows of 5m; there are 10s, 1m, 15m, 1d"]


def test_it_ends_where_it_does_not_hold() -> None:
    assert said(FULL | {"exit": 0.95}) == ["an alert that begins > 0.9 cannot end at 0.95, where it holds"]
    assert said(LOW | {"exit": 3.0}) == ["an alert that begins < 3.3 cannot end at 3, where it holds"]


def test_its_indicator_exists() -> None:
    assert said(FULL | {"indicator": "parking_ocupancy"}) == [
        "there is no indicator 'parking_ocupancy'; did you mean 'parking_occupancy' or 'parking_anomaly_max'?"
    ]
    assert (
        said(FULL | {"indicator": "score_living", "size": "15m"}, FULL | {"id": "x", "indicator": "air_freshness_s"})
        == []
    )


def test_its_zones_exist() -> None:
    assert said(FULL | {"zones": ["kotta"]}) == ["there is no zone 'kotta'; did you mean 'kota'?"]


def test_devices_are_of_fields() -> None:
    assert said(FULL | {"devices": ["P1"]}) == ["an indicator is a figure of zones, not of devices"]

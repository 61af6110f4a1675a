"""Rules over HTTP."""

from pathlib import Path

from config.alert_rules import Rule
from config.calendar import Hours
from dashboard.http.rule_api import describe_rule
from tests.dashboard.http.alert_city import CITY, city

MINUTE = 60 * 10**9


def test_rules_say_what_they_watch_and_how_many_alerts_of_them_are_firing(tmp_path: Path) -> None:
    with city(tmp_path) as made:
        made.fire("kota")
        made.fire("dander")
        full, dirty = made.ask("/api/rules").json["rules"]
        one = made.ask("/api/rules/full")
        absent = made.ask("/api/rules/ful")
    wanted = {"id": "full", "indicator": "parking_occupancy", "size": "1m", "when": ">", "enter": 0.95, "firing": 2}
    assert wanted.items() <= full.items()
    assert full["title"] == {"id": "Parkir penuh", "en": "Car park full"}
    assert (dirty["id"], dirty["severity"], dirty["firing"]) == ("dirty", "critical", 0)
    assert one.json == full
    assert (absent.status, absent.json["error"]) == (404, "there is no rule 'ful'; did you mean 'full'?")


def test_a_rule_is_described_with_the_keys_and_the_durations_of_the_configuration() -> None:
    rule = Rule.model_validate(
        {"id": "quiet", "all": ["a", "b"], "for": 5 * MINUTE, "keep": 90 * 10**9, "over": 60 * MINUTE}
        | {"hours": Hours(days=("mon",), begin=7 * 60 * MINUTE + 30 * MINUTE, end=24 * 60 * MINUTE)}
    )
    described = describe_rule(rule)
    assert (described["all"], described["for"], described["keep"], described["over"]) == (["a", "b"], "5m", "90s", "1h")
    assert described["hours"] == {"days": ["mon"], "begin": "07:30", "end": "24:00", "holidays": "too"}
    keys = {field.alias or name for name, field in Rule.model_fields.items()}
    assert set(described) == keys


def test_a_shipped_rule_says_so_and_one_of_its_id_that_is_other_does_not(tmp_path: Path) -> None:
    own = CITY.replace('"dirty"', '"device-silent"')
    with city(tmp_path, f'shipped_rules = ["all"]\n{own}') as made:
        rules = {rule["id"]: rule["shipped"] for rule in made.ask("/api/rules").json["rules"]}
    assert (rules["full"], rules["device-silent"], rules["siaga-1"]) == (False, False, True)

from config.alert_rules import Rule
from denyut.scoring.watched import Watched, watched_by

DIRTY = Rule(id="dirty", indicator="ispu_indicative", enter=101)
HIGH = Rule(id="high", kind="water", quantity="level_cm", enter=300)
SILENT = Rule(id="silent", field="silent_intervals", enter=5)


def test_a_rule_watches_the_kind_of_its_readings_or_of_its_indicator() -> None:
    assert watched_by([DIRTY, HIGH]) == {
        "dirty": Watched(frozenset({"air"}), sensors=False),
        "high": Watched(frozenset({"water"}), sensors=False),
    }


def test_silence_is_of_all_kinds_and_of_the_devices_themselves() -> None:
    alive = Rule(id="alive", indicator="sensors_alive_share", when="<", enter=0.5)
    gauges = Rule(id="gauges", indicator="water_siaga_unknown", enter=1)
    assert watched_by([SILENT, alive, gauges]) == {
        "silent": Watched(frozenset(), sensors=True),
        "alive": Watched(frozenset(), sensors=True),
        "gauges": Watched(frozenset({"water"}), sensors=True),
    }


def test_a_rule_made_of_others_watches_what_they_do() -> None:
    both = Rule.model_validate({"id": "both", "all": ["dirty", "high"]})
    assert watched_by([DIRTY, HIGH, both])["both"] == Watched(frozenset({"air", "water"}), sensors=False)


def test_a_limit_of_a_score_of_the_city_is_of_all_kinds() -> None:
    assert watched_by([Rule(id="low", indicator="score_city", when="<")])["low"] == Watched(frozenset(), sensors=False)

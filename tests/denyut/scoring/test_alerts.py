from config.durations import SECOND_NS
from denyut.scoring.alerts import AlertScore, EventScore, Told, score_alerts, score_events
from denyut.scoring.truth import Event
from denyut.scoring.watched import Watched
from tests.denyut.scoring.told_readings import START_NS, readings_of


def at(second: float) -> int:
    return START_NS + round(second * SECOND_NS)


def told(fired: float, known: float, ended: float, device: str = "A", rule: str = "smoke") -> Told:
    return Told(rule, "alun-alun", "air", device, at(fired), at(known), at(ended))


def test_an_alert_of_the_true_city_is_right_and_its_delay_counts_from_there() -> None:
    found = score_alerts([told(100, 109, 200)], [told(90, 92, 210)], [])
    assert found == {"smoke": AlertScore(1, 1, 1, 0, 1.0, 1.0, 17.0, 17.0)}


def test_alerts_of_another_device_or_another_time_are_not_the_same() -> None:
    said = [told(100, 101, 110), told(500, 501, 510)]
    found = score_alerts(said, [told(100, 101, 110, device="B"), told(300, 301, 310)], [])
    assert (found["smoke"].precision, found["smoke"].recall, found["smoke"].delay_s) == (0.0, 0.0, None)


def test_a_rule_that_said_nothing_has_no_precision_and_one_that_had_nothing_to_say_no_recall() -> None:
    found = score_alerts([told(100, 101, 110, rule="false")], [told(100, 101, 110, rule="missed")], [])
    assert (found["false"].precision, found["false"].recall) == (0.0, None)
    assert (found["missed"].precision, found["missed"].recall) == (None, 0.0)


def test_an_alert_of_a_device_with_a_fault_is_not_right_but_has_its_reason() -> None:
    kinds = [readings_of(("A", 90, 90, 90, 0, "spike", 1.0), ("B", 90, 90, 90, 1, "", 1.0))]
    found = score_alerts([told(100, 101, 110), told(100, 101, 110, device="B")], [], kinds)
    assert (found["smoke"].right, found["smoke"].of_faults) == (0, 1)


def test_an_event_is_noticed_by_the_first_right_alert_of_what_feels_it() -> None:
    kinds = [readings_of(("A", 90, 90, 90, 0, "", 1.0), ("B", 90, 90, 90, 1, "", 1.0))]
    event = Event("fires", "a market burns", at(95), at(400), frozenset({"A"}))
    said = [told(96, 97, 110, device="B"), told(100, 104, 300), told(98, 120, 300, rule="false")]
    assert score_events([event], said, [told(100, 102, 300)], kinds, {}) == [
        EventScore("fires", "a market burns", "smoke", 9.0)
    ]


def test_an_event_that_no_right_alert_saw_has_none() -> None:
    event = Event("fires", "a market burns", at(95), at(400), frozenset({"A"}))
    assert score_events([event], [told(10, 11, 300)], [told(10, 11, 300)], [], {}) == [
        EventScore("fires", "a market burns", None, None)
    ]


def noticed_by(kind: str, watched: Watched) -> str | None:
    """The rule that notices an event of that kind, felt by a sensor of air beside one of noise; of a zone's alert."""
    kinds = [
        readings_of(("A", 90, 90, 90, 0, "", 1.0)),
        readings_of(("N", 90, 90, 90, 1, "", 1.0), kind="noise", quantity="laeq"),
    ]
    event = Event(kind, "it happens", at(95), at(400), frozenset({"A"}))
    of_zone = [Told("rule", "alun-alun", "", "", at(100), at(104), at(300))]
    (found,) = score_events([event], of_zone, of_zone, kinds, {"rule": watched})
    return found.rule


def test_an_event_is_noticed_by_rules_about_kinds_of_devices_that_feel_it() -> None:
    assert noticed_by("hazes", Watched(frozenset({"air"}), sensors=False)) == "rule"
    assert noticed_by("hazes", Watched(frozenset({"noise", "water"}), sensors=False)) is None
    assert noticed_by("hazes", Watched(frozenset(), sensors=False)) == "rule"


def test_a_power_cut_is_noticed_by_silence_and_nothing_else_is() -> None:
    assert noticed_by("power_cuts", Watched(frozenset(), sensors=True)) == "rule"
    assert noticed_by("power_cuts", Watched(frozenset({"air"}), sensors=False)) is None
    assert noticed_by("hazes", Watched(frozenset(), sensors=True)) is None

"""Rules that are made of other rules: all of them, or any, in the same zone."""

from typing import Any

from alerts.engine import Engine
from config.alert_rules import Rule
from tests.alerts.figures.windows import MINUTE, NAN, begun_anew, closed, indicator, output, table, told

WET = Rule.model_validate({"id": "wet", "indicator": "rain", "size": "1m", "enter": 10})
HIGH = Rule.model_validate({"id": "high", "indicator": "level", "size": "1m", "enter": 100})
LOW = Rule.model_validate({"id": "low", "kind": "bin", "field": "battery_last", "size": "1m", "when": "<", "enter": 20})


def made(name: str, **settings: Any) -> Rule:
    return Rule.model_validate({"id": name, **settings})


FLOOD = made("flood", all=["wet", "high"])


def weather(minute: int, rain: float, level: float, **south: float) -> Any:
    return output(
        indicator(minute, "rain", north=rain, south=south.get("rain", 0)),
        indicator(minute, "level", north=level, south=south.get("level", 0)),
    )


def test_all_must_fire_in_the_same_zone() -> None:
    engine = Engine([FLOOD, WET, HIGH], table())
    assert told(engine.observe(weather(1, rain=20, level=0, level_=0), 0)) == ["wet north firing"]
    assert told(engine.observe(output(indicator(2, "rain", north=20), indicator(2, "level", south=200)), 0)) == [
        "high south firing"
    ]
    assert told(engine.observe(weather(3, rain=20, level=200), 0)) == [
        "high north firing",
        "high south resolved",
        "flood north firing",
    ]
    assert told(engine.observe(weather(4, rain=0, level=200), 0)) == ["wet north resolved", "flood north resolved"]


def test_any_of_them_is_enough_and_a_device_counts_for_its_zone() -> None:
    engine = Engine([WET, LOW, made("odd", any=["wet", "low"])], table())
    assert told(engine.observe(output(closed(1, d0=50, d3=10), indicator(1, "rain", north=0)), 0)) == [
        "low b3 firing",
        "odd south firing",
    ]
    assert told(engine.observe(output(closed(2, d0=50, d3=90), indicator(2, "rain", north=30)), 0)) == [
        "low b3 resolved",
        "wet north firing",
        "odd north firing",
        "odd south resolved",
    ]


def test_what_is_made_of_others_may_be_part_of_others() -> None:
    worst = made("worst", all=["flood", "odd"])
    engine = Engine([worst, FLOOD, made("odd", any=["low"]), WET, HIGH, LOW], table())
    together = output(closed(1, d1=5), indicator(1, "rain", north=20), indicator(1, "level", north=200))
    assert told(engine.observe(together, 0))[3:] in (
        ["flood north firing", "odd north firing", "worst north firing"],
        ["odd north firing", "flood north firing", "worst north firing"],
    )


def test_it_waits_as_long_as_its_own_for_and_keep() -> None:
    slow = made("slow", all=["wet", "high"], **{"for": 2 * MINUTE, "keep": MINUTE})
    engine = Engine([WET, HIGH, slow], table())
    stories = [
        [line for line in told(engine.observe(weather(minute, rain, 200), 0)) if line.startswith("slow")]
        for minute, rain in enumerate([20, 20, 20, 0, 0], 1)
    ]
    assert stories == [["slow north pending"], [], ["slow north firing"], [], ["slow north resolved"]]


def test_silence_ends_neither_its_parts_nor_itself() -> None:
    engine = Engine([WET, HIGH, FLOOD], table())
    engine.observe(weather(1, rain=20, level=200), 0)
    assert told(engine.observe(weather(2, rain=NAN, level=NAN), 0)) == []


def test_windows_that_closed_together_are_judged_one_after_the_other() -> None:
    """A recording closes an hour at once, and gives what the city gave minute by minute."""
    minutes = [weather(minute, rain, level) for minute, (rain, level) in enumerate([(20, 0), (20, 200), (0, 200)], 1)]
    live = Engine([FLOOD, WET, HIGH], table())
    expected = [line for each in minutes for line in told(live.observe(each, None))]
    together = output(*(batch for name in (0, 1) for each in minutes for batch in [each.indicators[name]]))
    assert told(Engine([FLOOD, WET, HIGH], table()).observe(together, None)) == expected


def test_after_a_restart_it_goes_on() -> None:
    rules = [FLOOD, WET, HIGH]
    engine = Engine(rules, table())
    engine.observe(weather(1, rain=20, level=200), 0)
    again = begun_anew(engine, Engine(rules, table()))
    assert told(again.observe(weather(2, rain=20, level=200), 0)) == []
    assert told(again.observe(weather(3, rain=20, level=0), 0)) == ["high north resolved", "flood north resolved"]


def test_a_part_that_comes_later_than_the_others_is_seen_at_the_next_closing() -> None:
    engine = Engine([FLOOD, WET, HIGH], table())
    engine.observe(output(indicator(1, "rain", north=20)), 0)
    assert told(engine.observe(output(indicator(1, "level", north=200)), 0)) == ["high north firing"]
    assert told(engine.observe(output(indicator(2, "rain", north=20)), 0)) == ["flood north firing"]

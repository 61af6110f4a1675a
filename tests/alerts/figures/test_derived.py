"""Ratios of two indicators, and changes within a time."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.engine import Engine
from config.alert_rules import Rule
from tests.alerts.figures.windows import MINUTE, NAN, begun_anew, closed, indicator, output, table, told


def crowded(**settings: Any) -> Rule:
    """More arrivals than departures by half."""
    usual = {"id": "crowded", "indicator": "in", "against": "out", "size": "1m", "enter": 1.5, "when": ">="}
    return Rule.model_validate(usual | settings)


def rising(**settings: Any) -> Rule:
    usual = {"id": "rising", "indicator": "level", "over": 3 * MINUTE, "size": "1m", "enter": 20, "when": ">="}
    return Rule.model_validate(usual | settings)


def test_a_ratio_is_said_once_both_are_known() -> None:
    engine = Engine([crowded()], table())
    assert told(engine.observe(output(indicator(1, "in", north=30, south=30)), 0)) == []
    (event,) = engine.observe(output(indicator(1, "out", north=20, south=21)), 0)
    assert (event.asset.zone, event.value, event.coverage) == ("north", 1.5, 1.0)


def test_a_ratio_is_as_sure_as_the_less_sure_of_the_two() -> None:
    both = output(indicator(1, "in", 0.9, north=30), indicator(1, "out", 0.4, north=10))
    (event,) = Engine([crowded()], table()).observe(both, 0)
    assert event.coverage == pytest.approx(0.4, abs=1e-7)
    assert Engine([crowded(min_coverage=0.5)], table()).observe(both, 0) == []


def test_nothing_is_divided_by_nothing() -> None:
    engine = Engine([crowded(), crowded(id="calm", when="<", enter=1)], table())
    assert engine.observe(output(indicator(1, "in", north=30, south=0), indicator(1, "out", north=0, south=0)), 0) == []
    assert engine.observe(output(indicator(2, "in", north=30), indicator(2, "out", north=NAN)), 0) == []


def test_what_late_readings_change_of_one_changes_the_ratio() -> None:
    engine = Engine([crowded()], table())
    engine.observe(output(indicator(1, "in", north=30), indicator(1, "out", north=10)), 0)
    assert told(engine.observe(output(indicator(1, "out", north=29)), 0)) == ["crowded north withdrawn"]


def test_a_change_is_the_newest_value_less_that_of_so_long_before() -> None:
    engine = Engine([rising()], table())
    seen = []
    for minute, level in enumerate([100, 105, 112, 119, 125, 131, 133], 1):
        seen += [(minute, event.change.value, event.value) for event in engine.observe(rise(minute, level), 0)]
    assert seen == [(5, "firing", 20.0), (6, "resolved", 19.0)]


def rise(minute: int, level: float) -> Any:
    return output(indicator(minute, "level", north=level))


def test_without_the_old_value_nothing_is_said() -> None:
    engine = Engine([rising()], table())
    for minute, level in ((1, 100.0), (2, 100.0), (4, 200.0)):
        # The window that ended three minutes before the fourth is there, the one before the fifth is not missed.
        found = told(engine.observe(rise(minute, level), 0))
    assert found == ["rising north firing"]
    engine = Engine([rising()], table())
    assert [told(engine.observe(rise(minute, 100.0 * minute), 0)) for minute in (2, 3, 4, 6)] == [[]] * 3 + [
        ["rising north firing"]
    ]
    engine = Engine([rising()], table())
    assert [told(engine.observe(rise(minute, 100.0 * minute), 0)) for minute in (2, 3, 4, 8)] == [[]] * 4


def test_a_change_may_be_of_a_field_and_downwards() -> None:
    falls = Rule.model_validate(
        {"id": "falls", "kind": "bin", "field": "battery_last", "size": "1m", "over": MINUTE, "when": "<", "enter": -5}
    )
    engine = Engine([falls], table())
    engine.observe(output(closed(1, d0=80, d1=80)), 0)
    assert told(engine.observe(output(closed(2, d0=70, d1=79)), 0)) == ["falls b0 firing"]


def test_what_is_kept_survives_a_restart() -> None:
    rules = [rising(), crowded(), crowded(id="more", over=MINUTE, enter=0.5)]
    engine = Engine(rules, table())
    engine.observe(output(indicator(1, "level", north=100), indicator(1, "in", north=10)), 0)
    again = begun_anew(engine, Engine(rules, table()))
    assert told(again.observe(output(indicator(1, "out", north=5)), 0)) == ["crowded north firing"]
    assert told(again.observe(rise(4, 130), 0)) == ["rising north firing"]
    both = output(indicator(2, "in", north=30), indicator(2, "out", north=5))
    assert told(again.observe(both, 0)) == ["more north firing"]


def test_a_day_is_compared_with_the_day_before_also_when_clocks_are_changed() -> None:
    hour = 60 * MINUTE
    rule = Rule.model_validate({"id": "more", "indicator": "level", "over": 24 * hour, "size": "1d", "enter": 10})
    engine = Engine([rule], table())
    seen = []
    # The second day has 25 hours, the third one 23.
    for end, level in ((24 * hour, 10.0), (49 * hour, 25.0), (72 * hour, 40.0)):
        batch = indicator(1, "level", north=level)
        day = replace(batch, end_ns=end, size_ns=24 * hour, civil="day")
        seen += [(event.change.value, event.value) for event in engine.observe(output(day), 0)]
    assert seen == [("firing", 15.0)]


LEVELS = st.lists(st.one_of(st.none(), st.integers(0, 60)), min_size=1, max_size=20)


@given(LEVELS, st.integers(1, 5))
def test_a_change_fires_exactly_where_the_list_of_values_says_so(levels: list[int | None], over: int) -> None:
    engine = Engine([rising(over=over * MINUTE)], table())
    firing, expected, seen = False, [], []
    for minute, level in enumerate(levels):
        before = levels[minute - over] if minute >= over else None
        if level is not None:
            if before is not None:
                firing = level - before >= 20
            seen += [event.change.value for event in engine.observe(rise(minute + 1, level), 0)]
        expected.append(firing)
    turns = np.flatnonzero(np.diff([False, *expected]))
    seen = [change for change in seen if change not in ("stale", "heard")]
    assert seen == ["firing" if expected[turn] else "resolved" for turn in turns]

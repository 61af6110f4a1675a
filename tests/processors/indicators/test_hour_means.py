"""Means of full hours, made of whatever windows are their steps."""

import math
from dataclasses import replace
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from processors.indicators.hour_means import (
    Step,
    hour_of_day,
    hours_until,
    since,
    step_of,
    take_means,
    take_totals,
)
from processors.indicators.indicator_batch import ZoneWindows
from processors.indicators.memory import Memory
from tests.processors.indicators.conftest import zone_windows
from tests.processors.indicators.recorded_city import HOUR_NS, MINUTE_NS, at

NOON = at("2025-11-22 12:00")
JAKARTA, KOLKATA = ZoneInfo("Asia/Jakarta"), ZoneInfo("Asia/Kolkata")
NAN = math.nan


def window(
    end_ns: int,
    memory: Memory,
    minutes: float = 15,
    *,
    every_s: float = 60.0,
    zone: ZoneInfo = JAKARTA,
) -> ZoneWindows:
    made = zone_windows("air", minutes * 60, [{"zone": "kota", "every_s": every_s, "readings": 1}])
    fresh = memory.begin(end_ns)
    windows = replace(made.windows, end_ns=end_ns)
    sizes_ns = (10 * MINUTE_NS // 60, round(minutes * MINUTE_NS))
    return replace(made, windows=windows, memory=memory, fresh=fresh, timezone=zone, sizes_ns=sizes_ns)


def step(windows: ZoneWindows) -> Step:
    found = step_of(windows)
    assert found is not None
    return found


def take(memory: Memory, end_ns: int, value: float, count: float, minutes: float = 15, **said: float) -> ZoneWindows:
    windows = window(end_ns, memory, minutes, **said)  # type: ignore[arg-type]
    take_means(windows, step(windows), "pm25", np.array([value]), np.array([count]))
    return windows


def test_an_hour_is_named_by_its_end_and_ends_with_its_last_step() -> None:
    def around(minutes: int) -> tuple[int, int]:
        found = step(window(NOON + minutes * MINUTE_NS, Memory()))
        return (found.hour_ns - NOON) // HOUR_NS, (found.full_ns - NOON) // HOUR_NS

    assert [around(minutes) for minutes in (15, 45, 60, 75)] == [(1, 0), (1, 0), (1, 1), (2, 1)]


def test_hours_are_those_of_the_city_s_clock_also_where_it_is_half_an_hour_off() -> None:
    end_ns = at("2025-11-22 12:15", KOLKATA)
    assert step(window(end_ns, Memory(), zone=KOLKATA)).full_ns == at("2025-11-22 12:00", KOLKATA)


def test_only_the_longest_windows_that_divide_an_hour_are_steps() -> None:
    assert step_of(window(NOON, Memory(), 15)) is not None
    assert step_of(replace(window(NOON, Memory(), 15), sizes_ns=(15 * MINUTE_NS, HOUR_NS))) is None
    assert step_of(window(NOON, Memory(), 24 * 60)) is None


def test_a_mean_is_that_of_the_readings_and_stands_before_the_hour_has_ended() -> None:
    memory = Memory()
    take(memory, NOON + 15 * MINUTE_NS, 10.0, 40.0)
    windows = take(memory, NOON + 30 * MINUTE_NS, 40.0, 20.0)
    assert hours_until(windows, "pm25", NOON + HOUR_NS, 1).tolist() == [[20.0]]


def test_an_hour_with_less_than_three_quarters_of_its_readings_has_no_mean() -> None:
    for count, expected in ((44, NAN), (45, 7.0)):
        windows = take(Memory(), NOON + 15 * MINUTE_NS, 7.0, float(count))
        assert float(hours_until(windows, "pm25", NOON + HOUR_NS, 1)[0, 0]) == pytest.approx(expected, nan_ok=True)


@pytest.mark.parametrize(("every_s", "needed"), [(3600, 1), (7200, 1), (2400, 1), (1800, 2), (600, 5), (60, 45)])
def test_how_many_readings_make_an_hour_follows_the_interval(every_s: float, needed: int) -> None:
    for count in (needed - 1, needed):
        windows = take(Memory(), NOON + 15 * MINUTE_NS, 7.0, float(count), every_s=every_s)
        assert np.isfinite(hours_until(windows, "pm25", NOON + HOUR_NS, 1)[0, 0]) == (count == needed)


def test_a_revised_step_makes_its_hour_again() -> None:
    memory = Memory()
    for number in range(1, 6):
        take(memory, NOON + number * 15 * MINUTE_NS, 10.0, 15.0)
    windows = take(memory, NOON + 45 * MINUTE_NS, 50.0, 15.0)
    assert not windows.fresh
    assert hours_until(windows, "pm25", NOON + HOUR_NS, 1).tolist() == [[20.0]]


def test_a_step_whose_hour_is_no_more_whole_is_out_of_reach() -> None:
    memory = Memory()
    memory.begin(NOON + 2 * HOUR_NS)
    assert step(window(NOON + HOUR_NS, memory)).reachable
    assert step(window(NOON + 15 * MINUTE_NS, memory)).reachable
    assert not step(window(NOON, memory)).reachable


def test_totals_add_up_and_say_which_share_of_the_hour_they_stand_for() -> None:
    memory = Memory()
    for number, depth in ((1, 1.0), (2, 2.0), (4, 4.0)):
        windows = window(NOON + number * 15 * MINUTE_NS, memory)
        take_totals(windows, step(windows), "rain", np.array([depth]), np.array([1.0]))
    assert hours_until(windows, "rain", NOON + HOUR_NS, 1).tolist() == [[7.0]]
    assert hours_until(windows, "rain share", NOON + HOUR_NS, 1).tolist() == [[0.75]]


def test_the_first_hour_in_which_anything_came_is_remembered() -> None:
    memory = Memory()
    for hours in (1, 5):
        windows = window(NOON + hours * HOUR_NS, memory)
        assert since(windows, step(windows), "pm25") == NOON + HOUR_NS


def test_hours_begin_at_their_hour_of_the_day() -> None:
    ends = NOON + np.array([0, 1, 12, 13]) * HOUR_NS
    assert hour_of_day(ends, window(NOON, Memory())).tolist() == [11, 12, 23, 0]


READINGS = st.lists(st.tuples(st.integers(0, 3599), st.integers(-20, 900)), min_size=1, max_size=30)


@given(READINGS, st.sampled_from([1, 5, 10, 20, 30, 60]))
def test_an_hour_is_the_mean_of_its_readings_in_whatever_steps_they_came(readings, minutes) -> None:
    memory = Memory()
    for number in range(60 // minutes):
        begins, ends = number * minutes * 60, (number + 1) * minutes * 60
        inside = [value for second, value in readings if begins <= second < ends]
        if inside:
            end_ns = NOON + ends * 1_000_000_000
            windows = take(memory, end_ns, float(np.mean(inside)), float(len(inside)), minutes, every_s=3600.0)
    mean = float(np.mean([value for _, value in readings]))
    assert float(hours_until(windows, "pm25", NOON + HOUR_NS, 1)[0, 0]) == pytest.approx(mean, rel=1e-5, abs=1e-3)

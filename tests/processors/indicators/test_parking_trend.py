import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.indicator_rules import IndicatorRules
from processors.indicators.parking import parking
from processors.indicators.parking_trend import line
from tests.processors.indicators.in_turn import InTurn

MINUTE_S, QUARTER_S = 60, 900
FULL = ("parking_minutes_to_full", "parking_minutes_to_full_low", "parking_minutes_to_full_high")


def garage(taken, spaces=100, zone="pasar", **fields):
    return {
        "zone": zone,
        "every_s": MINUTE_S,
        "readings": 1,
        "capacity": spaces,
        "occupied_mean": taken,
        "occupied_last": taken,
        "occupied_count": 1,
    } | fields


def minutes(*taken, **fields):
    """The figures after windows of a minute with so many vehicles."""
    run = InTurn(parking, "parking", MINUTE_S, (10, 60, 900))
    found = {}
    for each in taken:
        found = run(garage(each, **fields))
    return found


def test_an_hour_that_was_above_the_target_for_a_quarter_has_a_share_of_a_quarter() -> None:
    found = minutes(*[90] * 15, *[80] * 45)
    assert found["pasar", "parking_above_target_hour"] == (0.25, 1.0, 1.0)
    assert minutes(*[90] * 30, *[80] * 60)["pasar", "parking_above_target_hour"][0] == 0


def test_the_share_of_an_hour_that_has_just_begun_says_how_little_it_knows() -> None:
    assert minutes(*[90] * 6)["pasar", "parking_above_target_hour"] == (1.0, pytest.approx(0.1), 1.0)


def test_at_the_target_a_zone_is_not_above_it() -> None:
    assert minutes(85)["pasar", "parking_above_target_hour"][0] == 0


def test_minutes_in_which_nobody_spoke_are_neither_above_nor_below() -> None:
    run = InTurn(parking, "parking", MINUTE_S, (60,))
    run(garage(90))
    run.skip(8)
    found = run(garage(50))
    assert found["pasar", "parking_above_target_hour"] == (0.5, pytest.approx(2 / 60), 1.0)


def test_the_share_of_the_day_is_made_of_its_quarters() -> None:
    run = InTurn(parking, "parking", QUARTER_S, (60, 900))
    found = [run(garage(90 if 40 <= number < 64 else 30, every_s=QUARTER_S)) for number in range(100)][-1]
    assert found["pasar", "parking_above_target_day"] == (0.25, 1.0, 1.0)
    assert ("pasar", "parking_above_target_hour") not in found


def test_the_target_of_the_rules_holds_for_the_share() -> None:
    run = InTurn(parking, "parking", MINUTE_S, rules=IndicatorRules(parking_target=0.6))
    assert run(garage(61))["pasar", "parking_above_target_hour"][0] == 1


def test_a_car_park_that_loses_two_spaces_a_minute_and_has_20_left_is_full_in_10_minutes() -> None:
    found = minutes(*range(22, 82, 2))
    assert [found["pasar", name] for name in FULL] == [(pytest.approx(10), 1.0, 1.0)] * 3


def test_a_trend_that_scatters_has_a_range_around_its_middle() -> None:
    taken = [30 + number + (2 if number % 2 else -2) for number in range(30)]
    found = minutes(*taken)
    middle, low, high = (found["pasar", name][0] for name in FULL)
    slope, intercept = np.polyfit(np.arange(30.0), taken, 1)
    rest = np.array(taken) - slope * np.arange(30) - intercept
    error = math.sqrt((rest**2).sum() / 28 / ((np.arange(30) - 14.5) ** 2).sum())
    free = 100 - taken[-1]
    expected = (free / slope, free / (slope + 2 * error), free / (slope - 2 * error))
    assert (middle, low, high) == pytest.approx(expected, rel=1e-6)
    assert low < middle < high


@pytest.mark.parametrize(
    "taken",
    [
        [*range(60, 30, -1)],
        [50] * 30,
        [*range(71, 101)],
        [50, 52] * 15,
        [50 + 0.1 * number for number in range(30)],
        [*range(50, 60)],
    ],
    ids=["it empties", "nothing changes", "it is full", "it only flutters", "not within four hours", "ten minutes"],
)
def test_there_is_no_time_to_full_where(taken) -> None:
    found = minutes(*taken)
    assert [found["pasar", name][1:] for name in FULL] == [(0, 0)] * 3
    assert all(math.isnan(found["pasar", name][0]) for name in FULL)


def test_the_city_fills_by_all_of_its_zones_together() -> None:
    run = InTurn(parking, "parking", MINUTE_S)
    for number in range(30):
        found = run(garage(10 + number), garage(59 - number, zone="kota"), garage(2 * number, zone="terminal"))
    assert found["pasar", FULL[0]][0] == pytest.approx(61)
    assert math.isnan(found["kota", FULL[0]][0])
    assert found["all", FULL[0]][0] == pytest.approx((61 + 70 + 42) / 2)


def test_half_of_the_minutes_are_enough_for_a_trend_and_its_coverage_says_so() -> None:
    run = InTurn(parking, "parking", MINUTE_S)
    for number in range(15):
        found = run(garage(40 + 2 * number))
        run.skip(1)
    assert found["pasar", FULL[0]] == (pytest.approx((100 - 68) / 1), 0.5, 1.0)


def test_late_readings_of_a_minute_change_the_trend_of_that_minute() -> None:
    run = InTurn(parking, "parking", MINUTE_S)
    for number in range(30):
        run(garage(20 + number))
    assert math.isnan(run.revise(30, garage(100))["pasar", FULL[0]][0]), "it is full now"
    assert run.revise(30, garage(49))["pasar", FULL[0]][0] == pytest.approx(51)


def test_of_a_revised_minute_whose_hour_is_not_held_any_more_what_was_written_stands() -> None:
    run = InTurn(parking, "parking", MINUTE_S)
    for _ in range(125):
        run(garage(90))
    assert run.revise(96, garage(90))["pasar", "parking_above_target_hour"] == (1.0, 1.0, 1.0)
    assert run.revise(65, garage(90))["pasar", "parking_above_target_hour"] == (1.0, 1.0, 1.0)
    written_before = run.revise(64, garage(10))
    assert ("pasar", "parking_above_target_hour") not in written_before
    assert ("pasar", "parking_minutes_to_full") not in written_before
    assert written_before["pasar", "parking_occupancy"][0] == 0.1


def test_windows_of_a_quarter_are_too_few_for_a_trend() -> None:
    run = InTurn(parking, "parking", QUARTER_S)
    assert not [name for _, name in run(garage(50)) if name.startswith("parking_minutes")]


def test_two_standard_errors_hold_the_true_slope_in_about_95_of_100_straight_trends() -> None:
    noise = np.random.default_rng(11).normal(0, 3, (30, 4000))
    slopes, errors, _ = line(100 + 1.5 * np.arange(30)[:, None] + noise, 1.0)
    held = np.abs(slopes + 1.5) <= 2 * errors
    assert held.mean() == pytest.approx(0.945, abs=0.01)


LEVELS = st.lists(st.one_of(st.just(math.nan), st.integers(-1000, 1000).map(float)), min_size=5, max_size=30)


@given(st.lists(LEVELS, min_size=1, max_size=4))
def test_the_line_is_that_of_a_plain_least_squares_fit(columns) -> None:
    length = max(map(len, columns))
    steps = np.array([[*column, *[math.nan] * (length - len(column))] for column in columns]).T
    slopes, errors, known = line(steps, 2.0)
    for place, column in enumerate(steps.T):
        there = np.flatnonzero(np.isfinite(column))
        assert known[place] == len(there)
        if len(there) < 3:
            assert math.isnan(slopes[place])
            continue
        when, level = -2.0 * there, column[there]
        design = np.stack([when, np.ones(len(there))], axis=1)
        (slope, base), *_ = np.linalg.lstsq(design, level, rcond=None)
        rest = ((level - slope * when - base) ** 2).sum()
        spread = ((when - when.mean()) ** 2).sum()
        assert slopes[place] == pytest.approx(slope, abs=1e-6)
        assert errors[place] == pytest.approx(math.sqrt(rest / max(len(there) - 2, 1) / spread), abs=1e-6)

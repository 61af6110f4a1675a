"""Running medians and MADs against the exact ones, and what a checkpoint writes of them."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from processors.checkpoints.arrays import pack_inline, unpack_inline
from processors.checkpoints.pieces import PieceReader, PieceWriter, bring_to_disk
from processors.quality.anomaly import needed, scores
from processors.quality.seasons import ALL, OF_DAY, OF_WEEK, SLOTS, Seasons, slots_of

HOUR = (ALL, OF_DAY + 8, OF_WEEK + 8)
QUARTER_NS = 900 * 10**9
DAY_NS = 86_400 * 10**9


def places(count: int) -> np.ndarray:
    return np.arange(count)


def taught(values: np.ndarray, slots: tuple[int, int, int] = HOUR) -> Seasons:
    """What was learned from (times, devices) values."""
    seasons = Seasons()
    seasons.reserve(values.shape[1])
    for row in values:
        seasons.learn(slots, places(values.shape[1]), row.astype(np.float32))
    return seasons


def mad(values: np.ndarray) -> np.ndarray:
    found: np.ndarray = np.median(np.abs(values - np.median(values, axis=0)), axis=0)
    return found


@pytest.mark.parametrize(
    ("draw", "within"),
    [("normal", 0.15), ("exponential", 0.15), ("standard_cauchy", 0.3)],
)
def test_centre_and_spread_come_near_the_median_and_the_mad(draw: str, within: float) -> None:
    """Of 400 series, on average over them; a running value of 64 weights never stands still."""
    values = 50 + 10 * getattr(np.random.default_rng(5), draw)(size=(400, 400))
    seasons = taught(values)
    centre, spread = seasons.centre[HOUR[1]], seasons.spread[HOUR[1]]
    exact = mad(values)
    assert np.mean(np.abs(centre - np.median(values, axis=0)) / exact) < 2 * within
    assert abs(np.median(spread) / np.median(exact) - 1) < within


def test_a_tenth_of_wild_values_moves_the_centre_by_less_than_half_a_deviation() -> None:
    values = np.random.default_rng(6).normal(20, 2, size=(300, 200))
    wild = values.copy()
    wild[5::10] = 1e6
    calm, upset = taught(values), taught(wild)
    assert np.mean(np.abs(calm.centre[HOUR[2]] - upset.centre[HOUR[2]])) < 1
    assert np.median(upset.spread[HOUR[2]]) < 2 * np.median(calm.spread[HOUR[2]])


@pytest.mark.parametrize(
    ("civil", "expected"),
    [
        ("1970-01-01T00", (0, 1, 25 + 3 * 24)),
        ("2025-11-24T00", (0, 1, 25)),
        ("2025-11-30T23", (0, 24, 192)),
    ],
    ids=["a Thursday", "the beginning of a Monday", "the end of a Sunday"],
)
def test_a_week_begins_on_monday_by_the_clock_of_the_city(civil: str, expected: tuple[int, int, int]) -> None:
    assert slots_of(int(np.datetime64(civil, "ns").astype(np.int64))) == expected
    assert max(expected) < SLOTS


@given(
    st.lists(st.lists(st.floats(-1e4, 1e4, width=32), min_size=4, max_size=4), max_size=12), st.permutations(range(4))
)
def test_the_order_of_the_devices_changes_nothing(rows: list[list[float]], order: list[int]) -> None:
    values = np.array(rows, np.float32).reshape(len(rows), 4)
    one, other = taught(values), taught(values[:, order])
    for name in ("centre", "spread", "seen"):
        np.testing.assert_array_equal(getattr(one, name)[:, order], getattr(other, name))


def test_the_finest_level_that_is_known_well_enough_is_relied_upon() -> None:
    seasons = Seasons()
    seasons.reserve(1)
    for slots, value in (((0, 1, 25), 10.0), ((0, 1, 49), 20.0), ((0, 2, 50), 30.0)):
        for _ in range(4):
            seasons.learn(slots, places(1), np.array([value], np.float32))
    assert seasons.usual((0, 1, 25), (4, 4, 4), places(1))[0] == pytest.approx(10)
    by_day = float(seasons.usual((0, 1, 25), (4, 8, 5), places(1))[0][0])
    by_all = float(seasons.usual((0, 1, 25), (4, 9, 5), places(1))[0][0])
    assert 10 < by_day < 20 < by_all + 5
    assert by_all != by_day
    assert np.isnan(seasons.usual((0, 1, 25), (13, 13, 13), places(1))[0]).all()


def test_a_score_is_the_distance_in_standard_deviations_and_needs_three_days_of_values_as_far_as_a_byte_counts() -> (
    None
):
    assert needed(QUARTER_NS) == (250, 12, 12)
    values = np.random.default_rng(7).normal(100, 10, size=(249, 2000))
    seasons = taught(values)
    ask = (HOUR, QUARTER_NS, places(2000), np.full(2000, 150, np.float32), np.full(2000, np.nan, np.float32))
    assert np.isnan(scores(seasons, (ALL, 1, 25), *ask[1:])).all()
    seasons.learn(HOUR, places(2000), values[0].astype(np.float32))
    assert np.median(scores(seasons, *ask)) == pytest.approx(5, rel=0.1)


def test_a_series_that_never_moves_has_no_score() -> None:
    seasons = taught(np.full((300, 1), 7.0))
    found = scores(seasons, HOUR, QUARTER_NS, places(1), np.array([9], np.float32), np.full(1, np.nan, np.float32))
    assert np.isnan(found).all()


def taught_for_weeks(devices: int) -> Seasons:
    seasons = Seasons()
    seasons.reserve(devices)
    draw = np.random.default_rng(8)
    for hour in range(24 * 14):
        slots = slots_of(hour * DAY_NS // 24)
        seasons.learn(slots, places(devices), draw.normal(size=devices).astype(np.float32))
    return seasons


@pytest.mark.parametrize("devices", [3, 500, 8_000])
def test_what_was_restored_is_saved_as_the_same_bytes(devices: int) -> None:
    seasons = taught_for_weeks(devices)
    again = Seasons.restore(seasons.describe(pack_inline), unpack_inline)
    assert again.describe(pack_inline) == seasons.describe(pack_inline)
    for name in ("centre", "spread", "seen"):
        np.testing.assert_array_equal(getattr(again, name), getattr(seasons, name))


@pytest.mark.parametrize(("devices", "most"), [(500, 3 * 70_000), (8_000, 3 * 72_000)])
def test_a_checkpoint_rewrites_the_three_levels_of_the_present_hour_and_nothing_else(
    tmp_path: Path, devices: int, most: int
) -> None:
    seasons = taught_for_weeks(devices)
    first = PieceWriter(tmp_path)
    seasons.describe(first.pack)
    bring_to_disk(tmp_path, first.new)
    assert first.bytes_written > 0.9 * 9 * devices * SLOTS
    seasons.learn(slots_of(0), places(devices), np.full(devices, 3, np.float32))
    second = PieceWriter(tmp_path, first.stamps)
    saved = seasons.describe(second.pack)
    bring_to_disk(tmp_path, second.new)
    assert 0 < second.bytes_written <= most
    again = Seasons.restore(saved, PieceReader(tmp_path).unpack)
    np.testing.assert_array_equal(again.centre, seasons.centre)


def test_devices_that_come_later_find_room_beside_what_was_learned() -> None:
    seasons = taught(np.full((20, 2), 5.0))
    seasons.reserve(4)
    assert seasons.centre[ALL].tolist() == [5, 5, 0, 0]
    assert seasons.seen[ALL].tolist() == [20, 20, 0, 0]
    assert Seasons.restore(seasons.describe(pack_inline), unpack_inline).places == 4

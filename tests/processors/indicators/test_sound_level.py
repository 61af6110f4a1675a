import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from processors.indicators.sound_level import energy, lden, level, lsm

LEVEL = st.floats(20, 140)


@pytest.mark.parametrize(
    ("levels", "expected"),
    [([60, 70], 67.404), ([60, 60, 60, 80], 74.108), ([50, 55, 60, 65, 70], 64.647), ([55], 55)],
)
def test_the_mean_of_levels_is_that_of_their_energies(levels, expected) -> None:
    assert level(energy(levels).mean()) == pytest.approx(expected, abs=5e-4)


@pytest.mark.parametrize(
    ("day", "evening", "night", "expected"), [(60, 60, 60, 66.395), (65, 60, 55, 65.000), (70, 65, 60, 70.000)]
)
def test_the_day_evening_night_level(day, evening, night, expected) -> None:
    assert lden(day, evening, night) == pytest.approx(expected, abs=5e-4)


@pytest.mark.parametrize(("siang", "malam", "expected"), [(60, 60, 62.357), (60, 50, 58.877), (65, 55, 63.877)])
def test_the_level_of_a_day_and_a_night(siang, malam, expected) -> None:
    assert lsm(siang, malam) == pytest.approx(expected, abs=5e-4)


def test_a_missing_level_makes_no_whole() -> None:
    assert np.isnan(lsm([60.0, np.nan], [np.nan, 50.0])).all()
    assert np.isnan(level([0.0, np.nan, -1.0])).all()


@given(LEVEL, LEVEL, LEVEL, st.floats(0, 10))
def test_what_is_louder_by_some_decibels_has_a_level_higher_by_as_many(day, evening, night, louder) -> None:
    assert lsm(day + louder, night + louder) == pytest.approx(float(lsm(day, night)) + louder)
    together = float(lden(day, evening, night))
    assert lden(day + louder, evening + louder, night + louder) == pytest.approx(together + louder)


@given(st.lists(LEVEL, min_size=2, max_size=20), st.integers(1, 19))
def test_parts_of_a_time_merge_to_the_whole_wherever_it_is_split(levels, at) -> None:
    at = min(at, len(levels) - 1)
    parts = [levels[:at], levels[at:]]
    merged = sum(energy(level(energy(part).mean())) * len(part) for part in parts) / len(levels)
    assert level(merged) == pytest.approx(float(level(energy(levels).mean())))

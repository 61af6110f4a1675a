"""Levels of a day and its night, from the energies of its hours."""

import math
import re
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from processors.indicators.day_night_noise import (
    LDN,
    LSM,
    MALAM,
    SIANG,
    lden_periods,
    least_share,
    period_energy,
    rated_level,
)
from processors.indicators.sound_level import energy, lden, level, lsm

DOCS = (Path(__file__).parents[3] / "docs" / "indicators.md").read_text(encoding="utf-8")
HOURS = np.arange(24)
NAN = math.nan
LDEN = lden_periods((7, 19, 23))


def day(*parts: tuple[int, int, float]) -> list[float]:
    """Levels of the hours of a day: (from hour, until hour, level), the first that holds each hour."""
    return [next((one for begins, ends, one in parts if (h - begins) % 24 < (ends - begins) % 24), NAN) for h in HOURS]


def column(levels: list[float]) -> np.ndarray:
    return energy(levels).reshape(24, 1)


@pytest.mark.parametrize(
    ("siang", "malam", "expected"), [(60, 60, 62.357), (60, 50, 58.877), (65, 55, 63.877), (65, 60, 65.0)]
)
def test_lsm_is_that_of_its_two_periods(siang: float, malam: float, expected: float) -> None:
    found = rated_level(column(day((6, 22, siang), (22, 6, malam))), HOURS, LSM)[0]
    assert found == pytest.approx(float(lsm(siang, malam)))
    if expected != 65.0:
        assert found == pytest.approx(expected, abs=5e-4)


@pytest.mark.parametrize(("levels", "expected"), [((60, 60, 60), 66.395), ((65, 60, 55), 65.0), ((70, 65, 60), 70.0)])
def test_lden_is_that_of_its_three_periods(levels: tuple[float, float, float], expected: float) -> None:
    hours = day((7, 19, levels[0]), (19, 23, levels[1]), (23, 7, levels[2]))
    assert rated_level(column(hours), HOURS, LDEN)[0] == pytest.approx(expected, abs=5e-4)
    assert rated_level(column(hours), HOURS, LDEN)[0] == pytest.approx(float(lden(*levels)))


def test_ldn_of_sixty_all_day_is_66_41() -> None:
    assert rated_level(column([60.0] * 24), HOURS, LDN)[0] == pytest.approx(66.410, abs=5e-4)


def test_other_hours_of_day_evening_and_night_have_other_weights() -> None:
    french = lden_periods((6, 18, 22))
    assert [period.hours for period in french] == [12, 4, 8]
    assert rated_level(column(day((6, 18, 65), (18, 22, 60), (22, 6, 55))), HOURS, french)[0] == pytest.approx(65.0)
    assert [period.hours for period in lden_periods((6, 20, 23))] == [14, 3, 7]


def test_hours_are_weighed_by_energy_and_missing_ones_left_out_of_their_period() -> None:
    hours = day((6, 7, 60), (7, 8, 70), (22, 23, 50))
    mean, share = period_energy(column(hours), HOURS, SIANG)
    assert level(mean)[0] == pytest.approx(67.404, abs=5e-4)
    assert share[0] == pytest.approx(2 / 16)
    assert least_share(column(hours), HOURS, LSM)[0] == pytest.approx(1 / 8)
    assert MALAM.hours == 8


def test_a_day_without_a_night_has_no_lsm() -> None:
    assert math.isnan(rated_level(column(day((6, 22, 60))), HOURS, LSM)[0])


@given(st.lists(st.floats(20, 140), min_size=24, max_size=24), st.sampled_from([LSM, LDEN, LDN]), st.data())
def test_the_level_of_a_day_does_not_depend_on_how_its_hours_are_ordered(levels, periods, data) -> None:
    order = np.array(data.draw(st.permutations(range(24))))
    whole = rated_level(column(levels), HOURS, periods)[0]
    assert rated_level(column(levels)[order], HOURS[order], periods)[0] == pytest.approx(whole)
    assert min(levels) - 1e-9 <= whole <= max(levels) + 10


def test_the_documented_levels_are_what_comes_out() -> None:
    chapter = DOCS.split("### Levels of a day")[1]
    rows = re.findall(r"^\| (\d+) \| (\d+) \| ([\d.]+) \| ([\d.]+) \| ([\d.]+) \|$", chapter, re.MULTILINE)
    assert len(rows) == 3
    for siang, malam, *expected in rows:
        hours = column(day((6, 22, float(siang)), (22, 6, float(malam))))
        found = [rated_level(hours, HOURS, periods)[0] for periods in (LSM, LDEN, LDN)]
        assert found == pytest.approx([float(each) for each in expected], abs=5e-5)

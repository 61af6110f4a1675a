import math

import numpy as np
import pytest

from config.indicator_rules import IndicatorRules
from processors.indicators.level_of_service import Level, by_density, by_saturation, by_speed, by_speed_share

RULES = IndicatorRules()


@pytest.mark.parametrize(
    ("saturation", "level"),
    [(0, "A"), (0.20, "A"), (0.201, "B"), (0.449, "B"), (0.45, "C"), (0.461, "C"), (0.75, "D"), (0.85, "E"),
     (1.0, "E"), (1.001, "F")],
)  # fmt: skip
def test_levels_by_saturation_close_at_a_and_e_and_stay_open_between(saturation, level) -> None:
    assert by_saturation(saturation, RULES.los_saturation) == Level[level]


@pytest.mark.parametrize(
    ("speed", "free_speed", "level"),
    # HCM 7, exhibit 18-1 and its interpolation: 32 of 40 mph is B, a hair more is A, 33.6 of 42 is B.
    [(32.0, 40, "B"), (32.000001, 40, "A"), (33.6, 42, "B"), (27, 40, "B"), (26.8, 40, "C"), (20, 40, "D"),
     (16, 40, "E"), (12.1, 40, "E"), (12, 40, "F"), (0, 40, "F")],
)  # fmt: skip
def test_a_street_is_judged_by_its_speed_as_a_share_of_the_free_speed(speed, free_speed, level) -> None:
    assert by_speed_share(speed / free_speed, RULES.los_speed_share) == Level[level]


def test_a_street_beyond_its_capacity_has_the_last_level_whatever_its_speed() -> None:
    assert by_speed_share(0.9, RULES.los_speed_share, 1.0) == Level.A
    assert by_speed_share(0.9, RULES.los_speed_share, 1.01) == Level.F
    assert math.isnan(by_speed_share(math.nan, RULES.los_speed_share, 1.01))


@pytest.mark.parametrize(
    ("speed", "level"), [(80, "A"), (79.9, "B"), (70, "B"), (60, "C"), (50, "D"), (30, "E"), (29.9, "F")]
)
def test_levels_by_speed_hold_from_their_limit_on(speed, level) -> None:
    assert by_speed(speed, RULES.los_speed) == Level[level]


@pytest.mark.parametrize(
    ("cars_on_a_mile", "level"), [(10.9, "A"), (11.1, "B"), (18.1, "C"), (26.1, "D"), (35.1, "E"), (45.1, "F")]
)
def test_levels_of_a_freeway_end_at_11_18_26_35_and_45_cars_on_a_mile_of_a_lane(cars_on_a_mile, level) -> None:
    assert by_density(cars_on_a_mile / 1.609344, RULES.los_density) == Level[level]


def test_a_density_at_the_limit_keeps_the_better_level() -> None:
    assert by_density([6.84, 27.96, 28.0], RULES.los_density).tolist() == [1, 5, 6]


def test_without_a_figure_there_is_no_level() -> None:
    for level in (by_saturation, by_speed_share):
        assert np.isnan(level([math.nan], RULES.los_speed_share[::-1])).all()
    assert np.isnan(by_speed([math.nan], RULES.los_speed)).all()
    assert np.isnan(by_density([math.nan], RULES.los_density)).all()


def test_the_last_digit_of_a_sum_decides_no_level() -> None:
    assert by_speed_share(0.8000000000000002, RULES.los_speed_share) == Level.B
    assert by_saturation(0.44999999999999996, RULES.los_saturation) == Level.C


def test_other_limits_may_be_configured() -> None:
    assert by_speed_share(0.82, (0.85, 0.67, 0.50, 0.40, 0.30)) == Level.B

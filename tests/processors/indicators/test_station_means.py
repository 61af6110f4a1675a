"""Figures of a longer time, of each station first and then of its zone."""

import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from processors.indicators.station_means import mean_known, share_known, station_figure, station_mean
from processors.indicators.zone_sums import ZoneSums

NAN = math.nan


def sums(windows_of, *zones: str) -> ZoneSums:
    return ZoneSums(windows_of("air", 60, [{"zone": zone, "every_s": 60, "readings": 1} for zone in zones]))


def column(*values: float) -> np.ndarray:
    return np.array(values, np.float64)


def same(found: np.ndarray, *expected: float) -> None:
    np.testing.assert_allclose(found, expected)


def test_a_mean_is_of_the_hours_that_are_known() -> None:
    hours = np.array([[1.0, NAN, NAN], [3.0, 5.0, NAN]], np.float32)
    same(mean_known(hours), 2, 5, NAN)
    same(share_known(hours), 1, 0.5, 0)


def test_stations_with_enough_of_their_time_make_the_mean_of_their_zone(windows_of) -> None:
    zones = sums(windows_of, "a", "a", "b", "b", "c")
    share = column(0.75, 0.7, 0.2, 0.4, 0.0)
    mean, provisional = station_mean(zones, column(10, 90, 20, 40, NAN), share, 0.75)
    same(mean, 10, 30, NAN, 10)
    assert provisional.tolist() == [False, True, True, False]


def test_coverage_is_the_mean_share_of_all_stations_and_quality_that_of_the_plausible(windows_of) -> None:
    zones = sums(windows_of, "a", "a", "b")
    plausible = np.array([True, False, False])
    figure = station_figure(zones, "any", column(7, NAN, 7), column(0.75, 0.25, 0), plausible)
    same(figure.value, 7, NAN, 7)
    same(figure.coverage, 0.5, 0, 1 / 3)
    same(figure.quality, 0.75, 0, 0.75)


def test_what_is_due_need_not_be_one_share_of_each_station(windows_of) -> None:
    zones = sums(windows_of, "a", "a")
    figure = station_figure(zones, "any", column(7, 7), column(1, 0), np.array([True, False]), column(2, 0))
    same(figure.coverage, 0.5, 0.5)


@given(st.lists(st.tuples(st.floats(0, 900), st.floats(0, 1)), min_size=1, max_size=8), st.floats(0.1, 1))
def test_the_mean_lies_between_its_stations_and_more_stations_never_make_it_provisional(
    windows_of, stations, needed
) -> None:
    values, share = (column(*each) for each in zip(*stations, strict=True))
    zones = sums(windows_of, *["a"] * len(stations))
    mean, provisional = station_mean(zones, values, share, needed)
    assert values.min() - 1e-9 <= mean[0] <= values.max() + 1e-9
    assert provisional[0] == (share < needed - 1e-6).all()

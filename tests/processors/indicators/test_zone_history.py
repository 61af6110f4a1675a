from dataclasses import replace

import numpy as np

from processors.indicators.memory import Memory
from processors.indicators.zone_history import FigureSteps, ZoneHistory, trusted

NAN = np.nan
MINUTE_NS = 60_000_000_000


def around(windows_of, memory, number, *zones, city="bojonegoro"):
    rows = [{"zone": zone, "city": city, "every_s": 60, "readings": 1} for zone in zones]
    made = windows_of("parking", 60, rows)
    return replace(made, windows=replace(made.windows, end_ns=number * MINUTE_NS), memory=memory)


def kept(windows_of, memory, number, *zones, put=None):
    history = ZoneHistory(around(windows_of, memory, number, *zones), "free", 3)
    if put is not None:
        history.put(np.array(put, np.float64))
    return history.last(3).tolist()


def test_each_zone_and_the_city_have_their_own_last_steps_the_newest_first(windows_of) -> None:
    memory = Memory()
    kept(windows_of, memory, 1, "pasar", "kota", put=[1, 2, 3])
    found = kept(windows_of, memory, 3, "pasar", "kota", put=[7, 8, 15])
    np.testing.assert_array_equal(found, [[7, 8, 15], [NAN, NAN, NAN], [1, 2, 3]])


def test_a_zone_that_comes_later_takes_nothing_of_another(windows_of) -> None:
    memory = Memory()
    kept(windows_of, memory, 1, "pasar", put=[5, 5])
    found = kept(windows_of, memory, 2, "pasar", "kota", put=[6, 1, 7])
    np.testing.assert_array_equal(found, [[6, 1, 7], [5, NAN, 5], [NAN, NAN, NAN]])


def test_a_number_that_belongs_to_another_zone_after_a_change_of_the_configuration_begins_anew(windows_of) -> None:
    memory = Memory()
    kept(windows_of, memory, 1, "pasar", "kota", put=[1, 2, 3])
    found = kept(windows_of, memory, 2, "terminal", "kota", put=[9, 2, 11])
    np.testing.assert_array_equal(found[:2], [[9, 2, 11], [NAN, 2, 3]])


def test_a_mean_over_steps_counts_missing_ones_as_nothing_covered_and_weighs_quality_by_coverage() -> None:
    steps = FigureSteps(
        value=np.array([[1.0], [0.0], [NAN], [1.0]]),
        coverage=np.array([[1.0], [0.5], [NAN], [0.5]]),
        quality=np.array([[1.0], [0.0], [NAN], [1.0]]),
    )
    found = steps.mean_of("parking_above_target_hour", steps.value)
    assert (found.value.tolist(), found.coverage.tolist(), found.quality.tolist()) == ([2 / 3], [0.5], [0.75])


def test_a_figure_without_a_value_has_no_trust() -> None:
    found = trusted("parking_dwell", np.array([NAN, 2.0]), np.array([1.0, 1.25]), np.array([1.0, NAN]))
    np.testing.assert_array_equal(found.value, [NAN, 2])
    assert (found.coverage.tolist(), found.quality.tolist()) == ([0, 1], [0, 0])

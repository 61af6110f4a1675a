import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from processors.indicators.zone_sums import ZoneSums, column, due, first_known, most, ratio


@pytest.fixture
def coverage(windows_of):
    """Coverage and quality of the first zone when all readings can be used and are plausible."""

    def of(*rows, size_s=60):
        windows = windows_of("any", size_s, rows)
        sums = ZoneSums(windows)
        readings = windows.windows.readings.astype(float)
        figure = sums.figure("any", np.ones(len(sums)), readings, readings > 0)
        return figure.coverage[0], figure.quality[0]

    return of


def device(readings=0, every_s=10.0, zone="kota", **about):
    return {"zone": zone, "readings": readings, "every_s": every_s} | about


def test_all_expected_readings_are_a_coverage_of_one(coverage) -> None:
    assert coverage(device(6), device(6)) == (1.0, 1.0)


def test_a_silent_device_lowers_the_coverage_and_not_the_quality(coverage) -> None:
    assert coverage(device(6), device(6), device(6), device(0)) == (0.75, 1.0)


def test_a_device_that_repeats_itself_does_not_make_up_for_a_silent_one(coverage) -> None:
    assert coverage(device(600), device(0)) == (0.5, 1.0)


def test_one_of_six_devices_with_an_interval_of_a_minute_is_due_in_ten_seconds(coverage) -> None:
    minute = [device(0, every_s=60.0) for _ in range(5)]
    assert coverage(device(1, every_s=60.0), *minute, size_s=10)[0] == pytest.approx(1.0)
    assert coverage(device(0, every_s=60.0), *minute, size_s=10)[0] == 0.0
    assert coverage(device(1, every_s=60.0), *minute, *minute, size_s=10)[0] == pytest.approx(6 / 11)


def test_a_device_due_one_and_a_half_times_may_come_once_or_twice(coverage) -> None:
    assert coverage(device(1, every_s=40.0), device(2, every_s=40.0))[0] == 1.0
    assert coverage(device(1, every_s=40.0))[0] == pytest.approx(2 / 3)


def test_an_interval_learned_a_hair_too_short_is_due_no_reading_more(coverage) -> None:
    assert most(np.array([6.0000000001, 6.1, 1 / 6, 6.0])).tolist() == [6, 7, 1, 6]
    assert coverage(device(7, every_s=60 / 6.0000000001), device(5))[0] == pytest.approx(11 / 12)


@pytest.fixture
def due_in(windows_of):
    """Readings due in a minute from devices with these intervals (s), one city after the other."""

    def of(**cities):
        rows = [device(every_s=every_s, city=city) for city, each in cities.items() for every_s in each]
        return due(windows_of("any", 60, rows)).tolist()

    return of


def test_a_device_of_unknown_interval_is_due_as_often_as_the_median_device(due_in) -> None:
    assert due_in(solo=(10, math.nan, 30, 20)) == [6, 3, 2, 3]
    assert due_in(solo=(10, math.inf, -60, math.nan)) == [6, 6, 6, 6]


def test_the_median_device_is_one_of_the_same_city(due_in) -> None:
    assert due_in(solo=(10, math.nan), kudus=(60, 60, 60, math.nan), blora=(math.nan,)) == [6, 6, 1, 1, 1, 1, 1]
    assert due_in(blora=(math.nan,), solo=(10, 10), kudus=(math.nan, 30)) == [1, 6, 6, 2, 2]


def test_where_no_interval_is_known_each_device_is_due_once(coverage, due_in) -> None:
    assert due_in(solo=(math.nan, math.nan)) == [1, 1]
    assert coverage(device(4, every_s=math.nan), device(0, every_s=math.nan)) == (0.5, 1.0)


def test_a_registered_device_that_never_spoke_lowers_the_coverage(coverage) -> None:
    assert coverage(device(6), device(0, every_s=math.nan)) == (0.5, 1.0)


def test_quality_is_the_share_of_plausible_readings(windows_of) -> None:
    sums = ZoneSums(windows_of("any", 60, [device(6), device(2)]))
    figure = sums.figure("any", np.ones(2), np.array([6.0, 2.0]), np.array([True, False]))
    assert figure.quality.tolist() == [0.75, 0.75]


def test_a_row_without_a_value_has_no_coverage_and_no_quality(windows_of) -> None:
    sums = ZoneSums(windows_of("any", 60, [device(6)]))
    figure = sums.figure("any", np.array([np.inf, math.nan]), np.array([6.0]), np.array([True]))
    assert np.isnan(figure.value).all()
    assert figure.coverage.tolist() == figure.quality.tolist() == [0, 0]


def test_devices_that_add_up_are_covered_by_the_mean_of_what_each_of_them_sent(windows_of) -> None:
    sums = ZoneSums(windows_of("any", 60, [device(6), device(1), device(0), device(0)]))
    figure = sums.figure_by_device("any", np.ones(2), np.array([6.0, 1.5]), np.array([True, False]))
    assert (figure.coverage.tolist(), figure.quality.tolist()) == ([0.3125, 0.3125], [0.5, 0.5])
    figure = sums.figure_by_device("any", np.ones(2), np.array([600.0, math.nan]), np.array([True, False]))
    assert (figure.coverage.tolist(), figure.quality.tolist()) == ([0.25, 0.25], [1.0, 1.0])


def test_one_reading_is_all_of_a_minutely_device_in_ten_seconds_and_hardly_any_of_its_day(windows_of) -> None:
    def covered(size_s, readings):
        sums = ZoneSums(windows_of("any", size_s, [device(readings, every_s=60.0)]))
        return sums.figure_by_device("any", np.ones(2), np.array([readings]), np.array([True])).coverage[0]

    assert (covered(10, 1.0), covered(60, 1.0), covered(120, 1.0), covered(86_400, 5.0)) == (1, 1, 0.5, 5 / 1440)


def test_zones_come_first_and_then_each_city_as_a_whole(windows_of) -> None:
    rows = [device(6, zone="a", city="solo"), device(6, zone="a", city="kudus"), device(6, zone="b", city="solo")]
    sums = ZoneSums(windows_of("any", 60, rows))
    assert list(zip(sums.city, sums.zone, strict=True)) == [
        ("solo", "a"), ("kudus", "a"), ("solo", "b"), ("solo", "all"), ("kudus", "all"),
    ]  # fmt: skip
    assert sums.over_windows(np.array([1.0, 10.0, 100.0])).tolist() == [1, 10, 100, 101, 10]


def test_a_zone_without_devices_of_the_kind_has_no_row(windows_of) -> None:
    windows = windows_of("any", 60, [device(6, zone="a"), device(6, zone="b")])
    sums = ZoneSums(type(windows)(**{name: getattr(windows, name) for name in windows.__slots__} | {
        "zones": (("bojonegoro", "empty"), *windows.zones), "zone": windows.zone + 1,
    }))  # fmt: skip
    assert sums.zone == ["a", "b", "all"]


def test_the_revision_is_the_largest_of_the_windows_behind_a_row(windows_of) -> None:
    rows = [device(6, zone="a", revision=2), device(6, zone="a"), device(6, zone="b", revision=1), device(0, zone="c")]
    revision = ZoneSums(windows_of("any", 60, rows)).revision()
    assert (revision.tolist(), revision.dtype) == ([2, 1, 0, 2], np.int32)


def test_no_known_device_is_a_batch_without_rows(windows_of) -> None:
    sums = ZoneSums(windows_of("any", 60, []))
    batch = sums.batch([sums.figure("any", np.ones(0), np.ones(0), np.ones(0, dtype=bool))])
    assert (len(sums), batch.zone, len(batch.value), len(batch.revision)) == (0, [], 0, 0)


def test_a_field_that_no_device_sent_is_a_column_of_nan(windows_of) -> None:
    windows = windows_of("any", 60, [device(6, level_mean=3.0), device(6)]).windows
    np.testing.assert_array_equal(column(windows, "level_mean"), [3.0, math.nan])
    np.testing.assert_array_equal(column(windows, "level_p85"), [math.nan, math.nan])


def test_the_first_known_value_is_taken_and_zero_is_known() -> None:
    nan = math.nan
    np.testing.assert_array_equal(first_known(np.array([0.0, nan, nan]), np.array([1.0, 2.0, nan])), [0, 2, nan])


def test_each_device_counts_once_in_a_mean_and_what_is_missing_not_at_all(windows_of) -> None:
    rows = [device(6, zone="a"), device(1, zone="a"), device(6, zone="a"), device(6, zone="b"), device(0, zone="c")]
    sums = ZoneSums(windows_of("any", 60, rows))
    values = np.array([1.0, 4.0, math.nan, math.nan])
    np.testing.assert_array_equal(sums.mean(values), [2.5, math.nan, math.nan, 2.5])
    np.testing.assert_array_equal(sums.least(values), [1, math.nan, math.nan, 1])
    np.testing.assert_array_equal(sums.least(-values), [-4, math.nan, math.nan, -4])
    kept = np.array([3.0, math.nan, 2.0, math.nan, 1.0])
    np.testing.assert_array_equal(sums.least_of_devices(kept), [2, math.nan, 1, 1])


def test_the_mean_of_nothing_is_nan_and_warns_nobody() -> None:
    np.testing.assert_array_equal(ratio(np.array([1.0, 0.0]), np.array([4.0, 0.0])), [0.25, math.nan])


@given(st.lists(st.tuples(st.integers(0, 50), st.floats(0.1, 1000)), min_size=1), st.floats(1, 3600))
def test_coverage_is_a_share_and_more_readings_never_lower_it(windows_of, devices, size_s) -> None:
    def share(more: int) -> float:
        rows = [device(count + more * (index == 0), every_s) for index, (count, every_s) in enumerate(devices)]
        windows = windows_of("any", size_s, rows)
        sums = ZoneSums(windows)
        readings = windows.windows.readings.astype(float)
        return float(sums.figure("any", np.ones(len(sums)), readings, readings > 0).coverage[0])

    assert 0 <= share(0) <= share(1) <= share(5) <= 1

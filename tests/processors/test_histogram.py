import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from processors.histogram import Bins, Histogram

SPEEDS = Bins(0.0, 250.0, 250)


def histogram(values: list[float], slot: list[int] | None = None) -> Histogram:
    return Histogram.of(SPEEDS, np.array(slot or [0] * len(values), np.int64), np.array(values))


@given(st.lists(st.floats(0, 250), min_size=1, max_size=200), st.sampled_from([5.0, 50.0, 85.0, 99.0]))
def test_a_percentile_is_at_most_one_bin_off(values: list[float], percentile: float) -> None:
    found = float(histogram(values).percentiles(1, [percentile])[0, 0])
    exact = np.percentile(values, percentile, method="inverted_cdf")
    assert abs(found - exact) <= SPEEDS.width + 1e-9


@given(st.lists(st.tuples(st.integers(0, 3), st.floats(0, 250)), min_size=2, max_size=60), st.data())
def test_a_merge_of_two_halves_holds_the_counts_of_the_whole(
    readings: list[tuple[int, float]], data: st.DataObject
) -> None:
    cut = data.draw(st.integers(1, len(readings) - 1))
    slots, values = [slot for slot, _ in readings], [value for _, value in readings]
    merged = histogram(values[:cut], slots[:cut]).merge([histogram(values[cut:], slots[cut:])])
    whole = histogram(values, slots)
    assert merged.keys.tolist() == whole.keys.tolist()
    assert merged.counts.tolist() == whole.counts.tolist()


def test_values_outside_the_range_fall_into_the_outermost_bins() -> None:
    assert SPEEDS.of(np.array([-5.0, 0.0, 249.5, 250.0, 900.0])).tolist() == [0, 0, 249, 249, 249]


def test_an_empty_slot_has_no_percentile() -> None:
    found = histogram([10.0, 20.0], [0, 2]).percentiles(3, [50])
    assert np.isnan(found).tolist() == [[False, True, False]]


def test_a_part_is_numbered_from_0_and_moved_slots_keep_their_counts() -> None:
    whole = histogram([10.0, 20.0, 30.0], [0, 1, 2])
    assert whole.part(1, 3).keys.tolist() == [20, 250 + 30]
    swapped = whole.moved(np.array([2, -1, 0]))
    assert swapped.keys.tolist() == [30, 500 + 10]
    assert swapped.counts.tolist() == [1, 1]

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from processors.grouping import Groups, group_by, pane_numbers, sorted_stably

ROWS = st.lists(st.tuples(st.integers(-2, 3), st.integers(0, 9)), min_size=1, max_size=60)
FAR = st.lists(
    st.tuples(st.sampled_from([0, 7, 10**12, -(10**18)]), st.integers(0, 2**31 - 2)), min_size=1, max_size=60
)


def grouped(rows: list[tuple[int, int]]) -> Groups:
    """rows: (pane, device)."""
    pane, device = zip(*rows, strict=True)
    return group_by(np.array(pane, np.int64), np.array(device, np.int32))


@given(st.one_of(ROWS, FAR))
def test_groups_ascend_by_pane_and_device_and_each_reading_is_in_its_own(rows: list[tuple[int, int]]) -> None:
    groups = grouped(rows)
    keys = list(zip(groups.pane.tolist(), groups.device.tolist(), strict=True))
    assert keys == sorted(set(rows))
    assert [keys[group] for group in groups.of.tolist()] == rows


@given(ROWS, st.integers(1, 5))
def test_parts_hold_each_reading_once_group_by_group_in_the_order_of_arrival(
    rows: list[tuple[int, int]], size: int
) -> None:
    groups = grouped(rows)
    parts = list(groups.parts(size))
    assert [part.stop - part.start for part, _ in parts[:-1]] == [size] * (len(parts) - 1)
    expected = sorted(range(len(rows)), key=lambda reading: rows[reading])
    assert [reading for _, at in parts for reading in at.tolist()] == expected
    for part, at in parts:
        assert {int(group) for group in groups.of[at]} == set(range(part.start, part.stop))


@given(st.lists(st.integers(0, 200_000), min_size=1, max_size=50))
def test_numbers_beyond_16_bits_are_sorted_too_and_equal_ones_stay_in_order(numbers: list[int]) -> None:
    order = sorted_stably(np.array(numbers, np.int64), 200_001)
    assert order.tolist() == sorted(range(len(numbers)), key=lambda index: numbers[index])


@given(st.lists(st.integers(-100, 100), min_size=1, max_size=30))
def test_a_time_before_1970_lies_in_the_pane_that_began_before_it(times: list[int]) -> None:
    assert pane_numbers(np.array(times, np.int64), 10).tolist() == [time // 10 for time in times]

from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from processors import moments, runs
from processors.tracked import Run

COUNTER, ON = Run(0, None), Run(0, 1.0)


def increase(values: list[float]) -> float:
    return sum(after - before if after >= before else after for before, after in pairwise(values))


def block(values: list[float], first_second: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    columns = np.array([values], np.float64)
    time_ns = (first_second + np.arange(len(values))) * 1_000_000_000
    one = np.zeros(len(values), np.intp)
    return (*moments.of_groups(columns, time_ns, one, 1), runs.of_groups([COUNTER, ON], columns, time_ns, one, 1))


def test_a_counter_that_falls_was_reset_and_its_new_value_is_the_increase() -> None:
    *_, sums = block([5, 8, 2, 2, 10], 0)
    assert sums[0, 0] == 3 + 2 + 0 + 8


def test_seconds_in_a_state_reach_to_the_next_reading() -> None:
    *_, sums = block([1, 1, 0, 1, 0], 0)
    assert sums[1, 0] == 3


@given(st.lists(st.integers(0, 3), min_size=2, max_size=20), st.data(), st.booleans())
def test_blocks_that_follow_each_other_add_up_whichever_is_merged_first(
    values: list[int], data: st.DataObject, swapped: bool
) -> None:
    cut = data.draw(st.integers(1, len(values) - 1))
    numbers = [float(value) for value in values]
    parts = [block(numbers[:cut], 0), block(numbers[cut:], cut)]
    one, other = reversed(parts) if swapped else parts
    merged = runs.merge([COUNTER, ON], *one, *other)
    assert merged[0, 0] == increase(numbers)
    assert merged[1, 0] == values[:-1].count(1)


@given(st.lists(st.integers(0, 3), min_size=3, max_size=20), st.data())
def test_late_readings_inside_a_block_leave_a_counter_without_reset_exact(
    steps: list[int], data: st.DataObject
) -> None:
    total = np.cumsum(steps).astype(np.float64)
    inside = data.draw(st.integers(1, len(steps) - 2))
    kept = np.delete(np.arange(len(steps)), inside)
    time_ns = np.arange(len(steps)) * 1_000_000_000
    parts = []
    for chosen in (kept, np.array([inside])):
        columns = total[chosen][None]
        one = np.zeros(len(chosen), np.intp)
        sums = runs.of_groups([COUNTER], columns, time_ns[chosen], one, 1)
        parts.append((*moments.of_groups(columns, time_ns[chosen], one, 1), sums))
    assert runs.merge([COUNTER], *parts[0], *parts[1])[0, 0] == total[-1] - total[0]


def test_a_missing_value_is_no_step() -> None:
    *_, sums = block([5, np.nan, 8], 0)
    assert sums[0, 0] == 3

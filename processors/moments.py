"""Statistics that merge: count, mean, M2, min, max, first and last of many series at once.

M2 is the sum of squared deviations from the mean. Merging follows Chan, Golub and LeVeque (1979), so no sum of squares
is ever formed and values near 1e9 keep their variance. Empty entries hold neutral values, so merging needs no branch.
"""

import numpy as np
from numpy.typing import NDArray

COUNT, MEAN, M2, MIN, MAX, FIRST, LAST = range(7)
FIRST_NS, LAST_NS = range(2)
_NEVER_FIRST = np.iinfo(np.int64).max
_NEVER_LAST = np.iinfo(np.int64).min

Numbers = NDArray[np.float64]
"""(7, c, k): the statistics above of c columns and k series."""
Times = NDArray[np.int64]
"""(2, c, k): event times of the first and the last value, ns UTC."""


def empty(columns: int, series: int) -> tuple[Numbers, Times]:
    numbers = np.zeros((7, columns, series))
    numbers[MIN] = np.inf
    numbers[MAX] = -np.inf
    times = np.empty((2, columns, series), np.int64)
    times[FIRST_NS] = _NEVER_FIRST
    times[LAST_NS] = _NEVER_LAST
    return numbers, times


def merge(a: Numbers, a_times: Times, b: Numbers, b_times: Times) -> tuple[Numbers, Times]:
    """The statistics of both sets of values together; b wins only where it is earlier (first) or not earlier (last)."""
    numbers = np.empty_like(a)
    times = np.empty_like(a_times)
    count = a[COUNT] + b[COUNT]
    share = b[COUNT] / np.maximum(count, 1.0)
    delta = b[MEAN] - a[MEAN]
    numbers[COUNT] = count
    numbers[MEAN] = a[MEAN] + delta * share
    numbers[M2] = a[M2] + b[M2] + delta * delta * a[COUNT] * share
    np.minimum(a[MIN], b[MIN], out=numbers[MIN])
    np.maximum(a[MAX], b[MAX], out=numbers[MAX])
    earlier = b_times[FIRST_NS] < a_times[FIRST_NS]
    later = b_times[LAST_NS] >= a_times[LAST_NS]
    numbers[FIRST] = np.where(earlier, b[FIRST], a[FIRST])
    numbers[LAST] = np.where(later, b[LAST], a[LAST])
    np.minimum(a_times[FIRST_NS], b_times[FIRST_NS], out=times[FIRST_NS])
    np.maximum(a_times[LAST_NS], b_times[LAST_NS], out=times[LAST_NS])
    return numbers, times


def of_groups(
    values: NDArray[np.float64], time_ns: NDArray[np.int64], starts: NDArray[np.int64]
) -> tuple[Numbers, Times]:
    """The statistics of each group; groups stand together and in time order, group g from starts[g] on.

    values: (c, n), NaN where absent; time_ns: (n,); starts: (k,) ascending, starts[0] = 0.
    """
    if not np.isnan(values).any():
        return _of_full_groups(values, time_ns, starts)
    numbers, times = empty(len(values), len(starts))
    group = np.repeat(np.arange(len(starts)), np.diff(starts, append=len(time_ns)))
    for column in range(len(values)):
        present = np.flatnonzero(~np.isnan(values[column]))
        if not len(present):
            continue
        held = group[present]
        edges = np.flatnonzero(np.diff(held, prepend=-1))
        found, found_times = _of_full_groups(values[column : column + 1, present], time_ns[present], edges)
        numbers[:, column, held[edges]] = found[:, 0]
        times[:, column, held[edges]] = found_times[:, 0]
    return numbers, times


def _of_full_groups(
    values: NDArray[np.float64], time_ns: NDArray[np.int64], starts: NDArray[np.int64]
) -> tuple[Numbers, Times]:
    size = values.shape[1]
    count = np.diff(starts, append=size)
    ends = starts + count - 1
    numbers = np.empty((7, len(values), len(starts)))
    times = np.empty((2, len(values), len(starts)), np.int64)
    numbers[COUNT] = count
    numbers[FIRST] = values[:, starts]
    numbers[LAST] = values[:, ends]
    times[FIRST_NS] = time_ns[starts]
    times[LAST_NS] = time_ns[ends]
    if len(starts) == size:
        numbers[[MEAN, MIN, MAX]] = values
        numbers[M2] = 0.0
        return numbers, times
    # Means relative to the group's first value: exact for equal values, and small numbers keep their digits.
    offset = values - np.repeat(numbers[FIRST], count, axis=1)
    mean_offset = np.add.reduceat(offset, starts, axis=1) / count
    numbers[MEAN] = numbers[FIRST] + mean_offset
    offset -= np.repeat(mean_offset, count, axis=1)
    np.square(offset, out=offset)
    numbers[M2] = np.add.reduceat(offset, starts, axis=1)
    numbers[MIN] = np.minimum.reduceat(values, starts, axis=1)
    numbers[MAX] = np.maximum.reduceat(values, starts, axis=1)
    return numbers, times

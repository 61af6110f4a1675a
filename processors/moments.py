"""Statistics that merge: count, mean, M2, min, max, first and last of many series at once.

M2 is the sum of squared deviations from the mean. Merging follows Chan, Golub and LeVeque (1979), so no sum of squares
is ever formed and values near 1e9 keep their variance. Empty entries hold neutral values, so merging needs no branch.
"""

from dataclasses import dataclass

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


def merge(a: Numbers, a_times: Times, b: Numbers, b_times: Times) -> None:
    """Bring b into a: it wins only where it is earlier (first) or not earlier (last)."""
    count = a[COUNT].copy()
    a[COUNT] += b[COUNT]
    share = b[COUNT] / np.maximum(a[COUNT], 1.0)
    delta = b[MEAN] - a[MEAN]
    a[MEAN] += delta * share
    a[M2] += b[M2]
    a[M2] += delta * delta * count * share
    np.minimum(a[MIN], b[MIN], out=a[MIN])
    np.maximum(a[MAX], b[MAX], out=a[MAX])
    np.copyto(a[FIRST], b[FIRST], where=b_times[FIRST_NS] < a_times[FIRST_NS])
    np.copyto(a[LAST], b[LAST], where=b_times[LAST_NS] >= a_times[LAST_NS])
    np.minimum(a_times[FIRST_NS], b_times[FIRST_NS], out=a_times[FIRST_NS])
    np.maximum(a_times[LAST_NS], b_times[LAST_NS], out=a_times[LAST_NS])


def of_groups(
    values: NDArray[np.float64], time_ns: NDArray[np.int64], group: NDArray[np.intp], groups: int
) -> tuple[Numbers, Times]:
    """The statistics of each group, from readings in the order of their arrival; no order of time is needed.

    values: (c, n), NaN where absent; time_ns: (n,); group: (n,) numbers below `groups`. Of equal times the first is the
    one that arrived first, the last the one that arrived last.
    """
    absent = np.isnan(values)
    if len(group) == groups and not absent.any():
        return _of_single_readings(values, time_ns, group)
    numbers, times = empty(len(values), groups)
    edges = None if absent.any() else _edges(group, time_ns, groups)
    for column, row in enumerate(values):
        if edges is not None:
            _fill(numbers[:, column], times[:, column], row, group, edges)
            continue
        present = np.flatnonzero(~absent[column])
        if len(present):
            held = group[present]
            own_edges = _edges(held, time_ns[present], groups)
            _fill(numbers[:, column], times[:, column], row[present], held, own_edges)
    return numbers, times


def _of_single_readings(
    values: NDArray[np.float64], time_ns: NDArray[np.int64], group: NDArray[np.intp]
) -> tuple[Numbers, Times]:
    """Each group is one reading: many devices that report seldom."""
    numbers = np.empty((7, *values.shape))
    times = np.empty((2, *values.shape), np.int64)
    reading = np.empty(len(group), np.intp)
    reading[group] = np.arange(len(group))
    numbers[COUNT] = 1.0
    numbers[MEAN] = values[:, reading]
    numbers[M2] = 0.0
    numbers[[MIN, MAX, FIRST, LAST]] = numbers[MEAN]
    times[:] = time_ns[reading]
    return numbers, times


@dataclass(frozen=True, slots=True)
class _Edges:
    """(k,) each: how many readings a group has, and which is its first and its last one by time."""

    count: NDArray[np.intp]
    first: NDArray[np.intp]
    first_ns: NDArray[np.int64]
    last: NDArray[np.intp]
    last_ns: NDArray[np.int64]


def _edges(group: NDArray[np.intp], time_ns: NDArray[np.int64], groups: int) -> _Edges:
    first_ns = np.full(groups, _NEVER_FIRST)
    last_ns = np.full(groups, _NEVER_LAST)
    np.minimum.at(first_ns, group, time_ns)
    np.maximum.at(last_ns, group, time_ns)
    first, last = np.zeros(groups, np.intp), np.zeros(groups, np.intp)
    # Where several readings qualify, the assignment made last stays.
    earliest = np.flatnonzero(time_ns == first_ns[group])[::-1]
    latest = np.flatnonzero(time_ns == last_ns[group])
    first[group[earliest]] = earliest
    last[group[latest]] = latest
    return _Edges(np.bincount(group, minlength=groups), first, first_ns, last, last_ns)


def _fill(
    numbers: NDArray[np.float64],
    times: NDArray[np.int64],
    values: NDArray[np.float64],
    group: NDArray[np.intp],
    edges: _Edges,
) -> None:
    """One column: numbers (7, k) and times (2, k), neutral before; groups without a reading stay so."""
    groups = len(edges.count)
    first, divisor = values[edges.first], np.maximum(edges.count, 1)
    # Relative to the group's first value: exact for equal values, and small numbers keep their digits. As that value is
    # one of the group, its squared distance from the mean is at most M2, so the difference below loses no more than a
    # factor of count + 1 of the precision of a float.
    offset = values - first[group]
    mean_offset = np.bincount(group, offset, groups) / divisor
    np.square(offset, out=offset)
    squares = np.bincount(group, offset, groups)
    held = edges.count > 0
    numbers[COUNT] = edges.count
    numbers[MEAN] = np.where(held, first + mean_offset, 0.0)
    numbers[M2] = np.maximum(squares - edges.count * mean_offset * mean_offset, 0.0)
    np.minimum.at(numbers[MIN], group, values)
    np.maximum.at(numbers[MAX], group, values)
    numbers[FIRST] = np.where(held, first, 0.0)
    numbers[LAST] = np.where(held, values[edges.last], 0.0)
    times[FIRST_NS] = edges.first_ns
    times[LAST_NS] = edges.last_ns

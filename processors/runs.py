"""Sums over the steps between consecutive readings: the increase of a counter, the seconds a device spent in a state.

A step belongs to the later reading's side of a merge, so blocks that follow each other in time add up exactly. Where
late readings fall inside a block that was already summed, the steps cannot be undone: the larger of the sums and of
the overall step is kept, which is exact for a counter without reset.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from processors.moments import COUNT, FIRST, FIRST_NS, LAST, LAST_NS, Numbers, Times
from processors.tracked import Run

Sums = NDArray[np.float64]
"""(r, k): for each `Run` and series, the increase or the seconds."""
_SECOND_NS = 1e9


def of_groups(
    runs: Sequence[Run],
    values: NDArray[np.float64],
    time_ns: NDArray[np.int64],
    group: NDArray[np.intp],
    groups: int,
) -> Sums:
    """Steps inside each group; arguments as in `moments.of_groups`."""
    sums = np.zeros((len(runs), groups))
    order = np.lexsort((time_ns, group)) if runs else np.zeros(0, np.intp)
    for row, run in enumerate(runs):
        present = order[~np.isnan(values[run.source, order])]
        value, time, held = values[run.source, present], time_ns[present], group[present]
        steps = step(run, value[:-1], time[:-1], value[1:], time[1:])
        np.add.at(sums[row], held[1:], np.where(held[1:] == held[:-1], steps, 0.0))
    return sums


def step(
    run: Run,
    before: NDArray[np.float64],
    before_ns: NDArray[np.int64],
    after: NDArray[np.float64],
    after_ns: NDArray[np.int64],
) -> NDArray[np.float64]:
    """What lies between two consecutive readings.

    A counter that fell was reset to zero in between, so its new value is the increase.
    """
    if run.state is None:
        return np.where(after >= before, after - before, after)
    return np.where(before == run.state, (after_ns - before_ns) / _SECOND_NS, 0.0)


def merge(
    runs: Sequence[Run], a: Numbers, a_times: Times, a_sums: Sums, b: Numbers, b_times: Times, b_sums: Sums
) -> Sums:
    """The sums of two blocks together; a block may come before, after or inside the other."""
    merged = np.empty_like(a_sums)
    for row, run in enumerate(runs):
        column = run.source
        a_first, a_last = a_times[FIRST_NS, column], a_times[LAST_NS, column]
        b_first, b_last = b_times[FIRST_NS, column], b_times[LAST_NS, column]
        both = (a[COUNT, column] > 0) & (b[COUNT, column] > 0)
        total = a_sums[row] + b_sums[row]
        a_then_b = both & (a_last <= b_first)
        b_then_a = both & ~a_then_b & (b_last <= a_first)
        inside = both & ~a_then_b & ~b_then_a
        onward = step(run, a[LAST, column], a_last, b[FIRST, column], b_first)
        backward = step(run, b[LAST, column], b_last, a[FIRST, column], a_first)
        first = np.where(a_first <= b_first, a[FIRST, column], b[FIRST, column])
        last = np.where(a_last >= b_last, a[LAST, column], b[LAST, column])
        overall = last - first if run.state is None else np.zeros_like(first)
        larger = np.maximum(np.maximum(a_sums[row], b_sums[row]), overall)
        merged[row] = np.select([a_then_b, b_then_a, inside], [total + onward, total + backward, larger], total)
    return merged

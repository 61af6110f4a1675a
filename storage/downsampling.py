"""One value for each series and bucket of time, with the meaning that InfluxQL gives its aggregates."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from storage.store import Aggregate

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Starts = NDArray[np.intp]


def downsample(
    series: Integers, time_ns: Integers, values: Floats, every_ns: int, aggregate: Aggregate
) -> tuple[Integers, Integers, Floats]:
    """`series`, `time_ns` and `values` are (n,), in any order, no NaN; returned are (m,) series, bucket start, value.

    A bucket is [k * every_ns, (k + 1) * every_ns) of Unix time.
    """
    order = np.lexsort((time_ns, series))
    series, values = series[order], values[order]
    bucket = time_ns[order] // every_ns
    new = np.ones(len(series), dtype=np.bool_)
    new[1:] = (series[1:] != series[:-1]) | (bucket[1:] != bucket[:-1])
    starts = np.flatnonzero(new)
    if not len(starts):
        return series, bucket, values
    return series[starts], bucket[starts] * every_ns, _REDUCE[aggregate](values, starts)


def _counts(values: Floats, starts: Starts) -> Floats:
    return np.diff(np.append(starts, len(values))).astype(np.float64)


def _last(values: Floats, starts: Starts) -> Floats:
    ends: Starts = np.append(starts[1:], len(values))
    return values[ends - 1]


_REDUCE: dict[Aggregate, Callable[[Floats, Starts], Floats]] = {
    "mean": lambda values, starts: np.add.reduceat(values, starts) / _counts(values, starts),
    "min": np.minimum.reduceat,
    "max": np.maximum.reduceat,
    "sum": np.add.reduceat,
    "first": lambda values, starts: values[starts],
    "last": _last,
    "count": _counts,
}

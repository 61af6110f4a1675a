from collections import defaultdict
from collections.abc import Callable

import numpy as np
import pytest

from storage.downsampling import downsample
from storage.store import AGGREGATES, Aggregate

ORACLE: dict[Aggregate, Callable[[list[float]], float]] = {
    "mean": lambda values: sum(values) / len(values),
    "min": min,
    "max": max,
    "sum": sum,
    "first": lambda values: values[0],
    "last": lambda values: values[-1],
    "count": len,
}


@pytest.mark.parametrize("aggregate", AGGREGATES)
def test_every_aggregate_equals_a_loop_over_the_points(aggregate: Aggregate) -> None:
    random = np.random.default_rng(3)
    series = random.integers(0, 5, 2000)
    time_ns = random.permutation(20_000)[:2000] - 10_000
    values = random.normal(size=2000)
    groups: dict[tuple[int, int], list[float]] = defaultdict(list)
    for at in np.argsort(time_ns).tolist():
        groups[int(series[at]), int(time_ns[at]) // 700 * 700].append(float(values[at]))
    found = zip(*(column.tolist() for column in downsample(series, time_ns, values, 700, aggregate)), strict=True)
    expected = {key: ORACLE[aggregate](group) for key, group in groups.items()}
    assert {(rank, start): value for rank, start, value in found} == pytest.approx(expected)


def test_no_points_give_no_buckets() -> None:
    none = np.array([], dtype=np.int64)
    assert [len(column) for column in downsample(none, none, np.array([]), 10, "mean")] == [0, 0, 0]

"""Readings a second into windows of 1 min (count, mean, std, min, max), against the group-by of polars and duckdb.

Denyut takes the readings in batches of 20,000 on one thread and closes the windows at the end. The peers have two
threads and are measured twice: a group-by of each batch with one more group-by that merges the parts, which is the same
work, and one group-by of all readings, which no stream can do.
"""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.contest import by_turns, rate, ratios
from benchmarks.figures import Figure, figure_of_runs
from benchmarks.plan import Plan
from benchmarks.processes import BenchmarkError
from config.settings import Kind, Window
from processors.kind_windows import KindWindows
from processors.tracked import TrackedColumns
from processors.window_batch import ClosedWindow
from processors.window_plan import plan_of

BATCH = 20_000
DEVICES = 10_000
ROUNDS = 5
THREADS = 2
SECOND_NS = 1_000_000_000
WINDOW_NS = 60 * SECOND_NS
FIRST_NS = 1_800_000_000 * SECOND_NS
SPAN_NS = 600 * SECOND_NS
TARGETS = {"polars by batches": 3.0, "duckdb by batches": 1.5}
STATISTICS = ("count", "mean", "std", "min", "max")
QUANTITIES = ("speed", "vehicle_count", "occupancy", "battery")

Rows = dict[tuple[int, int], tuple[float, ...]]
"""(device, window) -> the statistics of each quantity."""


@dataclass(frozen=True, slots=True)
class Readings:
    quantities: tuple[str, ...]
    device: NDArray[np.int32]
    time_ns: NDArray[np.int64]
    values: NDArray[np.float64]
    """(q, n)."""

    def __len__(self) -> int:
        return len(self.device)

    def part(self, start: int, size: int) -> "Readings":
        at = slice(start, start + size)
        return Readings(self.quantities, self.device[at], self.time_ns[at], self.values[:, at])

    def batches(self) -> Iterator["Readings"]:
        return (self.part(start, BATCH) for start in range(0, len(self), BATCH))

    def columns(self) -> dict[str, NDArray[Any]]:
        keys: dict[str, NDArray[Any]] = {"device": self.device, "time_ns": self.time_ns}
        return keys | dict(zip(self.quantities, self.values, strict=True))


def make_readings(count: int, quantities: tuple[str, ...]) -> Readings:
    """Ten minutes of ten thousand devices in random order, up to 2 s out of order."""
    rng = np.random.default_rng(20_450_817)
    jitter = rng.integers(0, 4 * SECOND_NS, count)
    time_ns = FIRST_NS + np.arange(count, dtype=np.int64) * SPAN_NS // count + jitter
    device = rng.integers(0, DEVICES, count).astype(np.int32)
    return Readings(quantities, device, time_ns, rng.normal(40, 10, (len(quantities), count)))


def with_denyut(readings: Readings) -> list[ClosedWindow]:
    """What the pipeline does with the readings of one kind of device."""
    plan = plan_of((Window(size="1m"),), "traffic")
    assert plan is not None
    windows = KindWindows("traffic", TrackedColumns(Kind()), plan)
    for batch in readings.batches():
        windows.add(batch.device, batch.time_ns, batch.quantities, batch.values)
    ended_ns = FIRST_NS + 2 * SPAN_NS
    closed = windows.advance(ended_ns, SECOND_NS)
    while windows.due(ended_ns):
        closed += windows.advance(ended_ns, SECOND_NS)
    return closed


def with_polars(readings: Readings) -> Any:
    """One group-by of all."""
    pl = _polars()
    return pl.DataFrame(readings.columns()).group_by(*_keys(pl)).agg(*_polars_statistics(readings.quantities))


def with_polars_by_batches(readings: Readings) -> Any:
    """A group-by of each batch, and one that merges the parts."""
    pl = _polars()
    statistics = _polars_statistics(readings.quantities)
    parts = [
        pl.DataFrame(batch.columns()).group_by(pl.col("device"), (pl.col("time_ns") // WINDOW_NS).alias("window"))
        .agg(*statistics)
        for batch in readings.batches()
    ]  # fmt: skip
    merged = []
    for name in readings.quantities:
        count, mean, std = (pl.col(f"{name}_{statistic}") for statistic in ("count", "mean", "std"))
        total = (count * mean).sum() / count.sum()
        squares = (count * (std * std + mean * mean)).sum() / count.sum() - total * total
        merged += [
            count.sum().alias(f"{name}_count"),
            total.alias(f"{name}_mean"),
            squares.sqrt().alias(f"{name}_std"),
            pl.min(f"{name}_min").alias(f"{name}_min"),
            pl.max(f"{name}_max").alias(f"{name}_max"),
        ]
    return pl.concat(parts).group_by("device", "window").agg(*merged)


def _polars() -> Any:
    # Its threads are counted when it is imported.
    os.environ["POLARS_MAX_THREADS"] = str(THREADS)
    import polars as pl

    return pl


def _keys(pl: Any) -> tuple[Any, Any]:
    return pl.col("device"), pl.col("time_ns") // WINDOW_NS


def _polars_statistics(quantities: tuple[str, ...]) -> list[Any]:
    pl = _polars()
    return [
        expression
        for name in quantities
        for expression in (
            pl.count(name).alias(f"{name}_count"),
            pl.mean(name).alias(f"{name}_mean"),
            pl.std(name, ddof=0).alias(f"{name}_std"),
            pl.min(name).alias(f"{name}_min"),
            pl.max(name).alias(f"{name}_max"),
        )
    ]


class Duckdb:
    def __init__(self) -> None:
        import duckdb  # heavy, and needed here alone

        self._connection = duckdb.connect()
        self._connection.execute(f"SET threads = {THREADS}")

    def group(self, readings: Readings) -> Any:
        """One group-by of all."""
        return self._part(readings).fetchnumpy()

    def group_by_batches(self, readings: Readings) -> Any:
        """A group-by of each batch, and one that merges the parts."""
        import pyarrow

        parts = [self._part(batch).to_arrow_table() for batch in readings.batches()]
        self._connection.register("parts", pyarrow.concat_tables(parts))
        statistics = ", ".join(
            f"sum({name}_count), sum({name}_count * {name}_mean) / sum({name}_count), sqrt(sum({name}_count * "
            f"({name}_std * {name}_std + {name}_mean * {name}_mean)) / sum({name}_count) - "
            f"pow(sum({name}_count * {name}_mean) / sum({name}_count), 2)), min({name}_min), max({name}_max)"
            for name in readings.quantities
        )
        query = f"SELECT device, window_number, {statistics} FROM parts GROUP BY ALL"
        return self._connection.execute(query).fetchnumpy()

    def _part(self, readings: Readings) -> Any:
        import pyarrow

        self._connection.register("readings", pyarrow.table(readings.columns()))
        statistics = ", ".join(
            f"count({name}) AS {name}_count, avg({name}) AS {name}_mean, stddev_pop({name}) AS {name}_std, "
            f"min({name}) AS {name}_min, max({name}) AS {name}_max"
            for name in readings.quantities
        )
        query = f"SELECT device, time_ns // {WINDOW_NS} AS window_number, {statistics} FROM readings GROUP BY ALL"
        return self._connection.sql(query)


def rows_of_windows(closed: list[ClosedWindow], quantities: tuple[str, ...]) -> Rows:
    fields = [f"{quantity}_{statistic}" for quantity in quantities for statistic in STATISTICS]
    rows = {}
    for batch in (window.changed for window in closed):
        table = np.column_stack([batch.fields[name] for name in fields])
        window = batch.end_ns // WINDOW_NS - 1
        rows.update({(device, window): tuple(row) for device, row in zip(batch.device.tolist(), table, strict=True)})
    return rows


def check_same_windows(readings: Readings) -> None:
    ours = rows_of_windows(with_denyut(readings), readings.quantities)
    for way in (with_polars, with_polars_by_batches):
        _check_equal(ours, {row[:2]: row[2:] for row in way(readings).rows()})


def _check_equal(ours: Rows, theirs: Rows) -> None:
    if ours.keys() != theirs.keys():
        raise BenchmarkError(f"denyut has {len(ours)} windows of devices, polars {len(theirs)}")
    keys = sorted(ours)
    found, wanted = (np.array([rows[key] for key in keys]) for rows in (ours, theirs))
    if not np.allclose(found, wanted, rtol=1e-9, atol=1e-9):
        raise BenchmarkError("denyut and polars compute different windows")


def measure_quantities(count: int, quantities: tuple[str, ...], plan: Plan) -> Iterator[Figure]:
    readings = make_readings(count, quantities)
    check_same_windows(readings)
    duckdb = Duckdb()
    ways: dict[str, Callable[[], object]] = {
        "denyut": lambda: with_denyut(readings),
        "polars by batches": lambda: with_polars_by_batches(readings),
        "duckdb by batches": lambda: duckdb.group_by_batches(readings),
        "polars at once": lambda: with_polars(readings),
        "duckdb at once": lambda: duckdb.group(readings),
    }
    taken = by_turns(ways, ROUNDS)
    case = "1 quantity" if len(quantities) == 1 else f"{len(quantities)} quantities"
    plan.say(f"kernels, {case}: " + ", ".join(f"{way} {rate(count, taken[way]) / 1e6:.1f} M/s" for way in ways))
    for way in list(ways)[1:]:
        yield figure_of_runs(
            "kernels",
            f"{case}, against {way}",
            ratios(taken["denyut"], taken[way]),
            target=TARGETS.get(way),
            denyut_readings_per_s=rate(count, taken["denyut"]),
            peer_readings_per_s=rate(count, taken[way]),
        )


def measure(plan: Plan) -> Iterator[Figure]:
    count = 2 * plan.messages
    for quantities in (QUANTITIES[:1], QUANTITIES):
        yield from measure_quantities(count, quantities, plan)

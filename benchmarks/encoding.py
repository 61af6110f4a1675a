"""Points a second from columns to line protocol, against the two ways of influxdb-client, for the same lines."""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
import pandas as pd
from influxdb_client.client.write.dataframe_serializer import DataframeSerializer
from influxdb_client.client.write.point import Point
from influxdb_client.client.write_api import PointSettings
from influxdb_client.domain.write_precision import WritePrecision
from numpy.typing import NDArray

from benchmarks.contest import by_turns, rate, ratios
from benchmarks.figures import Figure, figure_of_runs
from benchmarks.plan import Plan
from benchmarks.processes import BenchmarkError
from storage.line_protocol import LineEncoder
from storage.points import PointBatch, SeriesTable

POINTS = 10_000
ROUNDS = 5
TARGETS = {"Point": 8.0, "DataFrame": 4.0}
FIRST_NS = 1_795_316_120_000_000_000
STATISTICS = ("count", "mean", "std", "min", "max", "first", "last")
CASES = (
    ("29 fields", ("vehicle_count", "speed", "occupancy", "battery"), 0.0),
    ("29 fields, a third of the quantities absent", ("vehicle_count", "speed", "occupancy", "battery"), 1 / 3),
    ("8 fields", ("speed",), 0.0),
)
TAG_NAMES = ("city", "device", "kind", "size", "zone")

Encode = Callable[[], bytes]
"""From columns to the body of a write call."""
Parsed = tuple[str, frozenset[tuple[str, float]], int]


@dataclass(frozen=True, slots=True)
class Columns:
    """The same points for all three ways."""

    tags: list[dict[str, str]]
    time_ns: NDArray[np.int64]
    fields: dict[str, NDArray[np.float64]]


def make_columns(quantities: tuple[str, ...], absent: float) -> Columns:
    """`absent`: the share of the devices that lack a quantity."""
    rng = np.random.default_rng(20_450_817)
    fields = {"revision": np.zeros(POINTS)}
    for quantity in quantities:
        lacking = rng.random(POINTS) < absent
        for statistic in STATISTICS:
            values = rng.integers(1, 500, POINTS) if statistic == "count" else rng.normal(40, 10, POINTS)
            fields[f"{quantity}_{statistic}"] = np.where(lacking, math.nan, values)
    tags = [
        {"city": "bjn", "device": f"dev{i:05d}", "kind": "traffic", "size": "10s", "zone": f"zone{i % 28:02d}"}
        for i in range(POINTS)
    ]
    return Columns(tags, np.full(POINTS, FIRST_NS), fields)


def with_columns(columns: Columns) -> Encode:
    table = SeriesTable()
    series = np.array([table.index("window", tags) for tags in columns.tags], np.int32)
    batch = PointBatch(table, series, columns.time_ns, columns.fields)
    encoder = LineEncoder()
    return lambda: b"\n".join(encoder.encode(batch).lines)


def with_points(columns: Columns) -> Encode:
    names, new_point = tuple(columns.fields), cast(Any, Point)

    def encode() -> bytes:
        rows = zip(*(values.tolist() for values in columns.fields.values()), strict=True)
        lines = []
        for tags, time_ns, row in zip(columns.tags, columns.time_ns.tolist(), rows, strict=True):
            point = new_point("window").time(time_ns, WritePrecision.NS)
            for tag, value in tags.items():
                point.tag(tag, value)
            for name, number in zip(names, row, strict=True):
                if not math.isnan(number):
                    point.field(name, number)
            lines.append(point.to_line_protocol())
        return "\n".join(lines).encode()

    return encode


def with_data_frame(columns: Columns) -> Encode:
    """The frame itself is made beforehand, so that only its encoding is timed."""
    frame = pd.DataFrame(
        {name: [tags[name] for tags in columns.tags] for name in TAG_NAMES} | columns.fields,
        index=pd.to_datetime(columns.time_ns, unit="ns", utc=True),
    )

    def encode() -> bytes:
        serializer = DataframeSerializer(
            frame,
            PointSettings(),
            WritePrecision.NS,
            data_frame_measurement_name="window",
            data_frame_tag_columns=list(TAG_NAMES),
        )
        return "\n".join(serializer.serialize()).encode()

    return encode


def parse(line: str) -> Parsed:
    """For these names and values, in which nothing is escaped."""
    series, fields, time_ns = line.split(" ")
    pairs = (pair.split("=") for pair in fields.split(","))
    return series, frozenset((name, float(value)) for name, value in pairs), int(time_ns)


def check_same_lines(ways: dict[str, Encode]) -> None:
    (first, encode), *others = ways.items()
    wanted = list(map(parse, encode().decode().split("\n")))
    for name, other in others:
        found = list(map(parse, other().decode().split("\n")))
        for ours, theirs in zip(wanted, found, strict=True):
            if ours != theirs:
                raise BenchmarkError(f"{first} writes {ours}, {name} writes {theirs}")


def measure(plan: Plan) -> Iterator[Figure]:
    for case, quantities, absent in CASES:
        columns = make_columns(quantities, absent)
        ways = {
            "columns": with_columns(columns),
            "Point": with_points(columns),
            "DataFrame": with_data_frame(columns),
        }
        check_same_lines(ways)
        taken = by_turns(ways, ROUNDS)
        plan.say(f"encoding, {case}: " + ", ".join(f"{name} {rate(POINTS, taken[name]):,.0f}/s" for name in ways))
        for peer, target in TARGETS.items():
            yield figure_of_runs(
                "encoding",
                f"{case}, against {peer}",
                ratios(taken["columns"], taken[peer]),
                target=target,
                denyut_points_per_s=rate(POINTS, taken["columns"]),
                peer_points_per_s=rate(POINTS, taken[peer]),
            )

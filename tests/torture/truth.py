"""What the windows must hold, from what was published, one reading after the other: no code of Denyut's is used.

Counters and states follow docs/concepts.md: a step belongs to the window of its later reading, and a state lasts from
the window's start, if the device spoke before it, to the window's end.
"""

import json
import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

Values = Mapping[str, float]
Readings = list[tuple[int, Values]]
"""(event time in ms, values), ascending."""
Fields = dict[str, float]
_NO_QUANTITIES = {"ts", "seq"}


@dataclass(frozen=True, slots=True)
class Series:
    """All readings of one device in the order in which they were published."""

    kind: str
    device: str
    times_ms: list[int]
    """Empty where the device has no clock."""
    values: list[Values]
    numbered: bool
    """Whether it sends `seq`."""


@dataclass(frozen=True, slots=True)
class Key:
    """Which row of the measurement `window`; the time is the window's end in ms."""

    kind: str
    device: str
    size: str
    end_ms: int


def read_published(file: Path) -> list[Series]:
    series: dict[bytes, Series] = {}
    for line in file.read_bytes().splitlines():
        topic, _, payload = line.partition(b" ")
        fields = json.loads(payload)
        if topic not in series:
            kind, device = topic.decode().split("/")[2:]
            series[topic] = Series(kind, device, [], [], "seq" in fields)
        if "ts" in fields:
            series[topic].times_ms.append(fields["ts"])
        series[topic].values.append({name: value for name, value in fields.items() if name not in _NO_QUANTITIES})
    return list(series.values())


def windows(published: Iterable[Series], sizes: Mapping[str, int]) -> dict[Key, Fields]:
    """Every window of the devices with a clock; sizes: name -> ms."""
    expected = {}
    for series in published:
        for size, size_ms in sizes.items() if series.times_ms else ():
            for end_ms, fields in _windows_of(series, size_ms):
                expected[Key(series.kind, series.device, size, end_ms)] = fields
    return expected


def whole(series: Series) -> Fields:
    """Everything a device said, as one window."""
    return _plain_statistics([(0, values) for values in series.values])


def _windows_of(series: Series, size_ms: int) -> Iterator[tuple[int, Fields]]:
    readings = sorted(zip(series.times_ms, series.values, strict=True), key=lambda reading: reading[0])
    held = defaultdict(list)
    for time_ms, values in readings:
        held[time_ms // size_ms * size_ms].append((time_ms, values))
    before: Readings = []
    for start_ms, inside in held.items():
        yield start_ms + size_ms, _fields(series.kind, before, inside, start_ms, start_ms + size_ms)
        before = inside[-1:]


def _fields(kind: str, before: Readings, inside: Readings, start_ms: int, end_ms: int) -> Fields:
    fields = _plain_statistics(inside)
    if kind == "vane":
        fields |= _vector_mean([values["direction"] for _, values in inside])
    if kind == "probe":
        fields |= _percentiles([values["level"] for _, values in inside])
    if kind == "meter":
        fields |= _increase([*before, *inside], (end_ms - start_ms) / 1000)
    if kind == "pump":
        fields |= _time_in_states([*before, *inside], start_ms, end_ms)
    return fields


def _plain_statistics(readings: Readings) -> Fields:
    fields: Fields = {}
    for name in sorted({name for _, values in readings for name in values}):
        held = [values[name] for _, values in readings if name in values]
        mean = math.fsum(held) / len(held)
        fields[f"{name}_count"] = len(held)
        fields[f"{name}_mean"] = mean
        fields[f"{name}_std"] = math.sqrt(math.fsum((value - mean) ** 2 for value in held) / len(held))
        fields[f"{name}_min"] = min(held)
        fields[f"{name}_max"] = max(held)
        fields[f"{name}_first"] = held[0]
        fields[f"{name}_last"] = held[-1]
    return fields


def _vector_mean(degrees: list[float]) -> Fields:
    sine = math.fsum(math.sin(math.radians(value)) for value in degrees) / len(degrees)
    cosine = math.fsum(math.cos(math.radians(value)) for value in degrees) / len(degrees)
    length = min(math.hypot(sine, cosine), 1.0)
    return {
        "direction_mean": math.degrees(math.atan2(sine, cosine)) % 360,
        "direction_std": math.degrees(math.sqrt(-2 * math.log(length))),
    }


def _percentiles(held: list[float]) -> Fields:
    """The smallest value that is not exceeded by that share of the values."""
    ascending = sorted(held)
    return {f"level_p{percentile}": ascending[math.ceil(len(held) * percentile / 100) - 1] for percentile in (50, 95)}


def _increase(readings: Readings, lasts_s: float) -> Fields:
    """A counter that fell was reset to zero before."""
    values = [values["energy"] for _, values in readings]
    increase = sum(after - before if after >= before else after for before, after in pairwise(values))
    return {"energy_increase": increase, "energy_rate": increase / lasts_s}


def _time_in_states(readings: Readings, start_ms: int, end_ms: int) -> Fields:
    seconds = {0: 0.0, 1: 0.0}
    ends_ms = [time_ms for time_ms, _ in readings[1:]] + [end_ms]
    for (time_ms, values), until_ms in zip(readings, ends_ms, strict=True):
        if values["mode"] in seconds:
            seconds[int(values["mode"])] += (until_ms - max(time_ms, start_ms)) / 1000
    return {f"mode_time_{state}": lasted for state, lasted in seconds.items()}

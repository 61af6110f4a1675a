"""What is stored, against what was published: every difference in words."""

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from tests.torture.fleet import BIN_WIDTH
from tests.torture.truth import Fields, Key, Series, whole, windows

Row = Mapping[str, Any]
"""One of `denyut query --format jsonl`."""
_FOR_PEOPLE = 20
"""Differences that are named."""


def differences(rows: Iterable[Row], published: Sequence[Series], sizes: Mapping[str, int]) -> list[str]:
    """Empty where every window of every device holds each reading once; sizes: name -> ms."""
    found: dict[Key, Row] = {}
    doubled = []
    for row in rows:
        key = _key(row)
        doubled += [f"{key} is stored twice"] if key in found else []
        found[key] = row
    clockless = [series for series in published if not series.times_ms]
    untimed = {(series.kind, series.device) for series in clockless}
    timed = {key: row for key, row in found.items() if (key.kind, key.device) not in untimed}
    all_of_them = [
        *doubled,
        *_of_windows(timed, windows(published, sizes)),
        *_of_clockless(found, clockless, sizes),
    ]
    beyond = len(all_of_them) - _FOR_PEOPLE
    return all_of_them[:_FOR_PEOPLE] + ([f"and {beyond} more"] if beyond > 0 else [])


def unbalanced(status: Mapping[str, Any], published: int) -> list[str]:
    """What the ledger does not account for, where each reading was published as one message and none is bad."""
    rejected = sum(status["rejected"].values())
    wrong = [] if status["accepted"] == published else [f"{status['accepted']} accepted of {published} published"]
    if rejected:
        wrong.append(f"rejected: {status['rejected']}")
    if status["received"] != status["accepted"] + status["duplicate"] + rejected:
        wrong.append(f"received {status['received']} is not {status['accepted']} + {status['duplicate']} + {rejected}")
    return wrong


def unaccounted(devices: Iterable[Mapping[str, Any]], published: Iterable[Series]) -> list[str]:
    """Where the ledger of a device says that a reading never came, came twice into a window, or was refused."""
    ledger = {(device["kind"], device["device"]): device for device in devices}
    wrong = []
    for series in published:
        count = len(series.values)
        expected: dict[str, Any] = {"accepted": count, "readings": count, "rejected": {}}
        if series.numbered:
            expected |= {"published": count, "missing": 0, "restarts": 0}
        row = ledger.get((series.kind, series.device), {})
        found = {name: row.get(name) for name in expected}
        wrong += [] if found == expected else [f"{series.device}: the ledger says {found}, not {expected}"]
    return wrong


def _key(row: Row) -> Key:
    return Key(row["kind"], row["device"], row["size"], round(datetime.fromisoformat(row["time"]).timestamp() * 1000))


def _of_windows(found: Mapping[Key, Row], expected: Mapping[Key, Fields]) -> Iterator[str]:
    for key in sorted(expected.keys() | found.keys(), key=str):
        if key not in found:
            yield f"{key} is missing"
        elif key not in expected:
            yield f"{key} is stored, and nothing was published for it"
        else:
            yield from _of_fields(key, found[key], expected[key])


def _of_fields(key: Key, row: Row, fields: Fields) -> Iterator[str]:
    for name, value in fields.items():
        if not _agrees(name, row.get(name), value):
            yield f"{key}: {name} is {row.get(name)}, not {value}"


def _agrees(name: str, found: float | None, expected: float) -> bool:
    if found is None:
        return False
    statistic = name.rpartition("_")[2]
    if statistic in ("count", "min", "max", "first", "last", "increase"):
        return found == expected
    if statistic.startswith("p"):
        return abs(found - expected) <= BIN_WIDTH
    # The standard deviation of directions is the root of a difference from one.
    return math.isclose(found, expected, rel_tol=1e-9, abs_tol=1e-5 if name == "direction_std" else 1e-9)


def _of_clockless(found: Mapping[Key, Row], clockless: Iterable[Series], sizes: Mapping[str, int]) -> Iterator[str]:
    """Their windows follow the time of receipt, so only all windows together are known."""
    rows: dict[tuple[str, str, str], list[tuple[int, Row]]] = defaultdict(list)
    for key, row in found.items():
        rows[key.kind, key.device, key.size].append((key.end_ms, row))
    for series in clockless:
        for size in sizes:
            ordered = sorted(rows[series.kind, series.device, size], key=lambda held: held[0])
            key = Key(series.kind, series.device, size, 0)
            yield from _of_fields(key, _together([row for _, row in ordered]), _mergeable(whole(series)))


def _mergeable(fields: Fields) -> Fields:
    return {name: value for name, value in fields.items() if not name.endswith("_std")}


def _together(rows: Sequence[Row]) -> Fields:
    """The windows of one device as one."""
    merged: Fields = {}
    for name in sorted({name.removesuffix("_count") for row in rows for name in row if name.endswith("_count")}):
        held = [row for row in rows if row.get(f"{name}_count")]
        count = merged[f"{name}_count"] = sum(row[f"{name}_count"] for row in held)
        merged[f"{name}_mean"] = math.fsum(row[f"{name}_mean"] * row[f"{name}_count"] for row in held) / count
        merged[f"{name}_min"] = min(row[f"{name}_min"] for row in held)
        merged[f"{name}_max"] = max(row[f"{name}_max"] for row in held)
        merged[f"{name}_first"] = held[0][f"{name}_first"]
        merged[f"{name}_last"] = held[-1][f"{name}_last"]
    return merged

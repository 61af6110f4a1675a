"""The example city many times over: so many devices of six kinds, each with all that is registered of its pattern."""

import csv
from pathlib import Path

from benchmarks.message_stream import TIME_MARK
from config.cities import shipped_city
from config.durations import SECOND_NS
from config.load import load_settings
from simulators.fleet import Fleet
from simulators.payloads import Encoder

FIRST_NS = 1_800_000_000 * SECOND_NS
_SPAN_NS = 10 * SECOND_NS
NAMES = ("id", "downstream")
"""Columns that name a device; each copy of the city names its own."""


def write_large_city(directory: Path, devices: int) -> Path:
    """Its configuration: that of the example city, with `devices` devices instead of its own."""
    pattern = shipped_city("bojonegoro")
    directory.mkdir(parents=True, exist_ok=True)
    file = directory / pattern.name
    file.write_text(pattern.read_text(encoding="utf-8"), encoding="utf-8")
    with (pattern.parent / "devices.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    with (directory / "devices.csv").open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]))
        writer.writeheader()
        writer.writerows(_copy(rows[number % len(rows)], number // len(rows)) for number in range(devices))
    return file


def _copy(row: dict[str, str], number: int) -> dict[str, str]:
    return row | {name: f"{row[name]}-{number:03}" for name in NAMES if row.get(name)}


def city_messages(city: Path, count: int) -> list[tuple[bytes, bytes]]:
    """(topic, payload) of what its devices send one after the other, with `TIME_MARK` for the time and no counter."""
    encoder = Encoder(Fleet(load_settings(city)))
    found: list[tuple[bytes, bytes]] = []
    start_ns = FIRST_NS
    while len(found) < count:
        messages = encoder.messages(start_ns, start_ns + _SPAN_NS)
        found += zip(map(str.encode, messages.topics), map(_timeless, messages.payloads), strict=True)
        start_ns += _SPAN_NS
    return found[:count]


def _timeless(payload: bytes) -> bytes:
    """A payload begins with `ts` and `seq`; the stream is sent many times over, with new times each."""
    rest = payload.split(b",", 2)[2]
    return b'{"ts":' + TIME_MARK + b"," + rest

"""What became of each device's messages, as Prometheus text: long, so it is made while it is sent."""

import asyncio
from collections.abc import AsyncIterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ingest.devices import DeviceTable
from ingest.ledger import Count, Ledger, Numbered

DEVICES_AT_ONCE = 500
"""A millisecond or two of work, between which the event loop sees to the broker."""

_ESCAPED = str.maketrans({"\\": r"\\", '"': r"\"", "\n": r"\n"})
"""Prometheus text format 0.0.4, "Comments, help text, and type information"."""


class DeviceFamily(NamedTuple):
    name: str
    kind: str
    meaning: str
    label: str = ""
    """Beside city, kind, zone and device."""


MESSAGES = DeviceFamily("denyut_device_messages_total", "counter", "Messages by what became of them.", "outcome")
REJECTED = DeviceFamily(
    "denyut_device_rejected_total", "counter", "Rejected messages, reasons that occurred.", "reason"
)
LATE = DeviceFamily("denyut_device_late_total", "counter", "Accepted messages that revised a closed window.")
READINGS = DeviceFamily("denyut_device_readings_total", "counter", "Rows of values taken into windows.")
PUBLISHED = DeviceFamily("denyut_device_published_total", "counter", "Numbers that the device's own counter passed.")
MISSING = DeviceFamily("denyut_device_missing", "gauge", "Of those, the numbers that no reading brought.")
RESTARTS = DeviceFamily("denyut_device_restarts_total", "counter", "How often that counter began again.")
DEVICE_FAMILIES = (MESSAGES, REJECTED, LATE, READINGS, PUBLISHED, MISSING, RESTARTS)

_OUTCOMES = (("accepted", Count.ACCEPTED), ("duplicate", Count.DUPLICATE), ("rejected", Count.REJECTED))
_NUMBERED = ((PUBLISHED, Numbered.PUBLISHED), (MISSING, Numbered.MISSING), (RESTARTS, Numbered.RESTARTS))


class DeviceLines:
    """Devices without a counter of their own (`seq`) have no line in its families."""

    def __init__(self, devices: DeviceTable, ledger: Ledger) -> None:
        self._devices = devices
        self._ledger = ledger

    async def stream(self) -> AsyncIterator[str]:
        """Parts of a hundred kilobytes; the counts of one device agree with each other within a family."""
        for family in DEVICE_FAMILIES:
            yield f"# HELP {family.name} {family.meaning}\n# TYPE {family.name} {family.kind}\n"
            for first in range(0, len(self._devices), DEVICES_AT_ONCE):
                lines = self._lines(family, range(first, min(first + DEVICES_AT_ONCE, len(self._devices))))
                if lines:
                    yield "".join(lines)
                # A client that reads fast would keep the loop busy until the end.
                await asyncio.sleep(0)

    def _lines(self, family: DeviceFamily, rows: range) -> list[str]:
        columns = [column for column in self._columns(family, rows) if column.places]
        labels = self._labels(rows) if columns else []
        lines = []
        for further, places, counts in columns:
            label = f',{family.label}="{further}"' if family.label else ""
            lines += [
                f"{family.name}{{{labels[place]}{label}}} {count}\n"
                for place, count in zip(places, counts, strict=True)
            ]
        return lines

    def _columns(self, family: DeviceFamily, rows: range) -> list["_Column"]:
        ledger = self._ledger
        if family is REJECTED:
            by_reason = [(reason.value, _part(counts, rows)) for reason, counts in ledger.reasons.items()]
            return [_shown(reason, counts, counts > 0) for reason, counts in by_reason]
        for numbered, column in _NUMBERED:
            if family is numbered:
                heard = _part(ledger.numbered[Numbered.PUBLISHED], rows) > 0
                return [_shown("", _part(ledger.numbered[column], rows), heard)]
        chosen = {MESSAGES: _OUTCOMES, LATE: (("", Count.LATE),), READINGS: (("", Count.READINGS),)}[family]
        every = np.ones(len(rows), np.bool_)
        return [_shown(label, _part(ledger.devices[count], rows), every) for label, count in chosen]

    def _labels(self, rows: range) -> list[str]:
        labels, places = [], dict[tuple[str, str, str], str]()
        for row in rows:
            city, kind, device, zone = self._devices.identity(row)
            place = places.get((city, kind, zone))
            if place is None:
                escaped = (part.translate(_ESCAPED) for part in (city, kind, zone))
                place = places[city, kind, zone] = 'city="{}",kind="{}",zone="{}",device="'.format(*escaped)
            labels.append(f'{place}{device.translate(_ESCAPED)}"')
        return labels


class _Column(NamedTuple):
    label: str
    """The value of the family's further label."""
    places: list[int]
    """Among the rows asked for."""
    counts: list[int]


def _part(counts: NDArray[np.int64], rows: range) -> NDArray[np.int64]:
    """Of the (devices,) counts; a device may lie behind their end, where it was never heard."""
    known = counts[rows.start : rows.stop]
    return np.pad(known, (0, len(rows) - len(known)))


def _shown(label: str, counts: NDArray[np.int64], which: NDArray[np.bool_]) -> _Column:
    return _Column(label, np.flatnonzero(which).tolist(), counts[which].tolist())

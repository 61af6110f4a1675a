"""What became of each device's messages, a page at a time, as JSON."""

import time
from collections.abc import Callable, Sequence
from typing import Annotated, Any, Literal, overload

import msgspec
import numpy as np
from numpy.typing import NDArray

from config.iso_times import iso_utc
from dashboard.device_report import ORDERS, DeviceReport, reaching
from dashboard.http.page import Parameter
from ingest.devices import DeviceIdentity, DeviceTable
from ingest.ledger import Ledger

MOST = 1_000
"""Devices on a page: some milliseconds of work, in which the event loop sees to nothing else."""
USUAL = 100
PARAMETERS = (
    Parameter("sort", "The first are those of which most is to be said by this.", Literal[tuple(ORDERS)]),
    Parameter("kind", "Of this kind."),
    Parameter("limit", "How many at most.", Annotated[int, msgspec.Meta(ge=1, le=MOST)], USUAL),
    Parameter("offset", "How many of the first are left out.", Annotated[int, msgspec.Meta(ge=0, le=2**31)], 0),
)
_MOST_DIGITS = 20
"""Of a number in a query, with the zeros before it."""


class PageError(ValueError):
    """What was asked for is no page; one sentence."""


class _Identities(Sequence[DeviceIdentity]):
    """Looked up one by one: a copy of a million names for a page of a hundred would take a second."""

    def __init__(self, devices: DeviceTable) -> None:
        self._devices = devices

    def __len__(self) -> int:
        return len(self._devices)

    @overload
    def __getitem__(self, row: int) -> DeviceIdentity: ...
    @overload
    def __getitem__(self, row: slice) -> Sequence[DeviceIdentity]: ...
    def __getitem__(self, row: int | slice) -> DeviceIdentity | Sequence[DeviceIdentity]:
        if isinstance(row, slice):
            return [self._devices.identity(each) for each in range(len(self))[row]]
        return self._devices.identity(row)


class DeviceCounts:
    def __init__(
        self, devices: DeviceTable, ledger: Ledger, last_seen_ns: Callable[[], NDArray[np.int64]] | None = None
    ) -> None:
        """`last_seen_ns`: for each row the latest event time of an accepted reading, 0 before the first."""
        self._devices = devices
        self._ledger = ledger
        self._last_seen_ns = last_seen_ns or (lambda: np.zeros(0, np.int64))

    def page(self, query: dict[str, str]) -> dict[str, Any]:
        """`sort`: a key of `ORDERS`, absent: as they were first heard of; `kind`; `limit` (1 to 1,000); `offset`.

        Devices that are equal stand as they were first heard of. Raises PageError.
        """
        unknown = sorted(query.keys() - {"sort", "kind", "limit", "offset"})
        if unknown:
            raise PageError(f"there is no {unknown[0][:40]!r} here; there are sort, kind, limit and offset")
        limit, offset = _number(query, "limit", USUAL, 1, MOST), _number(query, "offset", 0, 0, 2**31)
        report = self._report()
        rows = self._in_order(report, query.get("sort"), query.get("kind"))
        chosen = rows[offset : offset + limit].tolist()
        return {
            "as_of": iso_utc(report.as_of_ns),
            "total": len(rows),
            "offset": offset,
            "devices": list(report.describe(chosen)),
        }

    def _report(self) -> DeviceReport:
        last_seen_ns = reaching(self._last_seen_ns(), len(self._devices))
        return DeviceReport(time.time_ns(), _Identities(self._devices), self._ledger, last_seen_ns)

    def _in_order(self, report: DeviceReport, order: str | None, kind: str | None) -> NDArray[np.int64]:
        rows = np.arange(len(self._devices))
        if kind is not None:
            rows = np.array(self._devices.rows_of_kind.get(kind, ()), np.int64)
        if order is None:
            return rows
        if order not in ORDERS:
            raise PageError(f"sort={order[:40]!r} is no order; there are {', '.join(ORDERS)}")
        return rows[np.argsort(ORDERS[order](report)[rows], kind="stable")]


def _number(query: dict[str, str], name: str, usual: int, least: int, most: int) -> int:
    text = query.get(name)
    if text is None:
        return usual
    # int() gives up on thousands of digits: their number is looked at first.
    if not (len(text) <= _MOST_DIGITS and text.isascii() and text.isdigit() and least <= int(text) <= most):
        raise PageError(f"{name}={text[:40]!r} is no number from {least:,} to {most:,}")
    return int(text)

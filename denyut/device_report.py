"""What became of the messages of each device, from the newest checkpoint of a run."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from denyut.saved_ledger import restore_ledger
from denyut.snapshot import joined
from ingest.devices import DeviceIdentity
from ingest.ledger import Count, Ledger, Numbered
from processors.checkpoints.looking import look
from processors.checkpoints.pieces import PieceReader

Counts = NDArray[np.int64]
Key = Callable[["DeviceReport"], Counts]
"""(devices,) ascending in the order wanted."""

ORDERS: dict[str, Key] = {
    "received": lambda report: -report.counts(Count.RECEIVED),
    "published": lambda report: -report.numbers(Numbered.PUBLISHED),
    "missing": lambda report: -report.numbers(Numbered.MISSING),
    "restarts": lambda report: -report.numbers(Numbered.RESTARTS),
    "duplicate": lambda report: -report.counts(Count.DUPLICATE),
    "rejected": lambda report: -report.counts(Count.REJECTED),
    "late": lambda report: -report.counts(Count.LATE),
    "last_seen": lambda report: report.last_seen_ns,
}
"""The most first; of `last_seen` those that have been silent longest."""

_NAMES = (*DeviceIdentity._fields, *(each.name.lower() for each in (*Numbered, *Count)))
_NO_COUNTER = (None,) * len(Numbered)


@dataclass(frozen=True, slots=True)
class DeviceReport:
    as_of_ns: int
    devices: Sequence[DeviceIdentity]
    ledger: Ledger
    last_seen_ns: Counts
    """(devices,) latest event time of an accepted reading; 0: there was none."""

    def counts(self, count: Count) -> Counts:
        return _reaching(self.ledger.devices[count], len(self.devices))

    def numbers(self, number: Numbered) -> Counts:
        return _reaching(self.ledger.numbered[number], len(self.devices))

    def rows(self, order: str | None, limit: int | None) -> list[int]:
        """Of the devices, in an order of `ORDERS`; None: by name. Those that are equal are in order of their names."""
        rows = sorted(range(len(self.devices)), key=self.devices.__getitem__)
        if order is not None:
            key = ORDERS[order](self)[rows]
            rows = np.array(rows, np.int64)[np.argsort(key, kind="stable")].tolist()
        return rows[:limit]

    def describe(self, rows: Sequence[int]) -> Iterator[dict[str, Any]]:
        """`published`, `missing` and `restarts` are None for a device without a counter."""
        chosen = np.array(rows, np.int64)
        counts = np.stack([self.counts(count)[chosen] for count in Count]).T.tolist()
        numbers = np.stack([self.numbers(number)[chosen] for number in Numbered]).T.tolist()
        reasons = [
            (reason.value, _reaching(each, len(self.devices))[chosen].tolist())
            for reason, each in sorted(self.ledger.reasons.items())
        ]
        published = int(Numbered.PUBLISHED)
        columns = zip(rows, counts, numbers, self.last_seen_ns[chosen].tolist(), strict=True)
        for place, (row, counted, numbered, last_seen_ns) in enumerate(columns):
            known = numbered if numbered[published] else _NO_COUNTER
            device = dict(zip(_NAMES, (*self.devices[row], *known, *counted), strict=True))
            device["rejected"] = {name: each[place] for name, each in reasons if each[place]}
            device["last_seen_ns"] = last_seen_ns or None
            yield device


def read_device_report(checkpoints: Path) -> DeviceReport | None:
    """None where there is no checkpoint. Raises CheckpointError or StateError."""

    def read(path: Path, document: dict[str, Any], pieces: PieceReader) -> DeviceReport:
        devices = [DeviceIdentity(*each) for each in joined(document["devices"], pieces)]
        latest_ns = pieces.unpack(document["state"]["cadences"][2])
        ledger = restore_ledger(document["ledger"], pieces.unpack)
        return DeviceReport(_changed_ns(path), devices, ledger, _reaching(latest_ns, len(devices)))

    return look(checkpoints, read)


def _changed_ns(path: Path) -> int:
    return path.stat().st_mtime_ns


def _reaching(counts: Counts, devices: int) -> Counts:
    """Exactly so many; 0 for those that were never counted."""
    missing = devices - len(counts)
    return counts[:devices] if missing <= 0 else np.concatenate([counts, np.zeros(missing, np.int64)])

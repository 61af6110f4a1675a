"""What became of the messages of each device, as rows that can be put in order and described."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from config.iso_times import iso_utc
from ingest.devices import DeviceIdentity
from ingest.ledger import Count, Ledger, Numbered

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
        return reaching(self.ledger.devices[count], len(self.devices))

    def numbers(self, number: Numbered) -> Counts:
        return reaching(self.ledger.numbered[number], len(self.devices))

    def rows(self, order: str | None, limit: int | None) -> list[int]:
        """Of the devices, in an order of `ORDERS`; None: by name. Those that are equal are in order of their names."""
        rows = sorted(range(len(self.devices)), key=self.devices.__getitem__)
        if order is not None:
            key = ORDERS[order](self)[rows]
            rows = np.array(rows, np.int64)[np.argsort(key, kind="stable")].tolist()
        return rows[:limit]

    def describe(self, rows: Sequence[int]) -> Iterator[dict[str, Any]]:
        """`published`, `missing` and `restarts` are None for a device without a counter, `last_seen` (ISO, UTC) for
        one that was never heard.
        """
        chosen = np.array(rows, np.int64)
        counts = np.stack([self.counts(count)[chosen] for count in Count]).T.tolist()
        numbers = np.stack([self.numbers(number)[chosen] for number in Numbered]).T.tolist()
        reasons = [
            (reason.value, reaching(each, len(self.devices))[chosen].tolist())
            for reason, each in sorted(self.ledger.reasons.items())
        ]
        published = int(Numbered.PUBLISHED)
        columns = zip(rows, counts, numbers, self.last_seen_ns[chosen].tolist(), strict=True)
        for place, (row, counted, numbered, last_seen_ns) in enumerate(columns):
            known = numbered if numbered[published] else _NO_COUNTER
            device = dict(zip(_NAMES, (*self.devices[row], *known, *counted), strict=True))
            device["rejected"] = {name: each[place] for name, each in reasons if each[place]}
            device["last_seen"] = iso_utc(last_seen_ns) if last_seen_ns else None
            yield device


def reaching(counts: Counts, devices: int) -> Counts:
    """Exactly so many; 0 for those that were never counted."""
    missing = devices - len(counts)
    return counts[:devices] if missing <= 0 else np.concatenate([counts, np.zeros(missing, np.int64)])

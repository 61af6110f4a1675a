"""Where every message went. Always: received = accepted + duplicate + rejected, for each device and in all."""

import logging
from collections import Counter
from dataclasses import dataclass, field
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from ingest.reasons import Reason

LOG = logging.getLogger("denyut.ledger")
_CHECKED_AT_ONCE = 65_536


class Count(IntEnum):
    """Columns of `Ledger.devices`."""

    RECEIVED = 0
    ACCEPTED = 1
    DUPLICATE = 2
    REJECTED = 3
    LATE = 4
    """Of the accepted."""
    READINGS = 5


class Numbered(IntEnum):
    """Columns of `Ledger.numbered`: what the devices' own counters (`seq`) tell."""

    PUBLISHED = 0
    """Numbers that the counter has passed since it was first heard."""
    MISSING = 1
    """Of the published: those that no reading brought."""
    RESTARTS = 2
    """How often the counter began again."""


@dataclass(slots=True)
class Ledger:
    received: int = 0
    accepted: int = 0
    duplicate: int = 0
    rejected: Counter[Reason] = field(default_factory=Counter)
    late: int = 0
    """Accepted messages that revised a closed window."""
    readings: int = 0
    """Rows of values taken into windows; a buffered upload brings several."""
    parts_rejected: Counter[Reason] = field(default_factory=Counter)
    """Elements of accepted buffered uploads."""
    published: int = 0
    missing: int = 0
    restarts: int = 0
    devices: NDArray[np.int64] = field(default_factory=lambda: np.zeros((len(Count), 1024), np.int64))
    """(len(Count), devices) the same for each row of the `DeviceTable`."""
    numbered: NDArray[np.int64] = field(default_factory=lambda: np.zeros((len(Numbered), 0), np.int64))
    """(len(Numbered), up to the last device that has a counter)."""
    reasons: dict[Reason, NDArray[np.int64]] = field(default_factory=dict)
    """Reason -> (up to the last device that has any) rejected messages."""
    violations: int = 0
    """How often the sums were found not to agree: a mistake of ours, whatever the messages held."""
    _difference: int = field(default=0, init=False, compare=False)
    _checked: int = field(default=0, init=False, compare=False)
    _wrong: dict[int, int] = field(default_factory=dict, init=False, compare=False)
    """First of the devices checked together -> how many of them were wrong."""

    @property
    def difference(self) -> int:
        """Messages received whose outcome nobody knows; 0 when all agrees."""
        return self.received - self.accepted - self.duplicate - self.rejected.total()

    @property
    def balanced(self) -> bool:
        return self.difference == 0

    def add(self, count: Count, device: NDArray[np.int32]) -> None:
        """One for each of the (n,) devices."""
        if not len(device):
            return
        missing = int(device.max()) + 1 - self.devices.shape[1]
        if missing > 0:
            more = max(missing, self.devices.shape[1] // 2)
            self.devices = np.pad(self.devices, ((0, 0), (0, more)))
        np.add.at(self.devices[count], device, 1)

    def reject(self, reason: Reason, device: NDArray[np.int32]) -> None:
        """One message for each of the (n,) devices; -1 where the topic names none."""
        self.rejected[reason] += len(device)
        named = device[device >= 0]
        if not len(named):
            return
        self.add(Count.REJECTED, named)
        counts = _reaching(self.reasons.get(reason, np.zeros(0, np.int64)), int(named.max()))
        np.add.at(counts, named, 1)
        self.reasons[reason] = counts

    def count_numbers(self, count: Numbered, device: NDArray[np.int32], amount: NDArray[np.int64]) -> None:
        """(n,) each; an amount may be negative, as where a number that was missing came after all."""
        if not len(device):
            return
        self.numbered = _reaching(self.numbered, int(device.max()))
        np.add.at(self.numbered[count], device, amount)

    def check(self) -> None:
        """Cheap enough for each batch: a difference that has changed is logged and counted, and ends nothing."""
        if self.difference == self._difference:
            return
        self._difference = self.difference
        self.violations += 1
        LOG.error(
            "the ledger does not agree: received %d, accepted %d, duplicate %d, rejected %d",
            *(self.received, self.accepted, self.duplicate, self.rejected.total()),
        )

    def check_devices(self) -> None:
        """The same for the next 65,536 devices, so that a million of them cost each call little."""
        first = self._checked if self._checked < self.devices.shape[1] else 0
        self._checked = first + _CHECKED_AT_ONCE
        part = self.devices[:, first : self._checked]
        explained = part[Count.ACCEPTED] + part[Count.DUPLICATE] + part[Count.REJECTED]
        wrong = np.flatnonzero(part[Count.RECEIVED] != explained)
        known, self._wrong[first] = self._wrong.get(first, 0), len(wrong)
        if len(wrong) <= known:
            return
        self.violations += len(wrong) - known
        received, accepted, duplicate, rejected = part[: Count.REJECTED + 1, wrong[0]].tolist()
        LOG.error(
            "the ledger does not agree for %d devices; row %d: received %d, accepted %d, duplicate %d, rejected %d",
            *(len(wrong), first + int(wrong[0]), received, accepted, duplicate, rejected),
        )


def _reaching(counts: NDArray[np.int64], device: int) -> NDArray[np.int64]:
    """(..., m) with m beyond the device, grown by half at least."""
    width = counts.shape[-1]
    if device < width:
        return counts
    more = max(device + 1 - width, width // 2)
    return np.concatenate([counts, np.zeros((*counts.shape[:-1], more), np.int64)], axis=-1)

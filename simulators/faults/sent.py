"""Readings on their way, in columns: what is true beside what is said of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simulators.draws import FloatArray
from simulators.faults.fault import FAULT_KINDS
from simulators.faults.malformed import SORTS
from simulators.fleet import Reports

IntArray = NDArray[np.int64]
Mask = NDArray[np.bool_]
BIT: dict[str, int] = {
    name: 1 << place for place, name in enumerate((*FAULT_KINDS, *(f"malformed:{sort}" for sort in SORTS)))
}
"""Faults, and of the malformed ones also in which way."""


@dataclass(slots=True)
class Sent:
    """Of one kind; a row for each time that a reading is sent, or for one that is not."""

    kind: str
    device: IntArray
    """(n,) index into the devices of the kind's `Group`."""
    time_ns: IntArray
    """(n,) when it was measured."""
    stated_ns: IntArray
    """(n,) when its device believes so."""
    sent_ns: IntArray
    """(n,) when it reaches the broker."""
    sequence: IntArray
    copy: IntArray
    """(n,) 0, and 1 for what is sent again."""
    never: Mask
    """(n,) it is not sent at all."""
    together: Mask
    """(n,) it comes with the others of its device and sent_ns in one upload, where it can be read."""
    retain: Mask
    """(n,) the broker is to keep it."""
    faults: NDArray[np.uint32]
    """(n,) `BIT` of each that befell it."""
    true: dict[str, FloatArray]
    said: dict[str, FloatArray] = field(default_factory=dict)
    decimals: Mapping[str, int] = field(default_factory=dict)
    """As in `Reports`."""

    @classmethod
    def of(cls, report: Reports) -> "Sent":
        size = len(report.time_ns)
        no = np.zeros(size, np.bool_)
        return cls(
            kind=report.kind,
            device=report.device,
            time_ns=report.time_ns,
            stated_ns=report.time_ns,
            sent_ns=report.time_ns,
            sequence=report.sequence,
            copy=np.zeros(size, np.int64),
            never=no,
            together=no,
            retain=no,
            faults=np.zeros(size, np.uint32),
            true={**report.columns, **report.true},
            said=dict(report.columns),
            decimals=report.decimals,
        )

    def __len__(self) -> int:
        return len(self.time_ns)

    def has(self, kind: str) -> Mask:
        mask: Mask = (self.faults & BIT[kind]) != 0
        return mask

    def take(self, rows: NDArray[np.int64] | Mask) -> "Sent":
        columns: dict[str, Any] = {name: getattr(self, name)[rows] for name in _COLUMNS}
        for name in _VALUES:
            columns[name] = {quantity: values[rows] for quantity, values in getattr(self, name).items()}
        return replace(self, **columns)

    def and_then(self, other: "Sent") -> "Sent":
        columns: dict[str, Any] = {
            name: np.concatenate([getattr(self, name), getattr(other, name)]) for name in _COLUMNS
        }
        for name in _VALUES:
            columns[name] = _joined(getattr(self, name), getattr(other, name), len(self), len(other))
        return replace(self, **columns)


def marked(sent: Sent, rows: Mask, kind: str, *, never: Mask | None = None) -> Sent:
    """The fault befell these rows; those of `never` are not sent."""
    faults = sent.faults | np.where(rows, np.uint32(BIT[kind]), np.uint32(0))
    return replace(sent, faults=faults, never=sent.never if never is None else sent.never | never)


_COLUMNS = (
    *("device", "time_ns", "stated_ns", "sent_ns", "sequence", "copy", "never", "together", "retain", "faults"),
)
_VALUES = ("true", "said")


def _joined(first: dict[str, FloatArray], second: dict[str, FloatArray], n: int, m: int) -> dict[str, FloatArray]:
    none, nothing = np.full(n, np.nan), np.full(m, np.nan)
    names = dict.fromkeys([*first, *second])
    return {name: np.concatenate([first.get(name, none), second.get(name, nothing)]) for name in names}

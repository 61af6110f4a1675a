"""Readings on their way, in columns: what is true beside what is said of it."""

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simulators.draws import FloatArray
from simulators.fleet import Reports
from simulators.scenario import FAULT_KINDS, FaultKind

IntArray = NDArray[np.int64]
Mask = NDArray[np.bool_]
BIT: dict[FaultKind, int] = {kind: 1 << place for place, kind in enumerate(FAULT_KINDS)}


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
    """(n,) it comes with the others of its device and sent_ns in one upload."""
    faults: NDArray[np.uint32]
    """(n,) `BIT` of each that befell it."""
    true: dict[str, FloatArray]
    said: dict[str, FloatArray] = field(default_factory=dict)

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
            faults=np.zeros(size, np.uint32),
            true=report.columns,
            said=dict(report.columns),
        )

    def __len__(self) -> int:
        return len(self.time_ns)

    def has(self, kind: FaultKind) -> Mask:
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


_COLUMNS = ("device", "time_ns", "stated_ns", "sent_ns", "sequence", "copy", "never", "together", "faults")
_VALUES = ("true", "said")


def _joined(first: dict[str, FloatArray], second: dict[str, FloatArray], n: int, m: int) -> dict[str, FloatArray]:
    none, nothing = np.full(n, np.nan), np.full(m, np.nan)
    names = dict.fromkeys([*first, *second])
    return {name: np.concatenate([first.get(name, none), second.get(name, nothing)]) for name in names}

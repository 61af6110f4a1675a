"""The columns in which closed windows leave the processor."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class WindowBatch:
    """The closed (or revised) windows of one kind of device and one size that end together; one row a device."""

    kind: str
    size_ns: int
    end_ns: int
    """The window is [end_ns - size_ns, end_ns), event time, ns UTC."""
    device: NDArray[np.int32]
    """(n,) rows of the `DeviceTable`, ascending."""
    readings: NDArray[np.int64]
    """(n,) readings of the device in the window."""
    revision: NDArray[np.int32]
    """(n,) 0 when the window first closes, +1 each time late readings change it."""
    fields: dict[str, NDArray[np.float64]]
    """`<quantity>_<statistic>` -> (n,), NaN where the device sent no such quantity.

    Statistics: count, mean, std (population), min, max, first, last; p<percentile> where asked (speed_p85);
    harmonic for speeds; increase and rate (per second) for counters; time_<state> (seconds) for states.
    """

    def __len__(self) -> int:
        return len(self.device)


@dataclass(frozen=True, slots=True)
class ClosedWindow:
    """A window that closed, or that late readings changed."""

    changed: WindowBatch
    """The rows to write."""
    whole: WindowBatch
    """All rows, for figures that need every device; the same object where all of them changed."""

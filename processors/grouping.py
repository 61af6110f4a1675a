"""Which readings belong together, found without sorting them."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

_LARGEST_TABLE = 1 << 24


@dataclass(frozen=True, slots=True)
class Groups:
    """`k` groups of `n` readings, by pane first; devices of a pane in the order of their last readings."""

    of: NDArray[np.intp]
    """(n,) the group of each reading."""
    representative: NDArray[np.intp]
    """(k,) one reading of each group."""

    def __len__(self) -> int:
        return len(self.representative)


def group_by(pane: NDArray[np.int64], device: NDArray[np.int32]) -> Groups:
    """Readings of one device in one pane form a group. pane, device: (n,), n > 0, device not negative."""
    lowest, highest = int(pane.min()), int(pane.max())
    devices = int(device.max()) + 1
    key = device if lowest == highest else (pane - lowest) * devices + device
    size = (highest - lowest + 1) * devices
    if size > _LARGEST_TABLE:
        # Recorded data may jump over years; then panes are many and their number says nothing.
        key, size = _dense(key)
    position = np.arange(len(key), dtype=np.int32)
    table = np.empty(size, np.int32)  # read only where it was written
    table[key] = position
    representative = np.flatnonzero(table[key] == position)
    if lowest != highest:
        representative = representative[np.argsort(pane[representative], kind="stable")]
    table[key[representative]] = np.arange(len(representative), dtype=np.int32)
    return Groups(table[key].astype(np.intp), representative)


def _dense(key: NDArray[Any]) -> tuple[NDArray[np.int64], int]:
    distinct, dense = np.unique(key, return_inverse=True)
    return dense.astype(np.int64), len(distinct)


def pane_numbers(time_ns: NDArray[np.int64], pane_ns: int) -> NDArray[np.int64]:
    """(n,) floor(time / pane). Readings of a few panes are compared with their edges: a division costs far more."""
    lowest, highest = int(time_ns.min()) // pane_ns, int(time_ns.max()) // pane_ns
    if highest - lowest > 4:
        return time_ns // pane_ns
    numbers = np.full(len(time_ns), lowest, np.int64)
    for edge in range(lowest + 1, highest + 1):
        numbers += time_ns >= edge * pane_ns
    return numbers

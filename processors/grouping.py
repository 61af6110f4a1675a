"""Which readings belong together, found without sorting where they are dense."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_LARGEST_TABLE = 1 << 24
_LARGEST_KEY = 1 << 62
_SPARSE = 64
"""Of a table with more entries for each reading than this, looking for those that were hit costs more than sorting."""
_DIGIT = 16
"""numpy sorts integers of 16 bits by radix, at a tenth of the cost of wider ones."""


@dataclass(frozen=True, slots=True)
class Groups:
    """`k` groups of `n` readings, ascending by pane, then by device."""

    of: NDArray[np.intp]
    """(n,) the group of each reading."""
    pane: NDArray[np.int64]
    """(k,)"""
    device: NDArray[np.int32]
    """(k,)"""

    def __len__(self) -> int:
        return len(self.device)

    def parts(self, size: int) -> Iterator[tuple[slice, NDArray[np.intp]]]:
        """At most `size` groups at a time: which they are, and their readings, group by group, as they came."""
        ends = np.cumsum(np.bincount(self.of, minlength=len(self)))
        order = sorted_stably(self.of, len(self))
        for first in range(0, len(self), size):
            last = min(first + size, len(self))
            yield slice(first, last), order[ends[first - 1] if first else 0 : ends[last - 1]]


def group_by(pane: NDArray[np.int64], device: NDArray[np.int32]) -> Groups:
    """Readings of one device in one pane form a group. pane, device: (n,), n > 0, device not negative."""
    lowest, highest = int(pane.min()), int(pane.max())
    devices = int(device.max()) + 1
    size = (highest - lowest + 1) * devices
    if size >= _LARGEST_KEY:
        panes, dense = np.unique(pane, return_inverse=True)
        groups = group_by(dense, device)
        return Groups(groups.of, panes[groups.pane], groups.device)
    key = device if lowest == highest else (pane - lowest) * devices + device
    if size > min(_LARGEST_TABLE, _SPARSE * len(key) + 65_536):
        distinct, of = np.unique(key.astype(np.int64), return_inverse=True)
    else:
        hit = np.zeros(size, np.bool_)
        hit[key] = True
        distinct = np.flatnonzero(hit)
        number = np.empty(size, np.int32)  # read only where it was written
        number[distinct] = np.arange(len(distinct), dtype=np.int32)
        of = number[key].astype(np.intp)
    return Groups(of, lowest + distinct // devices, (distinct % devices).astype(np.int32))


def sorted_stably(numbers: NDArray[np.int64], end: int) -> NDArray[np.intp]:
    """(n,) positions of the numbers, which lie in [0, end), in ascending order."""
    order = np.argsort(numbers.astype(np.uint16), kind="stable")  # by the lowest 16 bits
    for shift in range(_DIGIT, (end - 1).bit_length(), _DIGIT):
        digit = (numbers >> shift).astype(np.uint16)
        order = order[np.argsort(digit[order], kind="stable")]
    return order


def pane_numbers(time_ns: NDArray[np.int64], pane_ns: int) -> NDArray[np.int64]:
    """(n,) floor(time / pane). Readings of a few panes are compared with their edges: a division costs far more."""
    lowest, highest = int(time_ns.min()) // pane_ns, int(time_ns.max()) // pane_ns
    if highest - lowest > 4:
        return time_ns // pane_ns
    numbers = np.full(len(time_ns), lowest, np.int64)
    for edge in range(lowest + 1, highest + 1):
        numbers += time_ns >= edge * pane_ns
    return numbers

"""Readings whose time or value was not taken as it came, counted by device until the next window is judged."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from processors.checkpoints.arrays import Pack, Unpack

Counts = NDArray[np.uint32]


class Misread:
    """Of one kind of device; nothing is kept where nothing went wrong."""

    def __init__(self) -> None:
        self.off_clock: Counts = np.zeros(0, np.uint32)
        """By row of the device table: readings too far ahead of or behind the time at which they were received."""
        self.outside: dict[str, Counts] = {}
        """Quantity -> by row of the device table: values outside the plausible range."""

    def __bool__(self) -> bool:
        return bool(len(self.off_clock) or self.outside)

    def count_off_clock(self, device: NDArray[np.int32]) -> None:
        self.off_clock = _counted(self.off_clock, device)

    def count_outside(self, quantity: str, device: NDArray[np.int32]) -> None:
        self.outside[quantity] = _counted(self.outside.get(quantity, np.zeros(0, np.uint32)), device)

    def take(self, device: NDArray[np.int64], devices: int) -> tuple[Counts, dict[str, Counts]]:
        """(d,) what was counted of these devices since it was last taken: off the clock, and outside by quantity.

        device: (d,) their rows; they need not be given where nothing was counted.
        """
        if not self:
            return np.zeros(devices, np.uint32), {}
        off_clock = _at(self.off_clock, device)
        outside = {name: _at(counts, device) for name, counts in sorted(self.outside.items())}
        self.off_clock, self.outside = np.zeros(0, np.uint32), {}
        return off_clock, outside

    def describe(self, pack: Pack) -> list[Any]:
        return [pack(self.off_clock), {name: pack(counts) for name, counts in sorted(self.outside.items())}]

    @classmethod
    def restore(cls, saved: list[Any], unpack: Unpack) -> "Misread":
        misread = cls()
        off_clock, outside = saved
        misread.off_clock = unpack(off_clock)
        misread.outside = {name: unpack(counts) for name, counts in outside.items()}
        return misread


def _counted(counts: Counts, device: NDArray[np.int32]) -> Counts:
    if not len(device):
        return counts
    missing = int(device.max()) + 1 - len(counts)
    if missing > 0:
        counts = np.pad(counts, (0, missing))
    np.add.at(counts, device, 1)
    return counts


def _at(counts: Counts, device: NDArray[np.int64]) -> Counts:
    found = np.zeros(len(device), np.uint32)
    known = device < len(counts)
    found[known] = counts[device[known]]
    return found

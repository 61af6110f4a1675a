"""Which windows there are, and the panes they are made of."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from math import gcd

import numpy as np
from numpy.typing import NDArray

from config.settings import Window


@dataclass(frozen=True, slots=True)
class WindowShape:
    """Windows [k * hop, k * hop + size) for every integer k; tumbling where hop = size. Integer ns."""

    size_ns: int
    hop_ns: int

    def starts_of(self, pane_start_ns: int) -> range:
        """Starts of the windows that hold the pane, ascending."""
        last = pane_start_ns // self.hop_ns * self.hop_ns
        count = -(-(self.size_ns - (pane_start_ns - last)) // self.hop_ns)
        return range(last - (count - 1) * self.hop_ns, last + 1, self.hop_ns)

    def first_end(self, time_ns: NDArray[np.int64]) -> NDArray[np.int64]:
        """(n,) end of the earliest window that holds each time."""
        return (time_ns - self.size_ns) // self.hop_ns * self.hop_ns + self.hop_ns + self.size_ns

    def last_end(self, time_ns: NDArray[np.int64]) -> NDArray[np.int64]:
        """(n,) end of the latest window that holds each time."""
        return time_ns // self.hop_ns * self.hop_ns + self.size_ns


@dataclass(frozen=True, slots=True)
class WindowPlan:
    shapes: tuple[WindowShape, ...]
    pane_ns: int
    """The longest stretch that every window is a whole number of."""


def plan_of(windows: Sequence[Window], kind: str) -> WindowPlan | None:
    """The windows of one kind of device, or None where it has none."""
    shapes = tuple(
        WindowShape(window.size, window.hop or window.size)
        for window in windows
        if not window.kinds or kind in window.kinds
    )
    if not shapes:
        return None
    return WindowPlan(shapes, reduce(gcd, (ns for shape in shapes for ns in (shape.size_ns, shape.hop_ns))))

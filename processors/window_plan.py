"""Which windows there are, and what they are made of: panes, or shorter windows."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from math import gcd
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from config.durations import format_duration
from config.periods import PERIODS, Period
from config.settings import Window
from config.timezones import UTC
from processors.civil_shape import CivilShape
from processors.civil_span import QUARTER_NS


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

    @property
    def size(self) -> str:
        return format_duration(self.size_ns)

    @property
    def civil(self) -> None:
        return None

    @property
    def is_tumbling(self) -> bool:
        return self.hop_ns == self.size_ns

    def end_of(self, start_ns: int) -> int:
        return start_ns + self.size_ns

    def newest_ended(self, until_ns: int) -> int:
        """Start of the newest window that has ended by then."""
        return (until_ns - self.size_ns) // self.hop_ns * self.hop_ns

    def first_end(self, time_ns: NDArray[np.int64]) -> NDArray[np.int64]:
        """(n,) end of the earliest window that holds each time."""
        return (time_ns - self.size_ns) // self.hop_ns * self.hop_ns + self.hop_ns + self.size_ns

    def last_end(self, time_ns: NDArray[np.int64]) -> NDArray[np.int64]:
        """(n,) end of the latest window that holds each time."""
        return time_ns // self.hop_ns * self.hop_ns + self.size_ns

    def some_ended(self, time_ns: NDArray[np.int64], until_ns: int) -> NDArray[np.bool_]:
        """(n,) whether a window that holds the time has ended by then."""
        return self.first_end(time_ns) <= until_ns

    def all_ended(self, time_ns: NDArray[np.int64], until_ns: int) -> NDArray[np.bool_]:
        """(n,) whether every window that holds the time has ended by then."""
        return self.last_end(time_ns) <= until_ns


Shape = WindowShape | CivilShape


@dataclass(frozen=True, slots=True)
class WindowPlan:
    fixed: tuple[WindowShape, ...]
    """Windows whose size is always the same."""
    pane_ns: int
    """The longest stretch that every window is a whole number of."""
    civil: tuple[CivilShape, ...] = ()
    """Ascending."""

    @property
    def shapes(self) -> tuple[Shape, ...]:
        return (*self.fixed, *self.civil)

    @property
    def feeders(self) -> tuple[int | None, ...]:
        """For each shape the one whose windows it is made of; None: of panes.

        A civil window is made of the next shorter civil ones (a month of days), the shortest of the longest windows
        that make whole quarters of an hour, so that a pane is not merged into each of them.
        """
        quarters = [
            number for number, shape in enumerate(self.fixed) if shape.is_tumbling and QUARTER_NS % shape.size_ns == 0
        ]
        below = max(quarters, key=lambda number: self.fixed[number].size_ns, default=None)
        feeders: list[int | None] = [None] * len(self.fixed)
        for number, shape in enumerate(self.civil, len(self.fixed)):
            feeders.append(below)
            below = below if shape.period == "week" else number
        return tuple(feeders)


def plan_of(
    windows: Sequence[Window], kind: str, civil: Sequence[Period] = (), timezone: ZoneInfo = UTC
) -> WindowPlan | None:
    """The windows of one kind of device, or None where it has none."""
    fixed = tuple(
        WindowShape(window.size, window.hop or window.size)
        for window in windows
        if not window.kinds or kind in window.kinds
    )
    if not fixed and not civil:
        return None
    stretches = [ns for shape in fixed for ns in (shape.size_ns, shape.hop_ns)] + [QUARTER_NS] * bool(civil)
    return with_civil(WindowPlan(fixed, reduce(gcd, stretches)), civil, timezone)


def with_civil(plan: WindowPlan, civil: Sequence[Period], timezone: ZoneInfo) -> WindowPlan:
    """The same plan, but with these civil windows."""
    shapes = tuple(CivilShape(period, timezone) for period in PERIODS if period in civil)
    return WindowPlan(plan.fixed, plan.pane_ns, shapes)

"""What devices feel of events: named factors and amounts, of each device and time."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from simulators.draws import FloatArray
from simulators.events.courses import Course

IntArray = NDArray[np.int64]
Feeling = Literal[
    "road_capacity",
    "road_demand",
    "silence",
    "closed",
    "crowd_came",
    "crowd_left",
    "smoke",
    "noise",
    "heat",
    "level_cm",
]
FACTORS: tuple[Feeling, ...] = ("road_capacity", "road_demand")
"""Their influences multiply: 1 + weight x course each. Those of the others add up: shares of the spaces of a car park,
ug/m3 of PM2.5, sound energy over that of 0 dB, degrees Celsius, cm."""
_LEAST = 0.02
"""Of a factor: a closed road lets an ambulance through, and nothing is divided by zero."""


@dataclass(frozen=True, slots=True)
class Influence:
    """One thing that an event does to the devices of one kind, axis of all arrays: the kind's devices."""

    kind: str
    feeling: Feeling
    weight: FloatArray
    """(d,) at the height of the course; 0: not felt there."""
    begin_ns: IntArray
    """(d,) ns UTC."""
    course: Course
    stretch: FloatArray
    """(d,) how many times as long as the course it lasts."""

    @property
    def rows(self) -> IntArray:
        return np.flatnonzero(self.weight)

    @property
    def span_ns(self) -> tuple[int, int]:
        """From when to when any device feels it, ns UTC; (0, 0) where none does."""
        rows = self.rows
        if not len(rows):
            return 0, 0
        ends_ns = self.begin_ns[rows] + np.ceil(self.stretch[rows] * self.course.lasts_ns).astype(np.int64)
        return int(self.begin_ns[rows].min()), int(ends_ns.max())

    def at(self, device: IntArray, time_ns: IntArray) -> FloatArray:
        """(n,) the weight at its place, as far as it has come."""
        since_ns = (time_ns - self.begin_ns[device]).astype(np.float64) / self.stretch[device]
        return self.weight[device] * self.course(since_ns)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Where and when rows of readings are taken, and what works on them there."""

    influences: tuple[Influence, ...]
    device: IntArray
    """(n,) index into the kind's devices."""
    time_ns: IntArray
    """(n,) ns UTC."""

    def spans(self, feeling: Feeling) -> Iterator[tuple[IntArray, IntArray, IntArray]]:
        """Of each influence of that name the rows that it means, and from when to when, ns UTC."""
        for influence in self.influences:
            if influence.feeling != feeling:
                continue
            rows = np.flatnonzero(influence.weight[self.device])
            if len(rows):
                begin_ns = influence.begin_ns[self.device[rows]]
                yield rows, begin_ns, begin_ns + influence.course.lasts_ns

    def of(self, rows: IntArray) -> "Surroundings":
        """Those of some rows."""
        return Surroundings(self.influences, self.device[rows], self.time_ns[rows])

    def felt(self, feeling: Feeling, default: float, before_ns: IntArray | int = 0) -> FloatArray | float:
        """(n,) all influences of that name together, `before_ns` before each row; `default` where none is near."""
        together: FloatArray | None = None
        time_ns = self.time_ns - before_ns
        for influence in self.influences:
            if influence.feeling != feeling:
                continue
            rows = np.flatnonzero(influence.weight[self.device])
            if not len(rows):
                continue
            if together is None:
                together = np.full(len(time_ns), default)
            amount = influence.at(self.device[rows], time_ns[rows])
            if feeling in FACTORS:
                together[rows] *= 1.0 + amount
            else:
                together[rows] += amount
        if together is None:
            return default
        return np.maximum(together, _LEAST) if feeling in FACTORS else together

"""The columns in which closed windows leave the processor."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from config.durations import format_duration
from config.periods import TAGS, USUAL_NS, Period

_DAY_NS = USUAL_NS["day"]


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
    last_ns: NDArray[np.int64] | None = None
    """(n,) event time of the last reading of each device, ns UTC; None where nobody kept it."""

    civil: Period | None = None
    """Which time of the city's own clock it is; None: a window of a fixed size."""

    def __len__(self) -> int:
        return len(self.device)

    @property
    def size(self) -> str:
        """What windows of this size are called, however long each of them is: "15m", "1d", "1mo"."""
        return size_name(self.size_ns, self.civil)

    @property
    def usual_ns(self) -> int:
        """The size for which a rule is made: 24 h for a civil day, also for one of 23 or 25 hours."""
        return self.size_ns if self.civil is None else USUAL_NS[self.civil]

    @property
    def is_day(self) -> bool:
        """Whether it is a day: of the city's clock, or a fixed window of 24 h."""
        return self.usual_ns == _DAY_NS


def size_name(size_ns: int, civil: Period | None) -> str:
    """Value of the tag `size`: of a fixed window its duration ("24h"), of a civil one its name ("1d")."""
    return format_duration(size_ns) if civil is None else TAGS[civil]


@dataclass(frozen=True, slots=True)
class ClosedWindow:
    """A window that closed, or that late readings changed."""

    changed: WindowBatch
    """The rows to write."""
    whole: WindowBatch
    """All rows, for figures that need every device; the same object where all of them changed."""

"""Windows of the city's own clock: hours, days, weeks from Monday, months."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from config.periods import TAGS, USUAL_NS, Period
from processors.civil_span import QUARTER_NS, span


@dataclass(frozen=True, slots=True)
class CivilShape:
    """They follow each other without a gap, and differ in length. Integer ns."""

    period: Period
    zone: ZoneInfo

    @property
    def civil(self) -> Period:
        return self.period

    @property
    def size(self) -> str:
        return TAGS[self.period]

    @property
    def size_ns(self) -> int:
        """Of a usual one."""
        return USUAL_NS[self.period]

    def starts_of(self, pane_start_ns: int) -> tuple[int]:
        """Start of the one that holds the pane."""
        return (span(self.period, self.zone, pane_start_ns)[0],)

    def end_of(self, start_ns: int) -> int:
        return span(self.period, self.zone, start_ns)[1]

    def newest_ended(self, until_ns: int) -> int:
        """Start of the newest one that has ended by then."""
        (current_ns,) = self.starts_of(until_ns)
        return self.starts_of(current_ns - 1)[0]

    def last_end(self, time_ns: NDArray[np.int64]) -> NDArray[np.int64]:
        """(n,) end of the one that holds each time."""
        quarters, of = np.unique(time_ns // QUARTER_NS, return_inverse=True)
        ends = [self.end_of(quarter * QUARTER_NS) for quarter in quarters.tolist()]
        return np.array(ends, np.int64)[of]

    def some_ended(self, time_ns: NDArray[np.int64], until_ns: int) -> NDArray[np.bool_]:
        """(n,) whether the one that holds each time has ended by then."""
        return time_ns < self.starts_of(until_ns)[0]

    all_ended = some_ended

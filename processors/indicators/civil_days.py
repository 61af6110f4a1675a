"""Days of the city's clock, and what was found of each of them when it had ended."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from config.civil_time import DAY_NS, HOUR_NS, civil_to_utc, utc_to_civil
from processors.indicators.hour_means import HOURS_HELD, Step
from processors.indicators.indicator_batch import ZoneWindows
from processors.indicators.memory import History
from processors.indicators.zone_sums import Column

DAYS_HELD = 2
_SETTLED = "settled"


@dataclass(frozen=True, slots=True)
class Day:
    number: int
    """Days since 1970-01-01 of the date on which it begins."""
    end_ns: int
    hours: int
    """24, but for the days on which the clocks are changed."""

    @property
    def hour_ends(self) -> NDArray[np.int64]:
        """(hours,) ns UTC, the newest first."""
        return self.end_ns - np.arange(self.hours) * HOUR_NS


def last_day(full_ns: int, begins_h: int, windows: ZoneWindows, back: int = 0) -> Day:
    """The last day that has ended when the hour `full_ns` has; days begin `begins_h` hours after midnight."""
    civil_ns = int(utc_to_civil(np.array([full_ns], np.int64), windows.timezone)[0])
    number = (civil_ns - begins_h * HOUR_NS) // DAY_NS - 1 - back
    ends = np.array([number, number + 1], np.int64) * DAY_NS + begins_h * HOUR_NS
    start_ns, end_ns = civil_to_utc(ends, windows.timezone).tolist()
    return Day(number, end_ns, (end_ns - start_ns) // HOUR_NS)


def settle(
    windows: ZoneWindows, step: Step, begins_h: int, found: Callable[[Day], dict[str, Column]], slots: int = DAYS_HELD
) -> None:
    """Keep what `found` makes of each day that has ended: once, and again while all of its hours are still held.

    To be called before and after the step is taken in: its hour may take the place of one of a day that ended before.
    """
    for back in reversed(range(DAYS_HELD)):
        day = last_day(step.full_ns, begins_h, windows, back)
        held = step.newest_ns - day.end_ns <= (HOURS_HELD - day.hours) * HOUR_NS
        settled = windows.memory.history(f"{_SETTLED} {begins_h}", 1, slots, 1, np.float32)
        if held or not (settled.end_ns == day.number).any():
            settled.put(day.number, np.zeros(1, np.int64), np.ones(1))
            for part, values in found(day).items():
                days_of(windows, part, slots).put(day.number, np.arange(len(values)), values)


def days_of(windows: ZoneWindows, name: str, slots: int = DAYS_HELD) -> History:
    """(d,) a day under that name, a day being named by its number."""
    return windows.memory.history(f"{name} days", len(windows.zone), slots, 1, np.float32)

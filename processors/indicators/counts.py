"""What passed in a window: vehicles counted by each device, and the time that their counts stand for."""

from dataclasses import dataclass

import numpy as np

from config.durations import SECOND_NS
from processors.indicators.indicator_batch import ZoneWindows
from processors.indicators.zone_sums import Column, Mask, column, first_known

HOUR_S = 3600.0


@dataclass(frozen=True, slots=True)
class Counts:
    """Counted by each device with a window; all columns are (n,)."""

    number: Column
    """NaN: the device does not count, or counted less than nothing."""
    covered_s: Column
    """Seconds that the number stands for; 0 where there is none."""
    came: Column
    """Readings that hold a count."""
    plausible: Mask

    @property
    def hourly(self) -> Column:
        """(n,) number in an hour, N x 3600 / T."""
        covered = self.covered_s > 0
        nothing: Column = np.full(len(covered), np.nan)
        return np.divide(self.number * HOUR_S, self.covered_s, out=nothing, where=covered)


def counts(windows: ZoneWindows, quantity: str) -> Counts:
    """A quantity that says what passed since the reading before, or a running counter, which is counted by its rate."""
    window = windows.windows
    covered = covered_seconds(windows, quantity)
    sent = column(window, f"{quantity}_mean") * column(window, f"{quantity}_count")
    found = first_known(column(window, f"{quantity}_rate") * covered, sent)
    usable = found >= 0
    return Counts(
        number=np.where(usable, found, np.nan),
        covered_s=np.where(usable, covered, 0.0),
        came=np.where(np.isfinite(found), column(window, f"{quantity}_count"), 0.0),
        plausible=usable & ~(column(window, f"{quantity}_min") < 0) & windows.believed(quantity),
    )


def nothing_counted(devices: int) -> Counts:
    """Of devices that do not count."""
    return Counts(np.full(devices, np.nan), np.zeros(devices), np.zeros(devices), np.zeros(devices, np.bool_))


def covered_seconds(windows: ZoneWindows, quantity: str) -> Column:
    """(n,) time that the counts of each device stand for: readings x interval, or the window where none is known.

    A station that sends each minute has one reading in a window of ten seconds, and it counted for sixty.
    """
    interval_ns = windows.interval_ns[windows.row]
    known = np.isfinite(interval_ns) & (interval_ns > 0)
    by_interval = column(windows.windows, f"{quantity}_count") * interval_ns
    return np.where(known, by_interval, float(windows.windows.size_ns)) / SECOND_NS

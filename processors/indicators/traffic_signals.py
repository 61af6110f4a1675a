"""Signals: the delay of a vehicle at them, and its level of service."""

import numpy as np

from processors.indicators import level_of_service as los
from processors.indicators.counts import Counts
from processors.indicators.indicator_batch import ZoneWindows
from processors.indicators.zone_sums import Figure, ZoneSums, column, first_known, ratio


def signal_delay(sums: ZoneSums, windows: ZoneWindows, counted: Counts) -> list[Figure]:
    """Mean `delay` in s of a vehicle, weighed by vehicles where they are counted, else by readings; HCM's A to F.

    A delay below 0 is not plausible, and a mean below 0 is left out.
    """
    window = windows.windows
    delay, came = column(window, "delay_mean"), np.nan_to_num(column(window, "delay_count"))
    usable = delay >= 0
    weight = np.where(usable, np.nan_to_num(first_known(counted.number, came)), 0.0)
    value = ratio(sums.over_windows(np.where(usable, delay, 0.0) * weight), sums.over_windows(weight))
    plausible = usable & ~(column(window, "delay_min") < 0)
    mean = sums.figure("traffic_signal_delay", value, came, plausible & windows.believed("delay"))
    level = los.by_delay(mean.value, windows.rules.los_delay)
    return [mean, Figure("traffic_los_signal", level, mean.coverage, mean.quality)]

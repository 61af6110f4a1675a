"""How many hours of the day it was dangerously hot."""

import numpy as np

from config.civil_time import HOUR_NS
from processors.indicators.civil_days import last_day
from processors.indicators.heat import fahrenheit
from processors.indicators.hour_means import hours_until, since, step_of, take_means
from processors.indicators.indicator_batch import ZoneWindows
from processors.indicators.station_means import share_known, station_figure, station_mean
from processors.indicators.zone_sums import Column, Figure, ZoneSums

HEAT = "heat index"
_DANGER = 2
"""Position among the edges of `heat_risk`."""


def heat_hours(sums: ZoneSums, windows: ZoneWindows, index: Column, count: Column) -> list[Figure]:
    """`heat_danger_hours`: full hours of the civil day so far whose mean heat index is at or above danger.

    `index` (n,) in degrees Celsius and `count` (n,) of readings of the window, where it is a step of an hour.
    """
    step = step_of(windows)
    if step is None or "humidity" not in windows.units or not step.reachable:
        return []
    since(windows, step, HEAT)
    take_means(windows, step, HEAT, index, np.nan_to_num(count))
    if since(windows, step, HEAT) > step.full_ns:
        return []
    begun_ns = last_day(step.full_ns - 1, 0, windows).end_ns
    hours = hours_until(windows, HEAT, step.full_ns, (step.full_ns - begun_ns) // HOUR_NS)
    share = share_known(hours)
    hot = fahrenheit(np.round(hours, 3)) >= windows.rules.heat_risk[_DANGER]
    number = np.where(share > 0, hot.sum(axis=0, dtype=np.float64), np.nan)
    mean, _ = station_mean(sums, number, share, windows.rules.day_completeness)
    return [station_figure(sums, "heat_danger_hours", mean, share, share > 0)]

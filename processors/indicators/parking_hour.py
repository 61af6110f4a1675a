"""How car parks were used in the last hour, from its quarters: volume, turnover, mean duration."""

import numpy as np

from processors.indicators.indicator_batch import ZoneWindows
from processors.indicators.parking_capacity import Capacity
from processors.indicators.parking_use import MINUTES_IN_HOUR, Volume, vehicle_hours
from processors.indicators.steps import HOUR_NS, reaches_back, steps_in
from processors.indicators.zone_history import FigureSteps, Steps, ZoneHistory, trusted
from processors.indicators.zone_sums import Column, Figure, ZoneSums, ratio


def of_the_hour(sums: ZoneSums, windows: ZoneWindows, capacity: Capacity, stood: Volume) -> list[Figure]:
    """Of the car parks that tell all of it: who stood there when the hour began, and who came since.

    Spaces are the mean of the steps. A step that is missing lowers the coverage, and its arrivals are not known.
    """
    steps = steps_in(windows, HOUR_NS)
    if not reaches_back(windows, steps):
        return []
    usable = stood.usable
    arrived = np.where(usable, stood.entries.number, 0.0)
    reported = sums.over_windows(usable.astype(np.float64))
    trust = sums.figure_by_device("", np.where(reported > 0, 0.0, np.nan), stood.came, stood.entries.plausible)
    columns = {
        "at start": sums.over_windows(stood.vehicles - arrived),
        "arrived": sums.over_windows(arrived),
        "spaces": sums.over_windows(np.where(usable, capacity.spaces, 0.0)),
        "load": sums.over_windows(np.where(usable, vehicle_hours(windows, capacity), 0.0)),
        "coverage": trust.coverage,
        "quality": trust.quality,
    }
    last = {}
    for name, values in columns.items():
        history = ZoneHistory(windows, f"hour {name}", steps)
        history.put(np.where(reported > 0, values, np.nan))
        last[name] = history.last(steps)
    known = np.isfinite(last["spaces"])
    arrivals, load = (np.nansum(last[name], axis=0) for name in ("arrived", "load"))
    volume = np.where(known.any(axis=0), _oldest(last["at start"]) + arrivals, np.nan)
    spaces = ratio(np.nansum(last["spaces"], axis=0), known.sum(axis=0))
    found = FigureSteps(last["spaces"], last["coverage"], last["quality"]).mean_of("", last["spaces"])
    figures = {
        "parking_volume_hour": volume,
        "parking_turnover_hour": ratio(volume, np.nan_to_num(spaces)),
        "parking_duration_hour": MINUTES_IN_HOUR * ratio(load, np.nan_to_num(volume)),
    }
    return [trusted(name, value, found.coverage, found.quality) for name, value in figures.items()]


def _oldest(steps: Steps) -> Column:
    """(r,) the value of the oldest step that is known."""
    known = np.isfinite(steps)
    oldest = len(steps) - 1 - np.argmax(known[::-1], axis=0)
    value: Column = steps[oldest, np.arange(steps.shape[1])]
    return value

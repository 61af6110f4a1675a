"""Where the parking of a zone is going: the share of time above the target, and how soon it will be full."""

import numpy as np

from config.durations import UNITS_NS
from processors.indicators.indicator_batch import ZoneWindows
from processors.indicators.steps import (
    DAY_NS,
    HOUR_NS,
    MINUTE_NS,
    is_minute_step,
    is_quarter_step,
    reaches_back,
    steps_in,
)
from processors.indicators.zone_history import FigureHistory, Steps, ZoneHistory, trusted
from processors.indicators.zone_sums import Column, Figure

TREND_NS = 30 * UNITS_NS["m"]
"""The trend is that of the last half hour."""
FURTHEST_MIN = 240.0
"""A trend of half an hour says nothing of what comes after four hours."""
FEWEST_STEPS = 5
"""Without as many known steps a line is no trend; nor are they one in less than half of the time."""
_SPREAD = 2.0
"""Standard errors of the slope between the figure and its low and high ones: about 95 % of a straight trend."""
_DIGITS = 6  # decimals of an occupancy kept in four bytes, before the target is applied


def outlook(windows: ZoneWindows, occupancy: Figure, free: Figure) -> list[Figure]:
    """What the windows before tell with this one; only from windows that are the steps of it."""
    figures = []
    if is_minute_step(windows):
        figures += _above_target(windows, occupancy, "parking_above_target_hour", HOUR_NS)
        if steps_in(windows, TREND_NS) >= FEWEST_STEPS:
            figures += _minutes_to_full(windows, free)
    if is_quarter_step(windows):
        figures += _above_target(windows, occupancy, "parking_above_target_day", DAY_NS)
    return figures


def _above_target(windows: ZoneWindows, occupancy: Figure, indicator: str, duration_ns: int) -> list[Figure]:
    """The share of the known steps in which the occupancy was above the target."""
    steps = steps_in(windows, duration_ns)
    if not reaches_back(windows, steps):
        return []
    history = FigureHistory(windows, f"occupancy {duration_ns // HOUR_NS} h", steps)
    history.put(occupancy)
    last = history.last(steps)
    above = np.round(last.value, _DIGITS) > windows.rules.parking_target
    return [last.mean_of(indicator, np.where(np.isfinite(last.value), above, np.nan))]


def _minutes_to_full(windows: ZoneWindows, free: Figure) -> list[Figure]:
    """Free spaces now / how many fewer they become each minute; low and high: by the steepest and the flattest line.

    None where there is nothing free, where the zone does not fill for sure, and beyond four hours.
    """
    steps = steps_in(windows, TREND_NS)
    if not reaches_back(windows, steps):
        return []
    history = ZoneHistory(windows, "free", steps)
    history.put(free.value)
    slope, error, known = line(history.last(steps), windows.windows.size_ns / MINUTE_NS)
    lines = [-slope, _SPREAD * error - slope, -slope - _SPREAD * error]
    falls = (lines[2] > 0) & (known >= max(FEWEST_STEPS, steps / 2)) & (free.value > 0)
    nothing = np.full(len(falls), np.nan)
    minutes = [np.divide(free.value, each, out=nothing.copy(), where=falls) for each in lines]
    near = minutes[0] <= FURTHEST_MIN
    names = ("parking_minutes_to_full", "parking_minutes_to_full_low", "parking_minutes_to_full_high")
    coverage = free.coverage * known / steps
    return [
        trusted(name, np.where(near, value, np.nan), coverage, free.quality)
        for name, value in zip(names, minutes, strict=True)
    ]


def line(values: Steps, step_minutes: float) -> tuple[Column, Column, Column]:
    """Least squares through (s, r) steps, the newest first: slope a minute, its standard error, and known steps; (r,).

    NaN where fewer than three steps are known.
    """
    known = np.isfinite(values)
    count = known.sum(axis=0).astype(np.float64)
    enough = count >= 3
    number = np.where(enough, count, 1.0)
    minutes = np.where(known, -np.arange(len(values))[:, None] * step_minutes, 0.0)
    minutes = np.where(known, minutes - minutes.sum(axis=0) / number, 0.0)
    level = np.where(known, values, 0.0)
    level = np.where(known, level - level.sum(axis=0) / number, 0.0)
    spread = np.where(enough, (minutes**2).sum(axis=0), 1.0)
    slope = (minutes * level).sum(axis=0) / spread
    rest = ((level - slope * minutes) ** 2 * known).sum(axis=0)
    error = np.sqrt(rest / np.maximum(number - 2.0, 1.0) / spread)
    return np.where(enough, slope, np.nan), np.where(enough, error, np.nan), count

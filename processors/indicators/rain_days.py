"""Rain of the last hour, of the day as BMKG's observers count it, and of ten days."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from processors.indicators.civil_days import Day, days_of, last_day, settle
from processors.indicators.counts import Counts
from processors.indicators.hour_means import hours_until, since, step_of, steps_until, take_totals, weights_until
from processors.indicators.indicator_batch import ZoneWindows
from processors.indicators.rain import DAY_NS, HOUR_NS, dasarian_class, rain_class
from processors.indicators.station_means import station_figure, station_mean
from processors.indicators.zone_sums import Column, Figure, ZoneSums

RAIN = "rain"
DASARIAN_DAYS = 11
"""The last dasarian of a month goes on to its end."""
_DAYS_HELD = DASARIAN_DAYS + 1


def rain_days(sums: ZoneSums, windows: ZoneWindows, fallen: Counts) -> list[Figure]:
    """What `weather` adds of rain where its windows are the steps of an hour."""
    step = step_of(windows)
    if step is None or "rain_mm" not in windows.units or not step.reachable:
        return []
    begins_h = windows.rules.rain_day_begins
    since(windows, step, RAIN)
    settle(windows, step, begins_h, lambda day: _found(windows, day), _DAYS_HELD)
    size_s = windows.windows.size_ns / 1e9
    take_totals(windows, step, RAIN, fallen.number, fallen.covered_s / size_s)
    settle(windows, step, begins_h, lambda day: _found(windows, day), _DAYS_HELD)
    figures = _last_hour(sums, windows)
    day = last_day(step.full_ns, begins_h, windows)
    if day.end_ns >= since(windows, step, RAIN):
        figures += _day(sums, windows, day.number) + _dasarian(sums, windows, day.number)
    return figures


def days_of_dasarian(number: int) -> int:
    """How many days of its dasarian (from the 1st, the 11th, the 21st) have begun with the day of that number."""
    date = np.datetime64(number, "D")
    day_of_month = int((date - date.astype("datetime64[M]").astype("datetime64[D]")).astype(np.int64)) + 1
    first = min((day_of_month - 1) // 10 * 10, 20) + 1
    return day_of_month - first + 1


def _found(windows: ZoneWindows, day: Day) -> dict[str, Column]:
    depth, share = _total(
        hours_until(windows, RAIN, day.end_ns, day.hours), hours_until(windows, f"{RAIN} share", day.end_ns, day.hours)
    )
    return {RAIN: depth, f"{RAIN} share": share}


def _total(depths: NDArray[Any], shares: NDArray[Any]) -> tuple[Column, Column]:
    """(d,) what came together in (s, d) parts, NaN where nothing is known, and the share of the time it stands for."""
    known = np.isfinite(depths)
    total = np.where(known, depths, 0.0).sum(axis=0, dtype=np.float64)
    share = np.nan_to_num(shares).sum(axis=0, dtype=np.float64) / len(depths)
    return np.where(known.any(axis=0), total, np.nan), np.minimum(share, 1.0)


def _last_hour(sums: ZoneSums, windows: ZoneWindows) -> list[Figure]:
    end_ns = windows.windows.end_ns
    depth, share = _total(steps_until(windows, RAIN, end_ns), weights_until(windows, RAIN, end_ns))
    mean = _mean(sums, windows, depth, share)
    known = np.isfinite(depth)
    return [
        station_figure(sums, "rain_1h", mean, share, known),
        station_figure(sums, "rain_1h_class", rain_class(mean, HOUR_NS, windows.rules), share, known),
    ]


def _day(sums: ZoneSums, windows: ZoneWindows, number: int) -> list[Figure]:
    depth, share = _total(*_days(windows, number, 1))
    mean = _mean(sums, windows, depth, share)
    known = np.isfinite(depth)
    return [
        station_figure(sums, "rain_day", mean, share, known),
        station_figure(sums, "rain_day_class", rain_class(mean, DAY_NS, windows.rules), share, known),
    ]


def _dasarian(sums: ZoneSums, windows: ZoneWindows, number: int) -> list[Figure]:
    depth, share = _total(*_days(windows, number, days_of_dasarian(number)))
    mean = _mean(sums, windows, depth, share)
    known = np.isfinite(depth)
    return [
        station_figure(sums, "rain_dasarian", mean, share, known),
        station_figure(sums, "rain_dasarian_class", dasarian_class(mean, windows.rules), share, known),
    ]


def _days(windows: ZoneWindows, number: int, days: int) -> tuple[NDArray[Any], NDArray[Any]]:
    depths = days_of(windows, RAIN, _DAYS_HELD).until(number, days)
    return depths, days_of(windows, f"{RAIN} share", _DAYS_HELD).until(number, days)


def _mean(sums: ZoneSums, windows: ZoneWindows, depth: Column, share: Column) -> Column:
    mean, _ = station_mean(sums, depth, share, windows.rules.day_completeness)
    # Depths are kept with seven digits: 20 mm must not become 19.999999.
    return np.round(mean, 4)

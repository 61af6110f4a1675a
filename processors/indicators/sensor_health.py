"""Which sensors are alive, and how old the newest that they said is; of every kind of device."""

import numpy as np
from numpy.typing import NDArray

from config.durations import SECOND_NS
from processors.indicators.indicator_batch import IndicatorBatch, ZoneWindows
from processors.indicators.zone_sums import Column, Figure, ZoneSums, or_median_of_city, ratio

ALIVE_WITHIN = 3
"""Intervals without a reading after which a sensor is not alive."""
KNOWN, ALIVE, MEDIAN_AGE, WORST_AGE = "sensors_known", "sensors_alive_share", "freshness_s", "freshness_worst_s"
_SHORTEST_NS = 60 * SECOND_NS
_NEW = -1


def sensor_health(windows: ZoneWindows) -> list[IndicatorBatch]:
    """Sensors known and alive, median and worst age in seconds, at the window's end; none of a revised window.

    Whether a sensor reported in time is not changed by what it sends later, but what it sends is not forgotten either.
    One size of window says it: the shortest from a minute on, else the longest.
    """
    if not _tells(windows.windows.size_ns, windows.sizes_ns):
        return []
    last_ns, spoken = _heard(windows)
    if not windows.fresh:
        return []
    sums = ZoneSums(windows)
    age_s = np.maximum(windows.windows.end_ns - last_ns, 0) / SECOND_NS
    in_time = age_s <= ALIVE_WITHIN * _interval_s(windows)
    # One that is registered and was not due yet is neither alive nor dead.
    decided = spoken | ~in_time
    known = sums.over_devices(np.ones(len(age_s)))
    judged = sums.over_devices(decided.astype(np.float64))
    alive = sums.over_devices((decided & in_time).astype(np.float64))
    median_s, worst_s = _of_rows(sums, age_s, decided)
    coverage = ratio(judged, known)
    kind = windows.windows.kind
    values = {ALIVE: ratio(alive, judged), MEDIAN_AGE: median_s, WORST_AGE: worst_s}
    figures = [_figure(f"{kind}_{name}", value, coverage) for name, value in values.items()]
    return [sums.batch([_figure(f"{kind}_{KNOWN}", known, np.ones(len(known))), *figures])]


def _tells(size_ns: int, sizes_ns: tuple[int, ...]) -> bool:
    return size_ns == min((size for size in sizes_ns if size >= _SHORTEST_NS), default=max(sizes_ns, default=size_ns))


def _figure(name: str, value: Column, coverage: Column) -> Figure:
    has_data = np.isfinite(value)
    return Figure(name, value, np.where(has_data, coverage, 0.0), has_data.astype(np.float64))


def _heard(windows: ZoneWindows) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """(d,) when each known device spoke last, or was first known of, and whether it has ever spoken."""
    window, memory = windows.windows, windows.memory
    last_ns = memory.column("health_last_ns", len(windows.zone), _NEW, np.int64)
    spoken = memory.column("health_spoken", len(windows.zone), 0, np.bool_)
    last_ns[last_ns == _NEW] = window.end_ns - window.size_ns
    if window.last_ns is not None:
        last_ns[windows.row] = np.maximum(last_ns[windows.row], window.last_ns)
        spoken[windows.row] = True
    return last_ns, spoken


def _interval_s(windows: ZoneWindows) -> Column:
    """(d,) of a device whose interval is not known yet that of the median device of its city, else the window."""
    known = np.where(windows.interval_ns > 0, windows.interval_ns, np.nan)
    return or_median_of_city(windows, known, float(windows.windows.size_ns)) / SECOND_NS


def _of_rows(sums: ZoneSums, age_s: Column, decided: NDArray[np.bool_]) -> tuple[Column, Column]:
    """(r,) median and greatest age of the devices that count, NaN where there are none."""
    zone, city = sums.rows_of_devices()
    ages = age_s[decided]
    parts = [_medians_and_worst(row[decided], ages, len(sums)) for row in (zone, city)]
    median, worst = (np.fmax(*each) for each in zip(*parts, strict=True))
    return median, worst


def _medians_and_worst(row: NDArray[np.int64], ages: Column, rows: int) -> tuple[Column, Column]:
    ordered = ages[np.lexsort((ages, row))]
    count = np.bincount(row, minlength=rows)
    found = np.flatnonzero(count)
    end = np.cumsum(count)[found]
    first, size = end - count[found], count[found]
    median, worst = np.full(rows, np.nan), np.full(rows, np.nan)
    median[found] = (ordered[first + (size - 1) // 2] + ordered[first + size // 2]) / 2
    worst[found] = ordered[end - 1]
    return median, worst

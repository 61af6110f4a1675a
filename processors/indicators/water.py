"""Water: the Siaga of each zone's rivers, the level behind it, and how fast it rises."""

import numpy as np

from processors.indicators.indicator_batch import IndicatorBatch, ZoneWindows
from processors.indicators.river import river
from processors.indicators.siaga import NORMAL, STAGES, Thresholds
from processors.indicators.zone_sums import Column, Figure, ZoneSums, column, first_known

_UNJUDGED = NORMAL + 1.0


def water(windows: ZoneWindows) -> IndicatorBatch:
    """`water_siaga` (4 normal, 1 most dangerous), `water_level` (cm on the local staff), `water_rise` (cm).

    Staffs have zeros of their own, so levels of several gauges are never averaged: the gauge that decides the Siaga
    stands for its zone. A gauge without thresholds stands for a zone in which it is alone. The stage is the plain one
    of the window; what holds from window to window is added by `river`.
    """
    sums = ZoneSums(windows)
    level = column(windows.windows, "level_cm_mean")
    stage = siaga(windows, level)
    figures = [_level(sums, windows, level, stage), _rise(sums, windows)]
    if any(np.isfinite(windows.registered[name]).any() for name in STAGES if name in windows.registered):
        figures.append(_siaga(sums, windows, stage))
    return sums.batch([*figures, *river(sums, windows)])


def siaga(windows: ZoneWindows, level: Column) -> Column:
    """(n,) the stage of each gauge at that level (cm); NaN for a gauge without thresholds or without a level.

    A stage holds from its threshold on; several may be passed at once.
    """
    return Thresholds.registered(windows).take(windows.row).stage(level)


def _siaga(sums: ZoneSums, windows: ZoneWindows, stage: Column) -> Figure:
    return sums.figure(
        "water_siaga", sums.least(stage), _came(windows, stage), np.isfinite(stage) & windows.believed("level_cm")
    )


def _level(sums: ZoneSums, windows: ZoneWindows, level: Column, stage: Column) -> Figure:
    """Of the gauge of the lowest Siaga, among equals the one nearest to its highest threshold."""
    highest = first_known(*(windows.setting(name) for name in reversed(STAGES)))
    order = np.lexsort((level, highest - level, np.nan_to_num(stage, nan=_UNJUDGED)))
    rank = np.empty(len(order))
    rank[order] = np.arange(len(order))
    decisive = sums.least(np.where(np.isfinite(level), rank, np.nan))
    known = np.flatnonzero(np.isfinite(decisive))
    gauge = order[decisive[known].astype(np.int64)]
    alone = sums.over_devices(np.ones(len(windows.zone)))[known] == 1
    value = np.full(len(sums), np.nan)
    value[known] = np.where(alone | np.isfinite(stage[gauge]), level[gauge], np.nan)
    return sums.figure("water_level", value, _came(windows, level), np.isfinite(level) & windows.believed("level_cm"))


def _rise(sums: ZoneSums, windows: ZoneWindows) -> Figure:
    """The greatest of the gauges' last reading minus their first; a single reading says nothing of it."""
    window = windows.windows
    several = column(window, "level_cm_count") > 1
    rise = np.where(several, column(window, "level_cm_last") - column(window, "level_cm_first"), np.nan)
    return sums.figure(
        "water_rise", -sums.least(-rise), _came(windows, rise), np.isfinite(rise) & windows.believed("level_cm")
    )


def _came(windows: ZoneWindows, answer: Column) -> Column:
    """(n,) readings of the gauges that have an answer."""
    return np.where(np.isfinite(answer), column(windows.windows, "level_cm_count"), 0.0)

"""Noise: the sound level of each zone, its peaks and background, and how it stands to the limits."""

import numpy as np

from processors.indicators.indicator_batch import IndicatorBatch, ZoneWindows
from processors.indicators.noise_days import noise_days
from processors.indicators.sound_level import energy, level
from processors.indicators.zone_sums import Column, Figure, ZoneSums, column, ratio

EXCEEDED = {"noise_l10": "laeq_p90", "noise_l50": "laeq_p50", "noise_l90": "laeq_p10"}
"""The level that is exceeded 10 % of the time is the 90th percentile."""


def noise(windows: ZoneWindows) -> IndicatorBatch:
    """`noise_laeq`, `noise_l10`, `noise_l50`, `noise_l90` in dB(A): energy means of the meters, each once.

    Where a limit is configured, also how the level stands to it. KEP-48/MENLH/11/1996 limits the level of a day and a
    night (LSM); over a shorter time, and with no penalty for the night, the comparison is an indication. The LSM of
    whole days, and what is judged by it, are added by `noise_days`.
    """
    sums = ZoneSums(windows)
    means = {"noise_laeq": column(windows.windows, "laeq_mean")}
    means |= {indicator: column(windows.windows, field) for indicator, field in EXCEEDED.items()}
    figures = [_figure(sums, windows, indicator, values) for indicator, values in means.items()]
    limit = windows.registered.get("noise_limit")
    if limit is not None and np.isfinite(limit).any():
        figures += _against_limits(sums, windows)
    return sums.batch([*figures, *noise_days(sums, windows)])


def _figure(sums: ZoneSums, windows: ZoneWindows, indicator: str, levels: Column) -> Figure:
    value = level(sums.mean(energy(levels)))
    return sums.figure(indicator, value, _came(windows, levels), np.isfinite(levels) & windows.believed("laeq"))


def _against_limits(sums: ZoneSums, windows: ZoneWindows) -> list[Figure]:
    """dB(A) above the limit (below 0: within it), and the share of meters beyond limit + tolerance."""
    above = column(windows.windows, "laeq_mean") - windows.setting("noise_limit")
    judged = np.isfinite(above)
    beyond = judged & (above > windows.rules.noise_tolerance)
    share = ratio(sums.over_windows(beyond.astype(np.float64)), sums.over_windows(judged.astype(np.float64)))
    return [
        _figure(sums, windows, "noise_excess_indicative", above),
        sums.figure("noise_over_limit_indicative", share, _came(windows, above), judged & windows.believed("laeq")),
    ]


def _came(windows: ZoneWindows, levels: Column) -> Column:
    """(n,) readings of the meters that have such a level."""
    return np.where(np.isfinite(levels), column(windows.windows, "laeq_count"), 0.0)

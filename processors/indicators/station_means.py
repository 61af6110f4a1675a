"""Figures of a longer time: of each station first, from what it has of that time, then of its zone and city."""

import numpy as np
from numpy.typing import NDArray

from processors.indicators.zone_sums import Column, Figure, Mask, ZoneSums, ratio

_SLACK = 1e-6


def share_known(hours: NDArray[np.floating]) -> Column:
    """(d,) share of (hours, d) that have a value."""
    share: Column = np.isfinite(hours).mean(axis=0, dtype=np.float64)
    return share


def mean_known(hours: NDArray[np.floating]) -> Column:
    """(d,) mean of (hours, d) over those that have a value; NaN where none has."""
    known = np.isfinite(hours)
    total = np.where(known, hours, 0.0).sum(axis=0, dtype=np.float64)
    return ratio(total, known.sum(axis=0, dtype=np.float64))


def is_enough(share: Column, needed: float) -> Mask:
    """(d,) whether enough of the time is known; shares are kept with seven digits."""
    return share >= needed - _SLACK


def station_mean(sums: ZoneSums, values: Column, share: Column, needed: float) -> tuple[Column, Mask]:
    """(r,) the mean of the stations' (d,) values, and whether it is provisional.

    Those with at least the share `needed` of their time make the mean; where none has, all that have a value do, and
    the mean is provisional.
    """
    full = np.isfinite(values) & is_enough(share, needed)
    number = sums.over_devices(full.astype(np.float64))
    provisional = number == 0
    of_full = ratio(sums.over_devices(np.where(full, values, 0.0)), number)
    known = np.isfinite(values)
    of_all = ratio(sums.over_devices(np.where(known, values, 0.0)), sums.over_devices(known.astype(np.float64)))
    return np.where(provisional, of_all, of_full), provisional


def station_figure(
    sums: ZoneSums, indicator: str, value: Column, share: Column, plausible: Mask | Column, due: Column | None = None
) -> Figure:
    """A figure (r,) whose coverage is the mean share of the time that is known of each known device.

    `share` (d,) of the time that came; quality is the share of that which was `plausible` (d,), or so much of it.
    `due` (d,) where not one share is due from each device.
    """
    came = sums.over_devices(share)
    coverage = np.minimum(ratio(came, sums.over_devices(np.ones(len(share)) if due is None else due)), 1.0)
    quality = ratio(sums.over_devices(np.where(plausible, share * plausible, 0.0)), came)
    known = np.isfinite(value)
    return Figure(
        indicator,
        np.where(known, value, np.nan),
        np.where(known, np.nan_to_num(coverage), 0.0),
        np.where(known, np.nan_to_num(quality), 0.0),
    )

"""NowCast: what the air is like now, from the means of the last hours; an hour weighs less the older it is.

All functions take (hours, n) means of full hours, the newest first, NaN where one is missing, and give (n,).
Source: US EPA, as AirNow computes PM since 2013; its ozone NowCast of today is another, statistical model.
"""

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]

PARTICLE_HOURS = 12
OZONE_HOURS = 8
_LEAST_WEIGHT = 0.5
_NEWEST, _NEEDED = 3, 2
_STEP_DIGITS = 3  # of a step: means are kept with seven digits, and 17.4 must not become 17.3


def particle_nowcast(hours: NDArray[np.floating]) -> Values:
    """NowCast of PM2.5 and PM10 from (12, n), not truncated yet.

    w = max(least / greatest, 1/2); NowCast = sum of w^i c_i / sum of w^i over the hours i that are known. NaN where
    fewer than two of the newest three hours are.
    """
    return _weighted(hours, _LEAST_WEIGHT)


def ozone_weighted(hours: NDArray[np.floating]) -> Values:
    """8-hour weighted ozone from (8, n): the same with no least weight. It is no official NowCast of ozone."""
    return _weighted(hours, 0.0)


def truncated(values: Values, step: float) -> Values:
    """Down to whole steps, 0.1 or 1."""
    whole: Values = np.floor(np.round(values / step, _STEP_DIGITS)) * step
    return np.round(whole, 6)


def _weighted(hours: NDArray[np.floating], least_weight: float) -> Values:
    known = np.isfinite(hours)
    # Means a little below zero are noise around it.
    values = np.where(known, np.maximum(hours, 0.0), 0.0).astype(np.float64)
    greatest = values.max(axis=0)
    least = np.where(known, values, np.inf).min(axis=0)
    ratio = np.divide(least, greatest, out=np.ones(len(greatest)), where=greatest > 0)
    weight = np.maximum(ratio, least_weight)
    weights = np.where(known, np.cumprod(np.vstack([np.ones(len(weight)), *[weight] * (len(hours) - 1)]), axis=0), 0.0)
    total = weights.sum(axis=0)
    enough = (known[:_NEWEST].sum(axis=0) >= _NEEDED) & (total > 0)
    mean: Values = np.divide((weights * values).sum(axis=0), total, out=np.full(len(total), np.nan), where=enough)
    return mean

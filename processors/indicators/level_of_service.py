"""Levels of service of roads, 1 (A, free) to 6 (F, broken down); five limits part the six levels."""

from collections.abc import Sequence
from enum import IntEnum

import numpy as np
from numpy.typing import ArrayLike, NDArray

Values = NDArray[np.float64]

_DIGITS = 9  # decimals that are kept before a limit is applied: 0.8000000000000002 of the free speed is 0.8


class Level(IntEnum):
    A = 1
    B = 2
    C = 3
    D = 4
    E = 5
    F = 6


def by_saturation(saturation: ArrayLike, limits: Sequence[float]) -> Values:
    """Of the degree of saturation (V/C), same shape, NaN where there is none.

    A and E hold up to their limit included, B to D below theirs: A to 0.20, B below 0.45, C below 0.75, D below 0.85,
    E to 1.00 in Indonesian practice (credited to Bina Marga 1997); MKJI and PKJI define no classes.
    """
    ratio = _rounded(saturation)
    first, *inner, last = limits
    passed = (ratio > first).astype(np.int64) + (ratio > last)
    return _level(passed + np.searchsorted(inner, ratio, "right"), ratio)


def by_speed_share(share: ArrayLike, limits: Sequence[float], saturation: ArrayLike = np.nan) -> Values:
    """Of the travel speed / base free-flow speed of an urban street; a degree of saturation above 1 is F.

    A above 0.80, B above 0.67, C above 0.50, D above 0.40, E above 0.30 (HCM 6 and 7, exhibits 16-3 and 18-1).
    """
    speed = _rounded(share)
    level = _level(np.searchsorted(np.negative(limits), -speed, "right"), speed)
    return np.where(np.isfinite(level) & (_rounded(saturation) > 1), float(Level.F), level)


def by_speed(speed_kmh: ArrayLike, limits: Sequence[float]) -> Values:
    """Of the mean speed in km/h: A from 80, B from 70, C from 60, D from 50, E from 30 (PM 96/2015)."""
    speed = _rounded(speed_kmh)
    return _level(np.searchsorted(np.negative(limits), -speed, "left"), speed)


def by_density(density: ArrayLike, limits: Sequence[float]) -> Values:
    """Of passenger cars on a km of each lane of a freeway: A to 11, B 18, C 26, D 35, E 45 on a mile (HCM)."""
    cars = _rounded(density)
    return _level(np.searchsorted(limits, cars, "left"), cars)


def by_delay(delay_s: ArrayLike, limits: Sequence[float]) -> Values:
    """Of the control delay of a vehicle at a signal: A to 10 s, B 20, C 35, D 55, E 80 (HCM)."""
    delay = _rounded(delay_s)
    return _level(np.searchsorted(limits, delay, "left"), delay)


def _rounded(values: ArrayLike) -> Values:
    return np.round(np.asarray(values, dtype=np.float64), _DIGITS).astype(np.float64)


def _level(limits_passed: ArrayLike, values: Values) -> Values:
    return np.where(np.isnan(values), np.nan, float(Level.A) + np.asarray(limits_passed))

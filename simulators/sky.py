"""The weather over the whole city, which air, water and weather devices share. Every value is a function of time."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache, wraps

import numpy as np
from numpy.typing import NDArray

from config.civil_time import DAY_NS, HOUR_NS, distinct
from simulators.draws import Draws, FloatArray, key_of, wander

TimeArray = NDArray[np.int64]
_STORMS = 2
_FEW = 100
"""Rows that are not worth the search for moments they share."""
_CHANCE = (0.45, 0.15)
"""Of the first and of a second storm on a day: the wet half of the year in East Java."""


def _once_for_each_moment(method: Callable[["Sky", TimeArray], FloatArray]) -> Callable[["Sky", TimeArray], FloatArray]:
    """A million devices share a second's thousand milliseconds, and one sky."""

    @wraps(method)
    def of_moments(sky: "Sky", time_ns: TimeArray) -> FloatArray:
        if len(time_ns) < _FEW:
            return method(sky, time_ns)
        moments, which = distinct(time_ns)
        return method(sky, moments)[which]

    return of_moments


@dataclass(frozen=True, slots=True)
class Storm:
    """One that a scenario brings; it swells and fades as the others."""

    begin_ns: int
    """ns of the local clock."""
    lasts_ns: int
    total_mm: float

    def fallen(self, time_ns: TimeArray) -> FloatArray:
        """(n,) mm since it began."""
        return self.total_mm * _swelled(np.clip((time_ns - self.begin_ns) / self.lasts_ns, 0.0, 1.0))


@dataclass(frozen=True, slots=True)
class Sky:
    """Times are ns of the local clock: storms come in the afternoon, the sun at noon."""

    seed: int
    storms: tuple[Storm, ...] = ()
    """Beside those that the seed brings."""

    def rain_between(self, start_ns: TimeArray, end_ns: TimeArray) -> FloatArray:
        """(n,) mm fallen in [start, end); the two lie at most one day apart."""
        until_end = self._fallen_today(end_ns)
        until_start = self._fallen_today(start_ns)
        last = start_ns // DAY_NS * DAY_NS + DAY_NS - 1
        overnight = np.where(end_ns > last, self._fallen_today(last), 0.0)
        fallen = np.maximum(until_end - until_start + overnight, 0.0)
        for storm in self.storms:
            fallen = fallen + (storm.fallen(end_ns) - storm.fallen(start_ns))
        return fallen

    @_once_for_each_moment
    def rain_rate(self, time_ns: TimeArray) -> FloatArray:
        """(n,) mm/h, over the last minute."""
        minute = HOUR_NS // 60
        return self.rain_between(time_ns - minute, time_ns) * 60.0

    @_once_for_each_moment
    def temperature(self, time_ns: TimeArray) -> FloatArray:
        """(n,) degrees Celsius: lowest near 05, highest near 14, lower under rain."""
        sun = np.cos(2.0 * np.pi * (_hour(time_ns) - 14.0) / 24.0)
        cooled = np.minimum(self.rain_between(time_ns - HOUR_NS, time_ns), 20.0) * 0.25
        return 28.0 + 4.2 * sun + 0.8 * self._wander(time_ns, DAY_NS, 1) - cooled

    @_once_for_each_moment
    def wind_speed(self, time_ns: TimeArray) -> FloatArray:
        """(n,) m/s: calm nights, a breeze in the afternoon, gusts with rain."""
        breeze = 1.0 + np.maximum(np.cos(2.0 * np.pi * (_hour(time_ns) - 15.0) / 24.0), 0.0) * 2.5
        return np.maximum(breeze + 0.5 * self._wander(time_ns, HOUR_NS, 2) + 0.15 * self.rain_rate(time_ns), 0.1)

    @_once_for_each_moment
    def wind_direction(self, time_ns: TimeArray) -> FloatArray:
        """(n,) degrees from north the wind comes from: mostly north-west, backing and veering."""
        return np.mod(315.0 + 50.0 * self._wander(time_ns, 6 * HOUR_NS, 3), 360.0)

    @_once_for_each_moment
    def pressure(self, time_ns: TimeArray) -> FloatArray:
        """(n,) hPa, with the half-daily tide of the tropics (highest near 10 and 22)."""
        tide = np.cos(2.0 * np.pi * (_hour(time_ns) - 10.0) / 12.0)
        return 1010.0 + 1.6 * tide + 1.5 * self._wander(time_ns, 3 * DAY_NS, 4)

    @_once_for_each_moment
    def _fallen_today(self, time_ns: TimeArray) -> FloatArray:
        """(n,) mm since the local midnight before; each storm swells and fades as a raised cosine."""
        days, which = distinct(time_ns // DAY_NS)
        storms = np.array([_storms(self.seed, day) for day in days.tolist()]).reshape(-1, _STORMS, 3)[which]
        start_h, length_h, total_mm = storms.transpose(2, 0, 1)  # axes of each: reading, storm
        part = np.clip((_hour(time_ns)[:, np.newaxis] - start_h) / length_h, 0.0, 1.0)
        fallen: FloatArray = (total_mm * _swelled(part)).sum(axis=1)
        return fallen

    def _wander(self, time_ns: TimeArray, period_ns: int, number: int) -> FloatArray:
        key = np.full(len(time_ns), key_of(self.seed, "sky"), dtype=np.uint64)
        return wander(key, time_ns, period_ns, number)


@lru_cache(maxsize=1024)
def _storms(seed: int, day: int) -> tuple[tuple[float, float, float], ...]:
    """Start and length in hours, and mm, of each storm that a day can have; 0 mm where it does not come."""
    draws = Draws(np.full(_STORMS, key_of(seed, "storms"), dtype=np.uint64), day * _STORMS + np.arange(_STORMS))
    comes = draws.uniform(0) < _CHANCE
    total_mm = np.where(comes, 2.0 - 18.0 * np.log(draws.uniform(3)), 0.0)
    columns = (12.0 + 7.0 * draws.uniform(1), 0.5 + 2.0 * draws.uniform(2), total_mm)
    return tuple(zip(*(column.tolist() for column in columns), strict=True))


def _swelled(part: FloatArray) -> FloatArray:
    """What a storm has given after that part of its time, as a share: the integral of a raised cosine."""
    share: FloatArray = part - np.sin(2.0 * np.pi * part) / (2.0 * np.pi)
    return share


def _hour(time_ns: TimeArray) -> FloatArray:
    return (time_ns % DAY_NS) / HOUR_NS

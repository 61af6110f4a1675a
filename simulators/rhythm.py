"""How something rises and falls over a day, and what of that other kinds of day change."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from simulators.days import SPELLS, Day, days_of
from simulators.draws import FloatArray

Curve = tuple[tuple[float, float], ...]
"""(hour, value), straight between them; it runs on over midnight."""

_LEADS_OVER_H = 22.0


@dataclass(frozen=True, slots=True)
class Rhythm:
    workday: Curve
    weekend: Curve
    """Also on holidays."""
    times: tuple[tuple[Day, Curve], ...] = ()
    """On such days the curve above is multiplied by this one."""
    plus: tuple[tuple[Day, Curve], ...] = ()
    """On such days this is added, after that."""


@dataclass(frozen=True, slots=True)
class Course:
    """The curve of one day, from its midnight to the next; its last hours lead over to where the next day begins."""

    hours: FloatArray
    values: FloatArray
    """Never below 0."""

    def at(self, hour: FloatArray) -> FloatArray:
        followed: FloatArray = np.interp(hour, self.hours, self.values)
        return followed


@lru_cache(maxsize=4096)
def course_of(rhythm: Rhythm, spell: int) -> Course:
    """`spell`: see `simulators.days.spell_of`."""
    today, tomorrow = days_of(spell)
    curves = [rhythm.workday, rhythm.weekend, *(curve for _, curve in (*rhythm.times, *rhythm.plus))]
    hours = np.unique([0.0, _LEADS_OVER_H, 24.0, *(hour for curve in curves for hour, _ in curve)])
    values = _on(rhythm, today, hours)
    values[-1] = _on(rhythm, tomorrow, np.zeros(1))[0]
    return Course(hours, values)


def follow(
    rhythms: Sequence[Rhythm], which: NDArray[np.int64] | int, spells: NDArray[np.int64], hour: FloatArray
) -> FloatArray:
    """(n,) the value at `hour` of a day of that spell, each row by the rhythm in its place `which`."""
    followed = np.empty(len(hour))
    for number, spell, rows in courses(which, spells):
        followed[rows] = course_of(rhythms[number], spell).at(hour[rows])
    return followed


def courses(
    which: NDArray[np.int64] | int, spells: NDArray[np.int64]
) -> list[tuple[int, int, slice | NDArray[np.int64]]]:
    """(rhythm, spell, its rows) for all there are: few, since a batch spans hours or days."""
    if not len(spells):
        return []
    both = np.asarray(which, dtype=np.int64) * SPELLS + spells
    if both.min() == both.max():
        return [(*divmod(int(both[0]), SPELLS), slice(None))]
    found = np.flatnonzero(np.bincount(both))
    return [(*divmod(int(one), SPELLS), np.flatnonzero(both == one)) for one in found]


def _on(rhythm: Rhythm, day: Day, hours: FloatArray) -> FloatArray:
    values = _follow(rhythm.weekend if day & (Day.WEEKEND | Day.HOLIDAY) else rhythm.workday, hours)
    for kind, curve in rhythm.times:
        if day & kind:
            values = values * _follow(curve, hours)
    for kind, curve in rhythm.plus:
        if day & kind:
            values = values + _follow(curve, hours)
    return np.maximum(values, 0.0)


def _follow(curve: Curve, hours: FloatArray) -> FloatArray:
    at, values = zip(*curve, strict=True)
    followed: FloatArray = np.interp(hours, at, values, period=24.0)
    return followed

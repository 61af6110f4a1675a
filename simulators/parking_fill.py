"""How full a car park is over a day, and who drives in and out of it, by what stands around it."""

import re
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from config.settings import Device
from simulators.draws import Draws, FloatArray, KeyArray
from simulators.land_uses import LAND_USES
from simulators.rhythm import Course, course_of, courses

_DAY = 30
"""Number of the draw that tells a busy day from a quiet one."""
_DRAWN = np.cumsum([use.share for use in LAND_USES])


def land_use_of(device: Device) -> int:
    """Position in `LAND_USES`; -1 where neither id nor name tells it."""
    text = f"{device.id} {device.name}".lower()
    found = (
        number
        for number, use in enumerate(LAND_USES)
        if re.search(rf"(?<![a-z])({'|'.join(use.words)})(?![a-z])", text)
    )
    return next(found, -1)


def drawn_land_uses(drawn: FloatArray) -> NDArray[np.int64]:
    """(n,) positions in `LAND_USES`, as often as their shares, of numbers from 0 to 1."""
    found: NDArray[np.int64] = np.searchsorted(_DRAWN[:-1], drawn * _DRAWN[-1], side="right")
    return found


@dataclass(frozen=True, slots=True)
class Passed:
    """Since the last local midnight, as shares of the spaces; all (n,)."""

    stood: FloatArray
    """What stands there at midnight."""
    came: FloatArray
    left: FloatArray


@dataclass(frozen=True, slots=True)
class Popularity:
    """How much more or less than the curve says, as a factor; all (n,)."""

    today: FloatArray
    tomorrow: FloatArray

    def of(self, rows: slice | NDArray[np.int64]) -> "Popularity":
        return Popularity(self.today[rows], self.tomorrow[rows])


def popularity_on(day: NDArray[np.int64], usual: FloatArray, key: KeyArray) -> Popularity:
    """Of each car park, (n,): by day a fifth more or less than usual. `key`: of its draws."""
    today, tomorrow = (usual * (0.8 + 0.4 * Draws(key, each).uniform(_DAY)) for each in (day, day + 1))
    return Popularity(today, tomorrow)


def passed(land_use: FloatArray, popularity: Popularity, spells: NDArray[np.int64], hour: FloatArray) -> Passed:
    """Who has driven in and out until `hour`, (n,) 0 to 24: as many as the curve asks for, and who takes turns.

    Nothing but a sum over the curve, so the same whenever it is asked for: it never steps back within a day.
    `spells`: (n,) what sets the day apart, as `CityDays.spells` tells it.
    """
    stood, came, left = (np.zeros(len(hour)) for _ in range(3))
    for number, spell, rows in courses(land_use.astype(np.int64), spells):
        use = LAND_USES[number]
        course = course_of(use.rhythm, spell)
        stood[rows], came[rows], left[rows] = _along(course, use.stay_h, popularity.of(rows), hour[rows])
    return Passed(stood, came, left)


def _along(
    course: Course, stay_h: float, popularity: Popularity, hour: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    knots = list(zip(course.hours.tolist(), course.values.tolist(), strict=True))
    came, left, taken_h = (np.zeros(len(hour)) for _ in range(3))
    latest = hour.max(initial=0.0)
    for (begins, low), (ends, high) in pairwise(knots):
        if begins >= latest:
            break
        within_h = np.clip(hour, begins, ends) - begins
        later = popularity.tomorrow if ends == 24.0 else popularity.today
        first, last = np.minimum(low * popularity.today, 1.0), np.minimum(high * later, 1.0)
        change = (last - first) * within_h / (ends - begins)
        came += np.maximum(change, 0.0)
        left += np.maximum(-change, 0.0)
        taken_h += within_h * (first + change / 2.0)
    turns = taken_h / stay_h
    return np.minimum(knots[0][1] * popularity.today, 1.0), came + turns, left + turns

"""How full a car park is over a day, and who drives in and out of it, by what stands around it."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from config.settings import Device
from simulators.conditions import Curve
from simulators.draws import FloatArray


@dataclass(frozen=True, slots=True)
class LandUse:
    words: tuple[str, ...]
    """Of which one in a device's id or name tells the land use."""
    workday: Curve
    """(hour, share of the spaces that are taken), from hour 0 on; the day ends as it began."""
    weekend: Curve
    stay_h: float
    """How long a vehicle stays."""
    empty_at_night: bool = False


LAND_USES = (
    LandUse(
        ("pasar", "market"),
        ((0, 0.08), (3, 0.25), (6, 0.85), (9, 0.90), (12, 0.55), (17, 0.30), (21, 0.10)),
        ((0, 0.10), (3, 0.30), (6, 0.92), (10, 0.97), (13, 0.60), (17, 0.35), (21, 0.12)),
        1.2,
        empty_at_night=True,
    ),
    LandUse(
        ("kantor", "pemkab", "dinas", "office"),
        ((0, 0.04), (6, 0.10), (8, 0.82), (10, 0.92), (12, 0.80), (14, 0.90), (17, 0.35), (20, 0.06)),
        ((0, 0.03), (9, 0.10), (12, 0.12), (18, 0.05)),
        6.0,
        empty_at_night=True,
    ),
    LandUse(
        ("mall", "plaza", "bravo", "shopping"),
        ((0, 0.03), (9, 0.08), (12, 0.45), (15, 0.40), (19, 0.75), (21, 0.40), (22, 0.08)),
        ((0, 0.04), (9, 0.15), (12, 0.70), (16, 0.85), (19, 0.97), (21, 0.60), (22, 0.10)),
        2.0,
        empty_at_night=True,
    ),
    LandUse(
        ("stasiun", "terminal", "station"),
        ((0, 0.35), (5, 0.45), (8, 0.88), (15, 0.85), (18, 0.55), (22, 0.38)),
        ((0, 0.45), (7, 0.60), (11, 0.75), (18, 0.70), (22, 0.50)),
        5.0,
    ),
    LandUse(
        ("rsud", "rumah sakit", "hospital"),
        ((0, 0.25), (6, 0.35), (9, 0.90), (12, 0.75), (17, 0.80), (20, 0.45)),
        ((0, 0.22), (8, 0.40), (11, 0.60), (17, 0.70), (20, 0.40)),
        2.5,
    ),
    LandUse(
        ("perumahan", "housing"),
        ((0, 0.93), (6, 0.85), (8, 0.40), (13, 0.35), (17, 0.60), (20, 0.88), (22, 0.93)),
        ((0, 0.93), (9, 0.75), (13, 0.65), (18, 0.75), (22, 0.92)),
        9.0,
    ),
)


def land_use_of(device: Device) -> int:
    """Position in `LAND_USES`; -1 where neither id nor name tells it."""
    text = f"{device.id} {device.name}".lower()
    found = (number for number, use in enumerate(LAND_USES) if any(word in text for word in use.words))
    return next(found, -1)


@dataclass(frozen=True, slots=True)
class Passed:
    """Since the last local midnight, as shares of the spaces; all (n,)."""

    stood: FloatArray
    """What stands there at midnight."""
    came: FloatArray
    left: FloatArray


def passed(land_use: FloatArray, popularity: FloatArray, weekend: NDArray[np.bool_], hour: FloatArray) -> Passed:
    """Who has driven in and out until `hour`, (n,) 0 to 24: as many as the curve asks for, and who takes turns.

    Nothing but a sum over the curve, so the same whenever it is asked for: it never steps back within a day.
    """
    stood, came, left = (np.zeros(len(hour)) for _ in range(3))
    for number, use in enumerate(LAND_USES):
        for is_weekend, curve in ((False, use.workday), (True, use.weekend)):
            rows = np.flatnonzero((land_use == number) & (weekend == is_weekend))
            if len(rows):
                stood[rows], came[rows], left[rows] = _along(curve, use.stay_h, popularity[rows], hour[rows])
    return Passed(stood, came, left)


def _along(
    curve: Curve, stay_h: float, popularity: FloatArray, hour: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    knots = (*curve, (24.0, curve[0][1]))
    came, left, taken_h = (np.zeros(len(hour)) for _ in range(3))
    for (begins, low), (ends, high) in pairwise(knots):
        within_h = np.clip(hour, begins, ends) - begins
        first, last = np.minimum(low * popularity, 1.0), np.minimum(high * popularity, 1.0)
        change = (last - first) * within_h / (ends - begins)
        came += np.maximum(change, 0.0)
        left += np.maximum(-change, 0.0)
        taken_h += within_h * (first + change / 2.0)
    turns = taken_h / stay_h
    return np.minimum(knots[0][1] * popularity, 1.0), came + turns, left + turns

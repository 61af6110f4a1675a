"""How unusual a value is for its hour: distance from the usual one, in standard deviations as the MAD gives them."""

import numpy as np
from numpy.typing import NDArray

from config.durations import UNITS_NS
from processors.quality.seasons import MAD_OF_NORMAL, Seasons

_HOUR_NS = UNITS_NS["h"]
_ALL_HOURS, _DAYS, _WEEKS = 72, 3, 3
"""Hours, days and weeks that must have passed before each level is relied upon. All hours together are no measure for
a day on which each is unlike the others, so they are not asked before the hours of the day can be."""
_MOST = 250
"""A count is one byte."""
_OF_ALL = 0.3
"""An hour may be calm by chance: its spread is taken for no less than this share of that of all hours."""
_OF_CENTRE = 0.005
_WHITE = 0.6
"""MAD / mean change from one value to the next of white noise."""


def needed(size_ns: int) -> tuple[int, int, int]:
    """Values that each level needs: three days of all times and of the hour, three weeks of the hour of the week."""
    in_hour = _HOUR_NS // size_ns
    return tuple(min(_MOST, hours * in_hour) for hours in (_ALL_HOURS, _DAYS, _WEEKS))  # type: ignore[return-value]


def scores(
    seasons: Seasons,
    slots: tuple[int, int, int],
    size_ns: int,
    place: NDArray[np.int64],
    value: NDArray[np.float32],
    noise: NDArray[np.float32],
) -> NDArray[np.float64]:
    """(n,) |value - centre| / (1.4826 x spread), NaN while nothing is usual yet, or where nothing ever moves.

    noise: (n,) mean change from one value to the next that the instrument shows anyway, NaN where it is not known.
    """
    need = needed(size_ns)
    centre, spread = seasons.usual(slots, need, place)
    overall, wide = seasons.usual((slots[0],) * 3, (need[0],) * 3, place)
    floor = np.fmax(_OF_ALL * wide, _WHITE * noise)
    least = np.where(floor > 0, np.fmax(floor, _OF_CENTRE * np.abs(overall)), np.nan)
    deviation = MAD_OF_NORMAL * np.maximum(spread, least)
    found: NDArray[np.float64] = (np.abs(value - centre) / deviation).astype(np.float64)
    return found

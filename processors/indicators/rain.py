"""Classes of rain, as BMKG words them for a day and for an hour."""

from collections.abc import Sequence
from enum import IntEnum

import numpy as np
from numpy.typing import ArrayLike, NDArray

from config.durations import UNITS_NS
from config.indicator_rules import IndicatorRules

HOUR_NS = UNITS_NS["h"]
DAY_NS = 24 * HOUR_NS


class RainClass(IntEnum):
    """The same number for the same word, whether of an hour or of a day."""

    TIDAK_HUJAN = 0
    SANGAT_RINGAN = 1
    RINGAN = 2
    SEDANG = 3
    LEBAT = 4
    SANGAT_LEBAT = 5
    EKSTREM = 6


_OF_HOUR = (0, 1, 2, 3, 4, 5)
_OF_DAY = (0, 2, 3, 4, 5, 6)


def has_classes(size_ns: int) -> bool:
    """Whether rain is classified over so long a time: an hour or a day."""
    return size_ns in (HOUR_NS, DAY_NS)


def rain_class(depth: ArrayLike, size_ns: int, rules: IndicatorRules) -> NDArray[np.float64]:
    """The number of the `RainClass` of each depth (mm in an hour, or in 24 hours), same shape; NaN stays NaN.

    A class begins at its edge, the last one only beyond it ("> 150 mm"): who owns an edge is not laid down.
    Raises ValueError for a time that has no classes.
    """
    if size_ns == HOUR_NS:
        return _classes(depth, rules.rain_hour, _OF_HOUR)
    if size_ns == DAY_NS:
        return _classes(depth, rules.rain_day, _OF_DAY)
    raise ValueError("rain is classified over an hour or a day")


def dasarian_class(depth: ArrayLike, rules: IndicatorRules) -> NDArray[np.float64]:
    """1 rendah, 2 menengah, 3 tinggi, 4 sangat tinggi, of mm in a dasarian, same shape; NaN stays NaN."""
    return _classes(depth, rules.rain_dasarian, (1, 2, 3, 4))


def _classes(depth: ArrayLike, edges: Sequence[float], numbers: Sequence[int]) -> NDArray[np.float64]:
    values = np.asarray(depth, np.float64)
    *reached, passed = edges
    position = np.searchsorted(reached, values, side="right") + (values > passed)
    return np.where(values >= 0, np.array(numbers, np.float64)[np.minimum(position, len(edges))], np.nan)

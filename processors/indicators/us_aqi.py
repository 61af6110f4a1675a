"""The air quality index of the US EPA as revised on 6 May 2024 (Technical Assistance Document EPA-454/B-24-002)."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from processors.indicators.ispu import rounded

Above300 = Literal["one", "two"]
"""Segments from 301 to 500. The table of 2024 ends with "301 and higher", and programs differ."""

_LOW = np.array([0.0, 51.0, 101.0, 151.0, 201.0, 301.0, 401.0])
_HIGH = np.array([50.0, 100.0, 150.0, 200.0, 300.0, 400.0, 500.0])
_STEP_DIGITS = 3  # of a step: a mean of 24 times 0.3 is a hair below 0.3, and would be truncated to 0.2


class Category(StrEnum):
    GOOD = "Good"
    MODERATE = "Moderate"
    SENSITIVE_GROUPS = "Unhealthy for Sensitive Groups"
    UNHEALTHY = "Unhealthy"
    VERY_UNHEALTHY = "Very Unhealthy"
    HAZARDOUS = "Hazardous"


CATEGORIES = tuple(Category)
_CATEGORY_ENDS = np.array([50.0, 100.0, 150.0, 200.0, 300.0])


@dataclass(frozen=True, slots=True)
class Scale:
    """The rows of the table for one pollutant and averaging time, concentrations as whole numbers of steps."""

    per_unit: int
    """Steps in one unit of the pollutant: 10 where concentrations are truncated to one decimal."""
    lows: tuple[int, ...]
    end: int
    """The last concentration of the table."""
    from_index: int = 0
    """Index at the first of `lows`."""


SCALES = {
    "pm25": Scale(10, (0, 91, 355, 555, 1255, 2255, 3255), 5004),
    "pm10": Scale(1, (0, 55, 155, 255, 355, 425, 505), 604),
    "o3_8h": Scale(1000, (0, 55, 71, 86, 106), 200),
    "o3_1h": Scale(1000, (125, 165, 205, 405, 505), 604, from_index=101),
    "co_8h": Scale(10, (0, 45, 95, 125, 155, 305, 405), 504),
    "so2_1h": Scale(1, (0, 36, 76, 186), 304),
    "so2_24h": Scale(1, (305, 605, 805), 1004, from_index=201),
    "no2_1h": Scale(1, (0, 54, 101, 361, 650, 1250, 1650), 2049),
}
"""PM in ug/m3 over 24 hours, O3 and CO in ppm, SO2 and NO2 in ppb, over the hours named."""

_ONE_SEGMENT_ENDS = {"pm25": 3254}
"""Where the end of the table is another one with one segment above 300."""


def sub_index(pollutant: str, concentration: ArrayLike, above_300: Above300 = "one") -> NDArray[np.float64]:
    """The index of each concentration before rounding, same shape.

    The concentration is truncated, then I = (Ihi - Ilo) / (BPhi - BPlo) x (C - BPlo) + Ilo within its row. NaN where it
    is missing, negative, or below a table that begins higher (`o3_1h`, `so2_24h`). Beyond the table the last index
    stays: 500, but 300 for O3 over 8 hours and 200 for SO2 over one, which go on as `o3_1h` and `so2_24h`.
    Raises KeyError for a pollutant that has no table.
    """
    scale = SCALES[pollutant]
    values = np.asarray(concentration, dtype=np.float64)
    steps = np.floor(np.round(values * scale.per_unit, _STEP_DIGITS))
    index = np.interp(steps, *_points(pollutant, above_300))
    return np.where((values >= 0) & (steps >= scale.lows[0]), index, np.nan)


def category(index: float) -> Category | None:
    """The category of one index, decided on its rounded value; None where there is none."""
    if np.isnan(index):
        return None
    return CATEGORIES[int(np.searchsorted(_CATEGORY_ENDS, rounded(index)))]


def _points(pollutant: str, above_300: Above300) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """(steps, index) at both ends of each row; between two rows lies no whole number of steps."""
    scale = SCALES[pollutant]
    first = int(np.searchsorted(_LOW, scale.from_index))
    lows, end = list(scale.lows), scale.end
    index_low = _LOW[first : first + len(lows)].tolist()
    index_high = _HIGH[first : first + len(lows)].tolist()
    if above_300 == "one" and index_low[-1] == 401:
        lows, index_low, index_high = lows[:-1], index_low[:-1], [*index_high[:-2], 500.0]
        end = _ONE_SEGMENT_ENDS.get(pollutant, end)
    highs = [low - 1 for low in lows[1:]] + [end]
    return np.ravel([lows, highs], order="F").astype(np.float64), np.ravel([index_low, index_high], order="F")

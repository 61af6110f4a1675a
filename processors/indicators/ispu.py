"""ISPU, Indeks Standar Pencemar Udara: the air index of PermenLHK P.14/MENLHK/SETJEN/KUM.1/7/2020."""

from enum import StrEnum
from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

INDEX = np.array([0.0, 50.0, 100.0, 200.0, 300.0, 500.0])

CONCENTRATION = {
    "pm25": np.array([0.0, 15.5, 55.4, 150.4, 250.4, 500.0]),
    "pm10": np.array([0.0, 50.0, 150.0, 350.0, 420.0, 500.0]),
    "o3": np.array([0.0, 120.0, 235.0, 400.0, 800.0, 1000.0]),
    "so2": np.array([0.0, 52.0, 180.0, 400.0, 800.0, 1200.0]),
    "no2": np.array([0.0, 80.0, 200.0, 1130.0, 2260.0, 3000.0]),
    "co": np.array([0.0, 4000.0, 8000.0, 15000.0, 30000.0, 45000.0]),
    "hc": np.array([0.0, 45.0, 100.0, 215.0, 432.0, 648.0]),
}
"""Mean of 24 hours in ug/m3 (carbon monoxide too) at each value of `INDEX`. On a tie the first is critical."""

_HALF_DIGITS = 9  # decimals that are kept before rounding half up: 62.49999999999999 is 62.5


class Category(StrEnum):
    """In the words of the regulation, with its colour and what shows that colour on a screen."""

    colour: str
    """As the regulation names it."""
    theme: str
    """Hexadecimal RGB; the regulation gives none, these are the values of the ministry's own page."""

    def __new__(cls, word: str, colour: str = "", theme: str = "") -> Self:
        category = str.__new__(cls, word)
        category._value_, category.colour, category.theme = word, colour, theme
        return category

    BAIK = "Baik", "hijau", "#00cc00"
    SEDANG = "Sedang", "biru", "#0000cc"
    TIDAK_SEHAT = "Tidak Sehat", "kuning", "#cccc00"
    SANGAT_TIDAK_SEHAT = "Sangat Tidak Sehat", "merah", "#cc0000"
    BERBAHAYA = "Berbahaya", "hitam", "#000000"


CATEGORIES = tuple(Category)
"""The number of a category is its position here + 1: 1 Baik to 5 Berbahaya."""
_CATEGORY_ENDS = np.array([50.0, 100.0, 200.0, 300.0])


def sub_index(parameter: str, concentration: ArrayLike) -> NDArray[np.float64]:
    """The exact index of each concentration (ug/m3, mean of 24 hours), same shape.

    I = (Ia - Ib) / (Xa - Xb) x (X - Xb) + Ib between the breakpoints (Xb, Ib) and (Xa, Ia). NaN where the
    concentration is negative or missing; 500 above the last breakpoint, see `beyond_scale`.
    Raises KeyError for a parameter that the regulation does not name.
    """
    values = np.asarray(concentration, dtype=np.float64)
    index = np.interp(values, CONCENTRATION[parameter], INDEX)
    return np.where(values >= 0, index, np.nan)


def beyond_scale(parameter: str, concentration: ArrayLike) -> NDArray[np.bool_]:
    """Whether the concentration lies above the last breakpoint, where the regulation defines no index."""
    beyond: NDArray[np.bool_] = np.asarray(concentration, dtype=np.float64) > CONCENTRATION[parameter][-1]
    return beyond


def rounded(index: ArrayLike) -> NDArray[np.float64]:
    """The published index: the nearest integer, half up (62.5 gives 63), as a float; NaN stays NaN."""
    nearest: NDArray[np.float64] = np.floor(np.round(np.asarray(index, dtype=np.float64), _HALF_DIGITS) + 0.5)
    return nearest


def category(index: float) -> Category | None:
    """The category of one index, decided on its rounded value (100.4 is Sedang); None where there is none."""
    if np.isnan(index):
        return None
    return CATEGORIES[int(np.searchsorted(_CATEGORY_ENDS, rounded(index)))]


def category_number(index: ArrayLike) -> NDArray[np.float64]:
    """The number of the category of each index, 1 to 5, same shape; NaN stays NaN."""
    nearest = rounded(index)
    number = np.searchsorted(_CATEGORY_ENDS, nearest) + 1.0
    return np.where(np.isfinite(nearest), number, np.nan)


def critical_parameter(concentrations: dict[str, float]) -> tuple[str, float] | None:
    """The parameter kritis of one station and its exact sub-index, the largest; on ties in the order of the table.

    None where no concentration has an index.
    """
    indices = {name: float(sub_index(name, concentrations[name])) for name in CONCENTRATION if name in concentrations}
    known = {name: index for name, index in indices.items() if not np.isnan(index)}
    return max(known.items(), key=lambda item: item[1], default=None)

"""The index of the air as a whole: the largest of its parameters' indices, and which parameter that is."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from processors.indicators.ispu import CONCENTRATION
from processors.indicators.zone_sums import Figure

_NUMBER = {parameter: 1.0 + place for place, parameter in enumerate(CONCENTRATION)}
"""Of a parameter, as indicators that name one give it."""


def largest_place(indices: list[Figure]) -> NDArray[np.int64]:
    """(r,) which of them is the largest; on ties the first."""
    places: NDArray[np.int64] = np.argmax(np.nan_to_num([index.value for index in indices], nan=-1.0), axis=0)
    return places


def largest(indicator: str, indices: list[Figure]) -> Figure:
    """The largest index, with the coverage and quality of the one it is."""
    place = largest_place(indices)
    row = np.arange(len(place))
    value, coverage, quality = (
        np.stack(columns)[place, row]
        for columns in zip(*((index.value, index.coverage, index.quality) for index in indices), strict=True)
    )
    return Figure(indicator, value, coverage, quality)


def critical(indicator: str, indices: Mapping[str, Figure]) -> Figure:
    """Parameter -> its index; the number of the parameter with the largest one, NaN where there is none."""
    found = largest(indicator, list(indices.values()))
    numbers = np.array([_NUMBER[parameter] for parameter in indices])[largest_place(list(indices.values()))]
    return Figure(indicator, np.where(np.isfinite(found.value), numbers, np.nan), found.coverage, found.quality)

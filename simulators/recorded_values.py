"""Columns of recorded numbers to float64, with what is missing told apart from what is wrong."""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

BoolArray = NDArray[np.bool_]


class NumberParser:
    """Parses columns whose missing values are marked."""

    def __init__(self, missing: tuple[str, ...], decimal: str = ".") -> None:
        self._marks = frozenset(missing)
        self._has_comma = decimal == ","
        numbers = [number for mark in (*missing, *self._pointed(missing)) if (number := _number(mark)) is not None]
        self._missing_numbers = np.array(numbers, dtype=np.float64)

    def parse(self, texts: tuple[str, ...]) -> tuple[NDArray[np.float64], BoolArray]:
        """(n,) values, NaN where missing or wrong; and (n,) which cells are wrong."""
        wrong = np.zeros(len(texts), dtype=np.bool_)
        marks = self._marks
        filled = self._pointed("nan" if text in marks else text for text in texts)
        try:
            values = np.array(list(map(float, filled)), dtype=np.float64)
        except ValueError:
            values = np.array([np.inf if (found := _number(text)) is None else found for text in filled])
        wrong |= np.isinf(values)
        suspect = np.isnan(values)
        if suspect.any():
            wrong |= suspect & np.array([text not in marks for text in texts])
        absent = wrong | np.isin(values, self._missing_numbers)
        return np.where(absent, np.nan, values), wrong

    def _pointed(self, texts: Iterable[str]) -> list[str]:
        """With a decimal point. Where the comma is decimal, a point groups thousands: "1.234" is refused."""
        return [text.translate(_SWAPPED) for text in texts] if self._has_comma else list(texts)


_SWAPPED = str.maketrans(",.", ".,")


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None

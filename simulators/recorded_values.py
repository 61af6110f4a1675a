"""Columns of recorded numbers to float64, with what is missing told apart from what is wrong."""

import numpy as np
from numpy.typing import NDArray

BoolArray = NDArray[np.bool_]


class NumberParser:
    """Parses columns whose missing values are marked."""

    def __init__(self, missing: tuple[str, ...]) -> None:
        self._marks = frozenset(missing)
        numbers = [number for mark in missing if (number := _number(mark)) is not None]
        self._missing_numbers = np.array(numbers, dtype=np.float64)

    def parse(self, texts: tuple[str, ...]) -> tuple[NDArray[np.float64], BoolArray]:
        """(n,) values, NaN where missing or wrong; and (n,) which cells are wrong."""
        wrong = np.zeros(len(texts), dtype=np.bool_)
        marks = self._marks
        filled = ["nan" if text in marks else text for text in texts]
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


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None

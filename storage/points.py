"""Points in columns: what every store writes and line protocol encodes."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Series:
    measurement: str
    tags: tuple[tuple[str, str], ...]
    """Sorted by key; values are never empty."""


class SeriesTable:
    """Append-only list of the series written so far; stores cache what they need (a prefix, a row id) by its index."""

    def __init__(self) -> None:
        self.series: list[Series] = []
        self._index: dict[Series, int] = {}

    def __len__(self) -> int:
        return len(self.series)

    def index(self, measurement: str, tags: dict[str, str]) -> int:
        """The series' index, made on first sight. Tags with an empty value are left out."""
        series = Series(measurement, tuple(sorted((key, value) for key, value in tags.items() if value)))
        index = self._index.get(series)
        if index is None:
            index = self._index[series] = len(self.series)
            self.series.append(series)
        return index


@dataclass(frozen=True, slots=True)
class PointBatch:
    """Points of one measurement with the same set of fields; a point is identified by (series, time)."""

    table: SeriesTable
    series: NDArray[np.int32]
    """(n,) indices into `table`."""
    time_ns: NDArray[np.int64]
    """(n,) ns UTC."""
    fields: dict[str, NDArray[np.float64]]
    """Field name -> (n,) float64; NaN: the point lacks the field."""

    def __len__(self) -> int:
        return len(self.time_ns)

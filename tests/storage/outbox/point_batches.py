"""Batches whose values tell where they come from."""

import numpy as np

from storage.points import PointBatch, SeriesTable

SECOND = 1_000_000_000


def batch(table: SeriesTable, first: int, count: int = 3, device: str = "a", measurement: str = "window") -> PointBatch:
    """Points at seconds `first`, `first` + 1, ...; each value is its second."""
    seconds = np.arange(first, first + count)
    series = np.full(count, table.index(measurement, {"device": device}), np.int32)
    return PointBatch(table, series, seconds * SECOND, {"v": seconds.astype(np.float64)})


def seconds_of(batches: list[PointBatch]) -> list[float]:
    return [value for one in batches for value in one.fields["v"].tolist()]

"""From a series' index in a `SeriesTable` to its place in the embedded store's file, without Python work per point."""

import json
import sqlite3

import numpy as np
from numpy.typing import NDArray

from config.durations import SECOND_NS, parse_duration
from storage.points import Series, SeriesTable

DEFAULT_WIDTH_NS = 60 * SECOND_NS
"""Buckets of points that come at any time, such as raw readings."""
_UNKNOWN = -1


class SeriesIds:
    def __init__(self, connection: sqlite3.Connection, table: SeriesTable) -> None:
        self._db = connection
        self._table = table
        self._places = np.full((3, len(table)), _UNKNOWN, dtype=np.int64)
        """(lane, width_ns, series id) of each series of the table."""
        self._lanes: dict[tuple[str, int], int] = {}

    def measurement(self, index: int) -> str:
        return self._table.series[index].measurement

    def columns(self, series: NDArray[np.int32]) -> NDArray[np.int64]:
        """(3, n): lane, width of its buckets in ns and id in the file of each of `series` (n,), made where absent."""
        if len(self._table) > self._places.shape[1]:
            grown = np.full((3, len(self._table) * 2), _UNKNOWN, dtype=np.int64)
            grown[:, : self._places.shape[1]] = self._places
            self._places = grown
        new = series[self._places[2, series] == _UNKNOWN]
        for index in np.unique(new).tolist():
            self._places[:, index] = self._register(self._table.series[index])
        return self._places[:, series]

    def _register(self, series: Series) -> tuple[int, int, int]:
        width_ns = bucket_width(series)
        lane = self._lane(series.measurement, width_ns)
        key = (series.measurement, json.dumps(dict(series.tags)))
        found = self._db.execute("SELECT id FROM series WHERE measurement = ? AND tags = ?", key).fetchone()
        if found is None:
            insert = "INSERT INTO series (measurement, tags, lane) VALUES (?, ?, ?) RETURNING id"
            found = self._db.execute(insert, (*key, lane)).fetchone()
        return lane, width_ns, int(found[0])

    def _lane(self, measurement: str, width_ns: int) -> int:
        key = (measurement, width_ns)
        if key not in self._lanes:
            self._db.execute("INSERT OR IGNORE INTO lane (measurement, width_ns) VALUES (?, ?)", key)
            found = self._db.execute("SELECT id FROM lane WHERE measurement = ? AND width_ns = ?", key)
            self._lanes[key] = int(found.fetchone()[0])
        return self._lanes[key]


def bucket_width(series: Series) -> int:
    """The size of the windows that make the series, so that a bucket holds few points of it."""
    try:
        return parse_duration(dict(series.tags)["size"])
    except (KeyError, ValueError):
        return DEFAULT_WIDTH_NS

"""From a series' index in a `SeriesTable` to its place in the embedded store's file, without Python work per point."""

import json
import sqlite3
from collections.abc import Sequence

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
        self._places = np.full((2, len(table)), _UNKNOWN, dtype=np.int32)
        """(lane, series id) of each series of the table."""
        self._lanes: dict[tuple[str, int], int] = {}
        self._widths = np.zeros(1, dtype=np.int64)
        """(lanes,) width of their buckets in ns."""

    def columns(self, series: NDArray[np.int32]) -> tuple[NDArray[np.int32], NDArray[np.int64], NDArray[np.int32]]:
        """Lane, width of its buckets in ns and id in the file of each of `series` (n,), made where absent."""
        self._reserve()
        new = np.unique(series[self._places[1, series] == _UNKNOWN])
        if len(new):
            self._places[:, new] = self._register([self._table[index] for index in new.tolist()])
        lane, number = self._places[:, series]
        return lane, self._widths[lane], number

    @property
    def known(self) -> NDArray[np.bool_]:
        """(series of the table or more,) whether each has its place already."""
        self._reserve()
        known: NDArray[np.bool_] = self._places[1] != _UNKNOWN
        return known

    def _reserve(self) -> None:
        if len(self._table) > self._places.shape[1]:
            grown = np.full((2, len(self._table) * 5 // 4), _UNKNOWN, dtype=np.int32)
            grown[:, : self._places.shape[1]] = self._places
            self._places = grown

    def _register(self, series: list[Series]) -> tuple[list[int], Sequence[int]]:
        lanes = [self._lane(one.measurement, bucket_width(one)) for one in series]
        keys = [(one.measurement, json.dumps(dict(one.tags))) for one in series]
        last: int = self._db.execute("SELECT coalesce(max(id), 0) FROM series").fetchone()[0]
        rows = ((*key, lane) for key, lane in zip(keys, lanes, strict=True))
        insert = "INSERT OR IGNORE INTO series (measurement, tags, lane) VALUES (?, ?, ?)"
        if self._db.executemany(insert, rows).rowcount == len(series):
            # SQLite numbers new rows upwards from the largest: https://sqlite.org/autoinc.html
            return lanes, range(last + 1, last + 1 + len(series))
        find = "SELECT id FROM series WHERE measurement = ? AND tags = ?"
        return lanes, [self._db.execute(find, key).fetchone()[0] for key in keys]

    def _lane(self, measurement: str, width_ns: int) -> int:
        key = (measurement, width_ns)
        if key not in self._lanes:
            self._db.execute("INSERT OR IGNORE INTO lane (measurement, width_ns) VALUES (?, ?)", key)
            found = self._db.execute("SELECT id FROM lane WHERE measurement = ? AND width_ns = ?", key)
            lane = self._lanes[key] = int(found.fetchone()[0])
            self._widths = np.resize(self._widths, max(len(self._widths), lane + 1))
            self._widths[lane] = width_ns
        return self._lanes[key]


def bucket_width(series: Series) -> int:
    """The size of the windows that make the series, so that a bucket holds few points of it."""
    try:
        return parse_duration(dict(series.tags)["size"])
    except (KeyError, ValueError):
        return DEFAULT_WIDTH_NS

"""Reads points out of the embedded store's file: newest first, lane by lane, decoded a few thousand at a time."""

import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from storage.downsampling import downsample
from storage.sqlite_cells import unpack
from storage.store import Query, Row, newest_rows

_FETCH = 5000
_MIN_NS, _MAX_NS = -(2**63), 2**63 - 1

# CROSS JOIN keeps SQLite to this order of loops: buckets that exist, then a seek for each chosen series. The plus sign
# keeps it from carrying the range of buckets over to the points, which it would then scan.
_HISTORY = """
SELECT c.rank, p.time, p.layout, p.cells
FROM bucket b CROSS JOIN chosen c CROSS JOIN point p
  ON p.lane = b.lane AND p.bucket = +b.bucket AND p.series = c.series
WHERE b.lane = ? AND b.bucket BETWEEN ? AND ? AND c.lane = b.lane AND p.time >= ? AND p.time < ?
ORDER BY b.bucket DESC, p.time DESC, c.rank DESC
"""
_NEWEST = """
SELECT c.rank, p.time, p.layout, p.cells
FROM chosen c CROSS JOIN newest n ON n.series = c.series
CROSS JOIN point p ON p.lane = c.lane AND p.bucket = n.bucket AND p.series = n.series AND p.time = n.time
"""


@dataclass(frozen=True, slots=True)
class _Columns:
    """Points with the same fields, as they came out of the file."""

    rank: NDArray[np.int64]
    """(n,) positions in the list of chosen series."""
    time_ns: NDArray[np.int64]
    names: list[str]
    cells: NDArray[np.float64]
    """(n, fields), NaN where absent."""

    def present(self, name: str) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
        """Rank, time and value of the points that have the field."""
        values = self.cells[:, self.names.index(name)]
        kept = ~np.isnan(values)
        return self.rank[kept], self.time_ns[kept], values[kept]

    def select(self, fields: Sequence[str]) -> "_Columns":
        if not fields:
            return self
        kept = [at for at, name in enumerate(self.names) if name in fields]
        return _Columns(self.rank, self.time_ns, [self.names[at] for at in kept], self.cells[:, kept])


class PointReader:
    def __init__(self, connection: sqlite3.Connection) -> None:
        self._db = connection
        self._layouts: dict[int, list[str]] = {}
        self._db.execute(
            "CREATE TEMP TABLE IF NOT EXISTS chosen"
            " (lane INTEGER, series INTEGER, rank INTEGER, PRIMARY KEY (lane, series)) WITHOUT ROWID"
        )

    def measurements(self) -> list[str]:
        return [name for (name,) in self._db.execute("SELECT DISTINCT measurement FROM lane ORDER BY 1")]

    def fields(self, measurement: str) -> list[str]:
        layouts = self._db.execute("SELECT fields FROM layout WHERE measurement = ?", (measurement,))
        return sorted({name for (names,) in layouts for name in json.loads(names)})

    def query(self, query: Query) -> list[Row]:
        tags = self._choose(query.measurement, query.tag_values())
        if query.every_ns is not None:
            return newest_rows(self._downsampled(query, query.every_ns, tags), query.limit)
        rows: list[Row] = []
        for lane, width_ns in self._lanes(query.measurement):
            rows += self._newest_of_lane(query, lane, width_ns, tags)
        return newest_rows(rows, query.limit)

    def latest(self, measurement: str, where: Sequence[tuple[str, str]]) -> list[Row]:
        tags = self._choose(measurement, Query(measurement, tuple(where)).tag_values())
        rows: list[Row] = []
        for chunk in self._chunks(self._db.execute(_NEWEST)):
            rows += _rows(chunk, tags)
        return newest_rows(rows, None)

    def _newest_of_lane(self, query: Query, lane: int, width_ns: int, tags: list[dict[str, str]]) -> list[Row]:
        rows: list[Row] = []
        for chunk in self._history(query, lane, width_ns):
            rows += _rows(chunk, tags)
            if query.limit is not None and len(rows) >= query.limit:
                break
        return rows

    def _downsampled(self, query: Query, every_ns: int, tags: list[dict[str, str]]) -> list[Row]:
        lanes = self._lanes(query.measurement)
        columns = [part for lane in lanes for chunk in self._history(query, *lane) for part in chunk]
        rows: dict[tuple[int, int], Row] = {}
        for name in sorted({name for part in columns for name in part.names}):
            parts = [part.present(name) for part in columns if name in part.names]
            rank, time_ns, values = (np.concatenate(pieces) for pieces in zip(*parts, strict=True))
            answer = downsample(rank, time_ns, values, every_ns, query.aggregate)
            for series, start_ns, value in zip(*(column.tolist() for column in answer), strict=True):
                row = rows.setdefault((series, start_ns), Row(start_ns, tags[series]))
                row.fields[name] = value
        return list(rows.values())

    def _lanes(self, measurement: str) -> list[tuple[int, int]]:
        """Lane and the width of its buckets in ns."""
        return self._db.execute("SELECT id, width_ns FROM lane WHERE measurement = ?", (measurement,)).fetchall()

    def _history(self, query: Query, lane: int, width_ns: int) -> Iterator[list[_Columns]]:
        from_ns = _MIN_NS if query.from_ns is None else query.from_ns
        to_ns = _MAX_NS if query.to_ns is None else query.to_ns
        cursor = self._db.execute(_HISTORY, (lane, from_ns // width_ns, to_ns // width_ns, from_ns, to_ns))
        return self._chunks(cursor, query.fields)

    def _chunks(self, cursor: sqlite3.Cursor, fields: Sequence[str] = ()) -> Iterator[list[_Columns]]:
        """A few thousand rows at a time, in the order of the cursor; the rows of one chunk apart by layout."""
        while found := cursor.fetchmany(_FETCH):
            by_layout: dict[int, list[tuple[int, int, int, bytes]]] = {}
            for row in found:
                by_layout.setdefault(row[2], []).append(row)
            yield [self._decode(layout, rows).select(fields) for layout, rows in by_layout.items()]

    def _decode(self, layout: int, rows: list[tuple[int, int, int, bytes]]) -> _Columns:
        if layout not in self._layouts:
            known = self._db.execute("SELECT id, fields FROM layout")
            self._layouts = {number: json.loads(names) for number, names in known}
        names = self._layouts[layout]
        rank, time_ns, _, cells = zip(*rows, strict=True)
        return _Columns(np.array(rank), np.array(time_ns), names, unpack(cells, len(names)))

    def _choose(self, measurement: str, tag_values: Mapping[str, tuple[str, ...]]) -> list[dict[str, str]]:
        """Fills the table of chosen series; their tags by rank, which is the order of tags."""
        conditions = "".join(
            " AND EXISTS (SELECT 1 FROM json_each(tags) WHERE key = ? AND value IN (?"
            + ", ?" * (len(values) - 1)
            + "))"
            for values in tag_values.values()
        )
        parameters = [text for tag, values in tag_values.items() for text in (tag, *values)]
        found = self._db.execute(
            f"SELECT lane, id, tags FROM series WHERE measurement = ?{conditions}",  # noqa: S608 - only placeholders
            (measurement, *parameters),
        ).fetchall()
        decoded = sorted(((json.loads(tags), lane, series) for lane, series, tags in found), key=_by_tags)
        self._db.execute("DELETE FROM chosen")
        chosen = ((lane, series, rank) for rank, (_, lane, series) in enumerate(decoded))
        self._db.executemany("INSERT INTO chosen VALUES (?, ?, ?)", chosen)
        return [tags for tags, _, _ in decoded]


def _by_tags(series: tuple[dict[str, str], int, int]) -> list[tuple[str, str]]:
    return sorted(series[0].items())


def _rows(chunk: list[_Columns], tags: list[dict[str, str]]) -> list[Row]:
    """One row for each point that has any of the fields."""
    rows = []
    for part in chunk:
        for rank, time_ns, cells in zip(part.rank.tolist(), part.time_ns.tolist(), part.cells.tolist(), strict=True):
            fields = {name: value for name, value in zip(part.names, cells, strict=True) if value == value}
            if fields:
                rows.append(Row(time_ns, tags[rank], fields))
    return rows

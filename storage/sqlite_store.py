"""The embedded store: one SQLite file in the data directory, read by any process while one writes."""

import json
import logging
import sqlite3
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from config.settings import Retention
from ingest.opened_file import OpenedFile
from storage.joining import joined
from storage.line_protocol import NO_FIELD
from storage.points import PointBatch, SeriesTable
from storage.sqlite_cells import merge, merge_cells, pack
from storage.sqlite_reading import PointReader
from storage.sqlite_schema import FILE_NAME, named_error, open_for_reading, open_for_writing
from storage.sqlite_series import SeriesIds
from storage.store import Query, Row, StoreRefused

_log = logging.getLogger("denyut.store")

_INSERT = """
INSERT INTO point VALUES (?, ?, ?, ?, ?, ?)
ON CONFLICT DO UPDATE SET cells = merge_cells(cells, excluded.cells) WHERE layout = excluded.layout
"""
_NEWEST = """
INSERT INTO newest VALUES (?, ?, ?)
ON CONFLICT DO UPDATE SET bucket = excluded.bucket, time = excluded.time WHERE excluded.time > time
"""
_EARLIER = """
SELECT l.measurement, l.fields, p.cells, l.id FROM point p JOIN layout l ON l.id = p.layout
WHERE p.lane = ? AND p.bucket = ? AND p.series = ? AND p.time = ?
"""
_REPLACE = "UPDATE point SET layout = ?, cells = ? WHERE lane = ? AND bucket = ? AND series = ? AND time = ?"
_REMOVE = "DELETE FROM point WHERE lane = ? AND (bucket < ? OR (bucket = ? AND time < ?))"
_REMOVE_SILENT = """
DELETE FROM series WHERE lane = ? AND id IN (SELECT series FROM newest WHERE time < ?)
"""
PointRow = tuple[int, int, int, int, int, bytes]
"""lane, bucket, series, time, layout, cells"""


class SqliteStore:
    """Raises `StoreUnusable` at once when the file cannot be opened."""

    def __init__(self, data_dir: Path, read_only: bool = False) -> None:
        self._path = data_dir / FILE_NAME
        self._open(open_for_reading(data_dir) if read_only else open_for_writing(data_dir))
        self.dropped: Counter[str] = Counter()
        """Points without a finite value."""

    def write(self, batches: Sequence[PointBatch]) -> int:
        if not self._file.is_in_place:
            _log.warning("%s was removed or replaced while it was used; points go on into a new one", self._path)
            self._db.close()
            self._open(open_for_writing(self._path.parent))
        with self._transaction():
            written = sum(self._write_batch(batch) for batch in self._joined(batches))
        self.dropped += Counter({NO_FIELD: sum(map(len, batches)) - written})
        return written

    def query(self, query: Query) -> list[Row]:
        with self._named_errors():
            return self._reader.query(query)

    def latest(self, measurement: str, where: Sequence[tuple[str, str]] = ()) -> list[Row]:
        with self._named_errors():
            return self._reader.latest(measurement, where)

    def measurements(self) -> list[str]:
        with self._named_errors():
            return self._reader.measurements()

    def fields(self, measurement: str) -> list[str]:
        with self._named_errors():
            return self._reader.fields(measurement)

    def apply_retention(self, retention: Retention, now_ns: int) -> None:
        for measurement, kept_ns in retention.model_dump().items():
            if kept_ns is not None:
                self._remove_before(measurement, now_ns - kept_ns)
        with self._named_errors():
            # execute() would take one step, which frees one page.
            self._db.executescript("PRAGMA incremental_vacuum")

    def close(self) -> None:
        self._db.close()

    def _open(self, db: sqlite3.Connection) -> None:
        self._db = db
        self._file = OpenedFile(self._path)
        with self._named_errors():
            self._db.create_function("merge_cells", 2, merge_cells, deterministic=True)
            self._reader = PointReader(self._db)
        self._ids: WeakKeyDictionary[SeriesTable, SeriesIds] = WeakKeyDictionary()
        self._layouts: dict[tuple[str, tuple[str, ...]], int] = {}

    def _joined(self, batches: Sequence[PointBatch]) -> Sequence[PointBatch]:
        return joined(batches, self._series_ids(batches[0].table).known) if len(batches) > 1 else batches

    def _write_batch(self, batch: PointBatch) -> int:
        kept, cells = pack(batch)
        if not cells:
            return 0
        names = tuple(batch.fields)
        ids = self._series_ids(batch.table)
        lane, width_ns, series = ids.columns(batch.series[kept])
        time_ns = batch.time_ns[kept]
        bucket = time_ns // width_ns
        order = np.lexsort((time_ns, series, bucket, lane))
        columns = [column[order].tolist() for column in (lane, bucket, series, time_ns)]
        layout = self._layout(batch.table.measurement(int(batch.series[kept][0])), names)
        self._insert([(*key, layout, cells[at]) for *key, at in zip(*columns, order.tolist(), strict=True)], names)
        self._note_newest(series, bucket, time_ns)
        self._note_buckets(lane, bucket)
        return len(cells)

    def _insert(self, rows: list[PointRow], names: tuple[str, ...]) -> None:
        written = self._db.executemany(_INSERT, rows).rowcount
        if written < len(rows):
            for row in rows:
                self._merge_other_layout(row, names)

    def _merge_other_layout(self, row: PointRow, names: tuple[str, ...]) -> None:
        """An earlier point of the same series and time has other fields: both sets stay."""
        lane, bucket, series, time_ns, layout, cells = row
        key = (lane, bucket, series, time_ns)
        measurement, old_names, old_cells, old_layout = self._db.execute(_EARLIER, key).fetchone()
        if old_layout != layout:
            merged_names, merged = merge(json.loads(old_names), old_cells, names, cells)
            self._db.execute(_REPLACE, (self._layout(measurement, merged_names), merged, *key))

    def _note_newest(self, series: NDArray[np.int32], bucket: NDArray[np.int64], time_ns: NDArray[np.int64]) -> None:
        order = np.lexsort((time_ns, series))
        last = order[np.append(series[order][1:] != series[order][:-1], True)]
        self._db.executemany(
            _NEWEST, zip(*(column[last].tolist() for column in (series, bucket, time_ns)), strict=True)
        )

    def _note_buckets(self, lane: NDArray[np.int32], bucket: NDArray[np.int64]) -> None:
        pairs = np.unique(np.stack((lane, bucket), axis=1), axis=0).tolist()
        self._db.executemany("INSERT OR IGNORE INTO bucket VALUES (?, ?)", pairs)

    def _series_ids(self, table: SeriesTable) -> SeriesIds:
        ids = self._ids.get(table)
        if ids is None:
            ids = self._ids[table] = SeriesIds(self._db, table)
        return ids

    def _layout(self, measurement: str, names: tuple[str, ...]) -> int:
        layout = self._layouts.get((measurement, names))
        if layout is None:
            key = (measurement, json.dumps(names))
            self._db.execute("INSERT OR IGNORE INTO layout (measurement, fields) VALUES (?, ?)", key)
            found = self._db.execute("SELECT id FROM layout WHERE measurement = ? AND fields = ?", key)
            layout = self._layouts[measurement, names] = int(found.fetchone()[0])
        return layout

    def _remove_before(self, measurement: str, cutoff_ns: int) -> None:
        with self._transaction():
            lanes = self._db.execute("SELECT id, width_ns FROM lane WHERE measurement = ?", (measurement,)).fetchall()
            silenced = [self._remove_from_lane(lane, cutoff_ns // width_ns, cutoff_ns) for lane, width_ns in lanes]
            if any(silenced):
                self._db.execute("DELETE FROM newest WHERE series NOT IN (SELECT id FROM series)")
                self._forget()

    def _remove_from_lane(self, lane: int, bucket: int, cutoff_ns: int) -> int:
        """How many series have no point left."""
        self._db.execute(_REMOVE, (lane, bucket, bucket, cutoff_ns))
        self._db.execute("DELETE FROM bucket WHERE lane = ? AND bucket < ?", (lane, bucket))
        return self._db.execute(_REMOVE_SILENT, (lane, cutoff_ns)).rowcount

    def _forget(self) -> None:
        """What was remembered of the file may no longer stand in it."""
        self._ids.clear()
        self._layouts.clear()

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        with self._named_errors():
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._db.execute("COMMIT")
            except BaseException:
                self._forget()
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise

    @contextmanager
    def _named_errors(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise named_error(error, self._path) from error
        except (ValueError, LookupError) as error:
            # SQLite read it without complaint, but its content is not what was written.
            raise StoreRefused("damaged", f"{self._path} is damaged: {error}") from error

"""One file of the journal: `<offset of its first entry>.db`, written by one run and never again after it.

Offsets in a file are without gap, so what is missing is told from the names of the files and the offsets in them.
"""

import errno
import os
import sqlite3
import struct
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ingest.journal.encoding import checksum
from ingest.opened_file import OpenedFile

PAGE_SIZE = 16_384
"""Measured (docs/decisions/0006-journal.md): half the work of 4096 for large entries, and no more for small ones."""
FAILURES = (sqlite3.Error, MemoryError)
"""Of a file that cannot be read: a damaged length may be larger than the memory."""
_LOG_BYTES = 4 << 20
"""What a commit may find in the log before it is carried over into the file."""
_BUSY_SECONDS = 10.0
_DIGITS = 20
_UNFINISHED = "unfinished.db"
_ROWS_AT_ONCE = 16
_APPLICATION_ID = 0x444E594A
_CHECKED = struct.Struct("<qqq")
_TABLES = """
BEGIN;
CREATE TABLE entry (offset INTEGER PRIMARY KEY, received_ns INTEGER NOT NULL, acknowledged_until INTEGER NOT NULL,
    checksum INTEGER NOT NULL, content BLOB NOT NULL);
CREATE TABLE acknowledged (until INTEGER NOT NULL);
PRAGMA user_version = 1;
COMMIT;
"""


@dataclass(frozen=True, slots=True)
class Row:
    offset: int
    received_ns: int
    acknowledged_until: int
    """What was known to be acknowledged when this was committed."""
    checksum: int
    """Of the other columns."""
    content: bytes

    @classmethod
    def of(cls, offset: int, received_ns: int, acknowledged_until: int, content: bytes) -> "Row":
        return cls(
            offset,
            received_ns,
            acknowledged_until,
            _checksum(offset, received_ns, acknowledged_until, content),
            content,
        )

    @property
    def is_intact(self) -> bool:
        return checksum(self.content) is not None and self.checksum == _checksum(
            self.offset, self.received_ns, self.acknowledged_until, self.content
        )


def _checksum(offset: int, received_ns: int, acknowledged_until: int, content: bytes) -> int:
    """Binds the content, by the checksum it carries, to its place."""
    return zlib.crc32(_CHECKED.pack(offset, received_ns, acknowledged_until), zlib.crc32(content[:5]))


class Segment:
    """Written by one thread at a time. Its methods raise sqlite3.Error or OSError."""

    def __init__(self, directory: Path, first: int, acknowledged_until: int) -> None:
        self.path = directory / name(first)
        self.size = 0
        """Bytes of the entries written."""
        _make(self.path, acknowledged_until)
        self._connection = _connected(self.path)
        self._file = OpenedFile(self.path)
        try:
            self._connection.execute("PRAGMA synchronous = FULL")
            self._connection.execute(f"PRAGMA wal_autocheckpoint = {_LOG_BYTES // PAGE_SIZE}")
        except sqlite3.Error:
            self.close()
            raise

    def write(self, rows: Iterable[Row]) -> None:
        """All of them or none; when it returns they are on disk."""
        self._check()
        size = 0
        with self._connection:
            self._connection.execute("BEGIN")
            for row in rows:
                self._connection.execute(
                    "INSERT INTO entry VALUES (?, ?, ?, ?, ?)",
                    (row.offset, row.received_ns, row.acknowledged_until, row.checksum, row.content),
                )
                size += len(row.content)
        self.size += size

    def acknowledge(self, until: int) -> None:
        """Where no entry comes that could carry it."""
        self._check()
        self._connection.execute("UPDATE acknowledged SET until = ?", (until,))

    def close(self) -> None:
        self._connection.close()

    def _check(self) -> None:
        if not self._file.is_in_place:
            raise OSError(
                f"{self.path} was removed while it was written; what it held is lost if the run is killed now"
            )


def rows(path: Path, from_offset: int) -> Iterator[Row]:
    """As SQLite finds them, in order, also while they are written. Raises FAILURES."""
    query = "SELECT * FROM entry WHERE offset >= ? ORDER BY offset LIMIT ?"
    connection = _opened(path)
    try:
        # A few at a time: a reader that takes long must not keep the writer's log from being carried over.
        while found := connection.execute(query, (from_offset, _ROWS_AT_ONCE)).fetchall():
            for values in found:
                yield _row(values)
            from_offset = found[-1][0] + 1
    finally:
        connection.close()


def rows_backwards(path: Path, before: int) -> Iterator[Row]:
    """As SQLite finds them, the newest first. Raises FAILURES."""
    query = "SELECT * FROM entry WHERE offset < ? ORDER BY offset DESC LIMIT ?"
    connection = _opened(path)
    try:
        while found := connection.execute(query, (before, _ROWS_AT_ONCE)).fetchall():
            for values in found:
                yield _row(values)
            before = found[-1][0]
    finally:
        connection.close()


def ending(path: Path) -> tuple[Row | None, int]:
    """The newest row as SQLite finds it, and what was acknowledged without one. Raises FAILURES."""
    connection = _opened(path)
    try:
        values = connection.execute("SELECT * FROM entry ORDER BY offset DESC LIMIT 1").fetchone()
        (until,) = connection.execute("SELECT max(until) FROM acknowledged").fetchone()
        return None if values is None else _row(values), until if isinstance(until, int) else -1
    finally:
        connection.close()


def newest_received_ns(path: Path) -> int:
    """Of all its entries, the latest receive time: one that was taken in again keeps its first. Raises FAILURES."""
    connection = _opened(path)
    try:
        (newest,) = connection.execute("SELECT max(received_ns) FROM entry").fetchone()
        if not isinstance(newest, int):
            raise sqlite3.DatabaseError("it holds no entry with a time")
        return newest
    finally:
        connection.close()


def _row(values: tuple[Any, ...]) -> Row:
    """Raises sqlite3.DatabaseError: in a damaged file anything may stand in a column."""
    if [type(value) for value in values] != [int, int, int, int, bytes]:
        raise sqlite3.DatabaseError("a row is not what was written")
    return Row(*values)


def _opened(path: Path) -> sqlite3.Connection:
    # Read only: SQLite would otherwise drop what follows a damaged place in the log. Without a log nobody writes,
    # and what is said to be immutable is read without leaving files beside it.
    options = "mode=ro" if has_log(path) else "mode=ro&immutable=1"
    connection = _connected(path, options)
    connection.execute("PRAGMA trusted_schema = OFF")
    return connection


def _connected(path: Path, options: str = "mode=rwc") -> sqlite3.Connection:
    return sqlite3.connect(
        f"{path.absolute().as_uri()}?{options}",
        uri=True,
        timeout=_BUSY_SECONDS,
        isolation_level=None,
        check_same_thread=False,
    )


def _make(path: Path, acknowledged_until: int) -> None:
    """Whole or not at all, so that a file without its tables is a damaged one. Raises sqlite3.Error or OSError."""
    # Somebody may have removed it with all it held.
    path.parent.mkdir(exist_ok=True)
    unfinished = path.with_name(_UNFINISHED)
    remove(unfinished)
    connection = _connected(unfinished)
    try:
        connection.execute(f"PRAGMA page_size = {PAGE_SIZE}")
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute(f"PRAGMA application_id = {_APPLICATION_ID}")
        connection.executescript(_TABLES)
        connection.execute("INSERT INTO acknowledged VALUES (?)", (acknowledged_until,))
    finally:
        connection.close()
    if has_log(unfinished):
        # Where it could not be carried over as the file was closed.
        raise OSError(errno.EIO, f"{unfinished} could not be finished")
    # An attempt that failed may have left a log, which SQLite would take for that of the new file.
    remove(path)
    unfinished.replace(path)
    _sync_directory(path.parent)


def name(first: int) -> str:
    return f"{first:0{_DIGITS}}.db"


def log_of(path: Path) -> Path:
    return path.with_name(f"{path.name}-wal")


def has_log(path: Path) -> bool:
    log = log_of(path)
    return log.is_file() and log.stat().st_size > 0


def listed(directory: Path) -> list[tuple[int, Path]]:
    """(offset of the first entry, path) of each file, oldest first. Raises OSError."""
    paths = (path for path in directory.iterdir() if path.suffix == ".db" and len(path.stem) == _DIGITS)
    return sorted((int(path.stem), path) for path in paths if path.stem.isdecimal())


def remove(path: Path) -> None:
    """Raises OSError."""
    # The file goes last: killed in between, the rest would have no name that anyone looks for.
    for part in (path.with_name(f"{path.name}-shm"), log_of(path), path):
        part.unlink(missing_ok=True)


def _sync_directory(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

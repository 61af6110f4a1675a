"""The file of the embedded store: its tables, its version, and how it is opened for writing and for reading.

A point lies at (lane, bucket, series, time). A lane is a measurement whose series are written at one rhythm; a bucket
is a stretch of that rhythm. So points written together lie together and a write touches few pages, while one series'
history is read by one seek for each bucket that exists.
"""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from storage.store import StoreError, StoreRefused, StoreUnavailable, StoreUnusable

FILE_NAME = "denyut.db"
VERSION = 1
APPLICATION_ID = 0x444E5954
"""Marks the file as ours (SQLite header)."""
BUSY_SECONDS = 10.0

_TABLES = """
CREATE TABLE lane (id INTEGER PRIMARY KEY, measurement TEXT NOT NULL, width_ns INTEGER NOT NULL,
    UNIQUE (measurement, width_ns));
CREATE TABLE series (id INTEGER PRIMARY KEY, measurement TEXT NOT NULL, tags TEXT NOT NULL, lane INTEGER NOT NULL,
    UNIQUE (measurement, tags));
CREATE TABLE layout (id INTEGER PRIMARY KEY, measurement TEXT NOT NULL, fields TEXT NOT NULL,
    UNIQUE (measurement, fields));
CREATE TABLE newest (series INTEGER PRIMARY KEY, bucket INTEGER NOT NULL, time INTEGER NOT NULL);
CREATE TABLE bucket (lane INTEGER NOT NULL, bucket INTEGER NOT NULL, PRIMARY KEY (lane, bucket)) WITHOUT ROWID;
CREATE TABLE point (lane INTEGER NOT NULL, bucket INTEGER NOT NULL, series INTEGER NOT NULL, time INTEGER NOT NULL,
    layout INTEGER NOT NULL, cells BLOB NOT NULL, PRIMARY KEY (lane, bucket, series, time)) WITHOUT ROWID;
"""


def open_for_writing(data_dir: Path) -> sqlite3.Connection:
    """Makes the directory and the file where absent. Raises `StoreUnusable` or `StoreUnavailable`."""
    path = data_dir / FILE_NAME
    make_directory(data_dir)
    connection = connect(path, "rwc")
    with closed_on_error(connection, path):
        _prepare(connection, is_new=not check_owner(connection, path, APPLICATION_ID, VERSION))
    return connection


def open_for_reading(data_dir: Path) -> sqlite3.Connection:
    """Works beside a writer, after it, and without the right to write. Raises `StoreUnusable` or `StoreUnavailable`."""
    path = data_dir / FILE_NAME
    if not path.exists():
        raise StoreUnusable(f"{data_dir} holds no stored points ({FILE_NAME} is not there)")
    # A file in WAL mode needs its -shm beside it; where that cannot be made, no writer is active and the file is still.
    still = not Path(f"{path}-wal").exists() and not os.access(data_dir, os.W_OK)
    connection = connect(path, "ro", "&immutable=1" if still else "")
    with closed_on_error(connection, path):
        if not check_owner(connection, path, APPLICATION_ID, VERSION):
            raise StoreUnavailable(f"{path} has just been made and holds nothing yet")
        connection.execute("PRAGMA temp_store = MEMORY")
    return connection


@contextmanager
def closed_on_error(connection: sqlite3.Connection, path: Path) -> Iterator[None]:
    """While a file is being opened: what goes wrong closes it, and is named as the opening's failure."""
    try:
        yield
    except sqlite3.Error as error:
        connection.close()
        raise opening_error(error, path) from error
    except StoreError:
        connection.close()
        raise


def make_directory(data_dir: Path) -> None:
    """Raises `StoreUnusable` where it cannot be made or written."""
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreUnusable(f"{data_dir} cannot be made: {error.strerror}") from error
    if not os.access(data_dir, os.W_OK | os.X_OK):
        raise StoreUnusable(f"{data_dir} is not writable")


def connect(path: Path, mode: str, more: str = "") -> sqlite3.Connection:
    """Transactions are begun and ended by the caller. Raises `StoreUnusable` or `StoreUnavailable`."""
    try:
        return sqlite3.connect(
            f"{path.absolute().as_uri()}?mode={mode}{more}",
            uri=True,
            timeout=BUSY_SECONDS,
            isolation_level=None,
            # Made in one thread and used in another; the calls never overlap (see `Store`).
            check_same_thread=False,
        )
    except sqlite3.Error as error:
        raise opening_error(error, path) from error


def check_owner(connection: sqlite3.Connection, path: Path, application_id: int, known_version: int) -> int:
    """How many tables there are; refuses a foreign file and a newer schema."""
    version: int = connection.execute("PRAGMA user_version").fetchone()[0]
    owner = connection.execute("PRAGMA application_id").fetchone()[0]
    tables: int = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0]
    if tables and owner != application_id:
        raise StoreUnusable(f"{path} is a database of another program")
    if version > known_version:
        raise StoreUnusable(
            f"{path} was written by a newer Denyut (schema {version}; this one knows {known_version}): upgrade Denyut"
        )
    return tables


def _prepare(connection: sqlite3.Connection, is_new: bool) -> None:
    if is_new:
        connection.execute("PRAGMA auto_vacuum = INCREMENTAL")
        connection.execute("PRAGMA journal_mode = WAL")
        connection.executescript(
            f"BEGIN IMMEDIATE; {_TABLES} PRAGMA application_id = {APPLICATION_ID};"
            f" PRAGMA user_version = {VERSION}; COMMIT;"
        )
    # What a write has confirmed must survive a power cut: whoever handed the points over forgets them.
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA cache_size = -8192")


def opening_error(error: sqlite3.Error, path: Path) -> StoreError:
    if isinstance(named := named_error(error, path), StoreRefused):
        return StoreUnusable(str(named))
    if getattr(error, "sqlite_errorcode", 0) & 0xFF in (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY):
        return StoreUnusable(f"{path} cannot be opened: {error}")
    return named


def named_error(error: sqlite3.Error, path: Path) -> StoreError:
    """The store's own error for one of SQLite (https://sqlite.org/rescode.html)."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
        return StoreRefused("damaged", f"{path} is damaged ({error}): restore it from a copy or move it away")
    if code == sqlite3.SQLITE_FULL:
        return StoreUnavailable(f"no space is left for {path}")
    if code == sqlite3.SQLITE_BUSY:
        return StoreUnavailable(f"{path} is locked by another process")
    return StoreUnavailable(f"{path} cannot be used: {error}")

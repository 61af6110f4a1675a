"""The file of the outbox: its tables, its version, and how it is opened."""

import sqlite3
from pathlib import Path

from storage.sqlite_schema import check_owner, closed_on_error, connect, make_directory

FILE_NAME = "outbox.db"
VERSION = 1
APPLICATION_ID = 0x444E594F
"""Marks the file as ours (SQLite header)."""
PAGE_BYTES = 8192
"""Measured with parts of 1.6 MB: 4 KiB pages cost a third more time, 16 KiB twice the bytes where little is written."""
_WAL_KEPT_BYTES = 64 << 20

_TABLES = """
CREATE TABLE part (id INTEGER PRIMARY KEY, offset INTEGER NOT NULL, session INTEGER NOT NULL,
    points INTEGER NOT NULL, points_until INTEGER NOT NULL, content BLOB NOT NULL);
CREATE TABLE series (session INTEGER NOT NULL, first INTEGER NOT NULL, content BLOB NOT NULL,
    PRIMARY KEY (session, first));
CREATE TABLE appended (id INTEGER PRIMARY KEY CHECK (id = 0), until_offset INTEGER NOT NULL, part INTEGER NOT NULL,
    points INTEGER NOT NULL);
CREATE TABLE sink (name TEXT PRIMARY KEY, part INTEGER NOT NULL, passed INTEGER NOT NULL, written INTEGER NOT NULL,
    refused INTEGER NOT NULL, skipped INTEGER NOT NULL) WITHOUT ROWID;
INSERT INTO appended VALUES (0, -1, 0, 0);
"""


def open_for_writing(data_dir: Path, durable: bool) -> sqlite3.Connection:
    """Makes the directory and the file where absent. Raises `StoreUnusable` or `StoreUnavailable`."""
    make_directory(data_dir)
    path = data_dir / FILE_NAME
    connection = connect(path, "rwc")
    with closed_on_error(connection, path):
        if not check_owner(connection, path, APPLICATION_ID, VERSION):
            _create(connection)
        connection.execute(f"PRAGMA synchronous = {'FULL' if durable else 'OFF'}")
        connection.execute(f"PRAGMA journal_size_limit = {_WAL_KEPT_BYTES}")
    return connection


def open_for_reading(data_dir: Path) -> sqlite3.Connection:
    """Beside the one that writes. Raises `StoreUnusable` or `StoreUnavailable`."""
    return connect(data_dir / FILE_NAME, "ro")


def _create(connection: sqlite3.Connection) -> None:
    connection.execute(f"PRAGMA page_size = {PAGE_BYTES}")
    connection.execute("PRAGMA auto_vacuum = INCREMENTAL")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.executescript(
        f"BEGIN IMMEDIATE; {_TABLES} PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = {VERSION}; COMMIT;"
    )

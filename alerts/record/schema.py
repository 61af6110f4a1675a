"""The file of the alerts' record: its tables, its version, and how it is opened."""

import os
import secrets
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

FILE_NAME = "alerts.db"
VERSION = 1
APPLICATION_ID = 0x444E5941
"""Marks the file as ours (SQLite header)."""
BUSY_SECONDS = 5.0
_WAL_KEPT_BYTES = 16 << 20

# Numbers of the log are never given twice (AUTOINCREMENT): somebody may have noted one.
_TABLES = """
CREATE TABLE identity (id INTEGER PRIMARY KEY CHECK (id = 0), name TEXT NOT NULL);
CREATE TABLE applied (id INTEGER PRIMARY KEY CHECK (id = 0), until_offset INTEGER NOT NULL);
INSERT INTO applied VALUES (0, -1);
CREATE TABLE alert (id INTEGER PRIMARY KEY AUTOINCREMENT, number INTEGER NOT NULL, rule TEXT NOT NULL,
    severity TEXT NOT NULL, city TEXT NOT NULL, zone TEXT NOT NULL, kind TEXT NOT NULL, device TEXT NOT NULL,
    fired_ns INTEGER NOT NULL, learned_ns INTEGER NOT NULL, value REAL, coverage REAL, acknowledged_ns INTEGER,
    acknowledged_by TEXT NOT NULL DEFAULT '', ended_ns INTEGER, end_learned_ns INTEGER,
    ending TEXT NOT NULL DEFAULT '');
CREATE UNIQUE INDEX alert_open ON alert (rule, city, zone, kind, device) WHERE ended_ns IS NULL;
CREATE INDEX alert_number ON alert (number);
CREATE TABLE audit (id INTEGER PRIMARY KEY AUTOINCREMENT, offset INTEGER NOT NULL, at_ns INTEGER NOT NULL,
    event_ns INTEGER NOT NULL, what TEXT NOT NULL, alert INTEGER NOT NULL, command INTEGER NOT NULL, rule TEXT NOT NULL,
    city TEXT NOT NULL, zone TEXT NOT NULL, kind TEXT NOT NULL, device TEXT NOT NULL, who TEXT NOT NULL,
    why TEXT NOT NULL, detail TEXT NOT NULL);
CREATE INDEX audit_alert ON audit (alert) WHERE alert > 0;
CREATE INDEX audit_command ON audit (command) WHERE command > 0;
CREATE TRIGGER audit_stays BEFORE UPDATE ON audit BEGIN
    SELECT raise(ABORT, 'the log of alerts is only ever appended to'); END;
CREATE TRIGGER audit_is_kept BEFORE DELETE ON audit BEGIN
    SELECT raise(ABORT, 'the log of alerts is only ever appended to'); END;
CREATE TABLE delivery (id INTEGER PRIMARY KEY AUTOINCREMENT, key TEXT NOT NULL UNIQUE, number INTEGER NOT NULL,
    offset INTEGER NOT NULL, kept_ns INTEGER NOT NULL, at_ns INTEGER NOT NULL, reason TEXT NOT NULL,
    severity TEXT NOT NULL, urgency INTEGER NOT NULL, channel TEXT NOT NULL, officer TEXT NOT NULL,
    office TEXT NOT NULL, notice BLOB NOT NULL, state TEXT NOT NULL DEFAULT 'waiting',
    due_ns INTEGER NOT NULL DEFAULT 0, attempts INTEGER NOT NULL DEFAULT 0,
    told_ns INTEGER, error TEXT NOT NULL DEFAULT '');
CREATE INDEX delivery_due ON delivery (channel, urgency, id) WHERE state = 'waiting';
CREATE INDEX delivery_next ON delivery (channel, due_ns) WHERE state = 'waiting';
CREATE INDEX delivery_under_way ON delivery (id) WHERE state = 'sending';
CREATE INDEX delivery_oldest ON delivery (kept_ns) WHERE state IN ('waiting', 'sending');
CREATE INDEX delivery_kept ON delivery (kept_ns) WHERE state IN ('sent', 'failed');
CREATE INDEX delivery_officer ON delivery (officer, id);
CREATE TABLE told_of (alert INTEGER NOT NULL, delivery INTEGER NOT NULL, PRIMARY KEY (alert, delivery)) WITHOUT ROWID;
CREATE INDEX told_of_delivery ON told_of (delivery);
CREATE TABLE attempt (id INTEGER PRIMARY KEY, delivery INTEGER NOT NULL, at_ns INTEGER NOT NULL, outcome TEXT NOT NULL,
    error TEXT NOT NULL);
CREATE INDEX attempt_delivery ON attempt (delivery);
CREATE TABLE tally (state TEXT PRIMARY KEY, deliveries INTEGER NOT NULL) WITHOUT ROWID;
INSERT INTO tally VALUES ('waiting', 0), ('sending', 0), ('sent', 0), ('failed', 0);
CREATE TRIGGER delivery_new AFTER INSERT ON delivery BEGIN
    UPDATE tally SET deliveries = deliveries + 1 WHERE state = new.state; END;
CREATE TRIGGER delivery_changed AFTER UPDATE OF state ON delivery WHEN old.state <> new.state BEGIN
    UPDATE tally SET deliveries = deliveries - 1 WHERE state = old.state;
    UPDATE tally SET deliveries = deliveries + 1 WHERE state = new.state; END;
CREATE TABLE command (id INTEGER PRIMARY KEY AUTOINCREMENT, number INTEGER NOT NULL, offset INTEGER NOT NULL,
    actuator TEXT NOT NULL, command TEXT NOT NULL, source TEXT NOT NULL, decided_ns INTEGER NOT NULL,
    expires_ns INTEGER NOT NULL, content BLOB NOT NULL, state TEXT NOT NULL DEFAULT 'waiting', sent_ns INTEGER,
    error TEXT NOT NULL DEFAULT '', UNIQUE (number, offset));
CREATE INDEX command_due ON command (id) WHERE state IN ('waiting', 'sending');
CREATE INDEX command_number ON command (number);
CREATE INDEX command_actuator ON command (actuator, id);
"""


class RecordUnusableError(ValueError):
    """Somebody has to mend the file, or move it away; the text is one sentence."""


class RecordUnavailableError(OSError):
    """The file cannot be used just now; the text is one sentence."""


def open_for_writing(path: Path) -> sqlite3.Connection:
    """Made where absent. Raises `RecordUnusableError` or `RecordUnavailableError`."""
    connection = _connect(path, "rwc")
    with _closed_on_error(connection, path):
        if not _check_owner(connection, path):
            _create(connection)
        # What was recorded is told to people, and forgotten elsewhere: it must survive a power cut.
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute(f"PRAGMA journal_size_limit = {_WAL_KEPT_BYTES}")
        # A file that may only be read says so here, not at the first alert.
        connection.execute(f"PRAGMA user_version = {VERSION}")
    return connection


def open_for_reading(path: Path) -> sqlite3.Connection:
    """Beside the one that writes, or after it. Raises `RecordUnusableError` or `RecordUnavailableError`."""
    if not path.exists():
        raise RecordUnusableError(f"{path.parent} holds no record of alerts ({path.name} is not there)")
    # A file in WAL mode needs its -shm beside it; where that cannot be made, no writer is active and the file is still.
    still = not Path(f"{path}-wal").exists() and not os.access(path.parent, os.W_OK)
    connection = _connect(path, "ro", "&immutable=1" if still else "")
    with _closed_on_error(connection, path):
        if not _check_owner(connection, path):
            raise RecordUnavailableError(f"{path} has just been made and holds nothing yet")
    return connection


def error_in_words(error: sqlite3.Error, path: Path) -> str:
    """One sentence (https://sqlite.org/rescode.html)."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
        return f"{path} is damaged ({error}): restore it from a copy or move it away"
    if code == sqlite3.SQLITE_FULL:
        return f"no space is left for {path}"
    if code == sqlite3.SQLITE_BUSY:
        return f"{path} is locked by another process"
    return f"{path} cannot be used: {error}"


def _connect(path: Path, mode: str, more: str = "") -> sqlite3.Connection:
    try:
        return sqlite3.connect(
            f"{path.absolute().as_uri()}?mode={mode}{more}",
            BUSY_SECONDS,
            uri=True,
            isolation_level=None,
            # Made in one thread and used in another; whoever has it sees to it that calls never overlap.
            check_same_thread=False,
        )
    except sqlite3.Error as error:
        raise _opening_error(error, path) from error


def _check_owner(connection: sqlite3.Connection, path: Path) -> bool:
    """Whether the file holds our tables; False where it is new."""
    owner: int = connection.execute("PRAGMA application_id").fetchone()[0]
    version: int = connection.execute("PRAGMA user_version").fetchone()[0]
    tables: int = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0]
    if tables and owner != APPLICATION_ID:
        raise RecordUnusableError(f"{path} is a database of another program: move it away")
    if version > VERSION:
        raise RecordUnusableError(
            f"{path} was written by a newer Denyut (schema {version}; this one knows {VERSION}): upgrade Denyut"
        )
    return bool(tables)


def _create(connection: sqlite3.Connection) -> None:
    connection.execute("PRAGMA journal_mode = WAL")
    identity = f"INSERT INTO identity VALUES (0, '{secrets.token_hex(8)}');"  # noqa: S608 - made here
    connection.executescript(
        f"BEGIN IMMEDIATE; {_TABLES} {identity} PRAGMA application_id = {APPLICATION_ID};"
        f" PRAGMA user_version = {VERSION}; COMMIT;"
    )


@contextmanager
def _closed_on_error(connection: sqlite3.Connection, path: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        connection.close()
        raise _opening_error(error, path) from error
    except (RecordUnusableError, RecordUnavailableError):
        connection.close()
        raise


def _opening_error(error: sqlite3.Error, path: Path) -> RecordUnusableError | RecordUnavailableError:
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    mendable = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY)
    kind = RecordUnusableError if code in mendable else RecordUnavailableError
    return kind(error_in_words(error, path))

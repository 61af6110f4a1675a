"""The file of the dead letters: its tables, its versions, and a letter as a row."""

import os
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ingest.reasons import Reason

FILE_NAME = "dead_letters.db"
VERSION = 2
BUSY_SECONDS = 5.0
_DETAIL_CHARACTERS = 1_000
# Numbers are never given twice (AUTOINCREMENT): somebody may have noted one.
_LETTER = """
CREATE TABLE letter (id INTEGER PRIMARY KEY AUTOINCREMENT, received_ns INTEGER NOT NULL, source TEXT NOT NULL,
    topic BLOB NOT NULL, payload BLOB NOT NULL, reason TEXT NOT NULL, offset INTEGER NOT NULL DEFAULT -1,
    message INTEGER NOT NULL DEFAULT 0, detail TEXT NOT NULL DEFAULT '', requeued_ns INTEGER);
"""
_AROUND = """
CREATE UNIQUE INDEX letter_origin ON letter (offset, message, reason) WHERE offset >= 0;
CREATE INDEX letter_requeued ON letter (id) WHERE requeued_ns IS NOT NULL;
CREATE TABLE settled (id INTEGER PRIMARY KEY, offset INTEGER NOT NULL, message INTEGER NOT NULL, reason TEXT NOT NULL);
CREATE INDEX settled_origin ON settled (offset);
CREATE VIEW letters AS SELECT received_ns, source, topic, payload, reason, offset, message, detail, id, requeued_ns,
    length(topic) + length(payload) + length(detail) AS size FROM letter;
CREATE VIEW origin AS SELECT offset, message, reason FROM letter UNION ALL SELECT offset, message, reason FROM settled;
"""
_ASIDE = "ALTER TABLE letter RENAME TO letter_1;"
_FROM_VERSION_1 = """
INSERT INTO letter (id, received_ns, source, topic, payload, reason)
    SELECT id, received_ns, source, topic, payload, reason FROM letter_1 ORDER BY id;
DROP TABLE letter_1;
"""
_VIEW_OF_VERSION_1 = """
CREATE TEMP VIEW letters AS SELECT received_ns, source, topic, payload, reason, -1 AS offset, 0 AS message,
    '' AS detail, id, NULL AS requeued_ns, length(topic) + length(payload) AS size FROM letter;
"""


class DeadLettersError(OSError):
    """The file cannot be opened; the text is one sentence for the person who named the directory."""


class DamagedLettersError(DeadLettersError):
    """The file is no database any more; somebody has to decide what becomes of it."""


@dataclass(frozen=True, slots=True)
class DeadLetter:
    received_ns: int
    source: str
    topic: bytes
    """Empty where it is no message but a line that the store refused."""
    payload: bytes
    reason: Reason
    offset: int = -1
    """Of the journal's entry it came from; -1: of none."""
    message: int = 0
    """Index in that entry."""
    detail: str = ""
    """What else is known of it, such as the words of the store that refused it."""
    id: int = field(default=-1, compare=False)
    """Its number in the file; -1 before it is kept."""
    requeued_ns: int | None = field(default=None, compare=False)
    """When somebody asked for it to be taken in again."""

    @property
    def size(self) -> int:
        return len(self.topic) + len(self.payload) + len(self.detail[:_DETAIL_CHARACTERS])

    @property
    def values(self) -> tuple[object, ...]:
        """In the order of the view `letters`, as far as they are decided before it is kept."""
        origin = (self.reason.value, self.offset, self.message)
        return (self.received_ns, self.source, self.topic, self.payload, *origin, self.detail[:_DETAIL_CHARACTERS])


def letter_of(row: Sequence[Any]) -> DeadLetter:
    """A row of the view `letters`."""
    received_ns, source, topic, payload, reason, *rest, _size = row
    return DeadLetter(received_ns, source, topic, payload, Reason(reason), *rest)


def open_for_writing(directory: Path) -> sqlite3.Connection:
    """Made where absent, brought up to this version where older. Raises DeadLettersError."""
    path = directory / FILE_NAME
    try:
        connection = sqlite3.connect(path, BUSY_SECONDS, isolation_level=None, check_same_thread=False)
    except sqlite3.Error as error:
        raise unusable(path, error) from error
    try:
        _prepare(connection, path)
    except sqlite3.Error as error:
        connection.close()
        raise unusable(path, error) from error
    except DeadLettersError:
        connection.close()
        raise
    return connection


def open_for_reading(directory: Path) -> sqlite3.Connection:
    """Beside a writer or after it, without changing the file. Raises DeadLettersError."""
    path = directory / FILE_NAME
    if not path.exists():
        raise DeadLettersError(f"{directory} holds no dead letters ({FILE_NAME} is not there)")
    # A file in WAL mode needs its -shm beside it; where that cannot be made, no writer is active and the file is still.
    still = not Path(f"{path}-wal").exists() and not os.access(directory, os.W_OK)
    address = f"{path.absolute().as_uri()}?mode=ro{'&immutable=1' if still else ''}"
    try:
        connection = sqlite3.connect(address, BUSY_SECONDS, uri=True, isolation_level=None)
        if _version(connection, path) < VERSION:
            connection.execute(_VIEW_OF_VERSION_1)
    except sqlite3.Error as error:
        raise _damaged(path, error) or DeadLettersError(
            f"the dead letters in {path} cannot be read: {error}"
        ) from error
    return connection


def _prepare(connection: sqlite3.Connection, path: Path) -> None:
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    version = _version(connection, path)
    if version < VERSION:
        is_new = not connection.execute("SELECT count(*) FROM sqlite_schema WHERE name = 'letter'").fetchone()[0]
        script = _LETTER if is_new else _ASIDE + _LETTER + _FROM_VERSION_1
        connection.executescript(f"BEGIN IMMEDIATE; {script} {_AROUND} PRAGMA user_version = {VERSION}; COMMIT;")
    # A file that may only be read says so here, not at the first letter.
    connection.execute(f"PRAGMA user_version = {VERSION}")


def _version(connection: sqlite3.Connection, path: Path) -> int:
    version: int = connection.execute("PRAGMA user_version").fetchone()[0]
    if version > VERSION:
        raise DeadLettersError(
            f"{path} was written by a newer Denyut (version {version}; this one knows {VERSION}): upgrade Denyut"
        )
    return version


def unusable(path: Path, error: sqlite3.Error) -> DeadLettersError:
    return _damaged(path, error) or DeadLettersError(f"dead letters cannot be kept in {path}: {error}")


def _damaged(path: Path, error: sqlite3.Error) -> DamagedLettersError | None:
    if getattr(error, "sqlite_errorcode", 0) & 0xFF not in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
        return None
    return DamagedLettersError(f"{path} is damaged ({error}): restore it from a copy or move it away")

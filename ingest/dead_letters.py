"""Messages that could not be taken in, with the reason, kept in a file until space or count runs out."""

import logging
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from ingest.reasons import Reason

LOG = logging.getLogger("denyut.dead_letters")

FILE_NAME = "dead_letters.db"
MAX_LETTERS = 100_000
MAX_BYTES = 64 << 20
_KEPT = 0.9
_Row = tuple[int, str, bytes, bytes, str]


@dataclass(frozen=True, slots=True)
class DeadLetter:
    received_ns: int
    source: str
    topic: bytes
    payload: bytes
    reason: Reason


class DeadLettersError(OSError):
    """The file cannot be opened; the text is one sentence for the person who named the directory."""


class DeadLetters:
    """Oldest letters go first when there are too many. Not safe to use from two threads at once."""

    def __init__(self, directory: Path, max_letters: int = MAX_LETTERS, max_bytes: int = MAX_BYTES) -> None:
        """`max_bytes` bounds topics and payloads together. Raises DeadLettersError."""
        self._max_letters = max_letters
        self._max_bytes = max_bytes
        self.unkept = 0
        try:
            self._connection = _open(directory / FILE_NAME)
        except sqlite3.Error as error:
            raise DeadLettersError(f"dead letters cannot be kept in {directory / FILE_NAME}: {error}") from error
        query = "SELECT count(*), coalesce(sum(length(topic) + length(payload)), 0) FROM letter"
        self._letters, self._bytes = self._connection.execute(query).fetchone()

    def add(self, letters: Iterable[DeadLetter]) -> None:
        """A letter that cannot be written, as on a full disk, must not stop the readings: it is counted as `unkept`."""
        rows = self._newest(letters)
        try:
            self._write(rows)
        except sqlite3.Error as error:
            LOG.warning("%d dead letters could not be kept: %s", len(rows), error)
            self.unkept += len(rows)

    def __iter__(self) -> Iterator[DeadLetter]:
        """Oldest first."""
        query = "SELECT received_ns, source, topic, payload, reason FROM letter ORDER BY id"
        for received_ns, source, topic, payload, reason in self._connection.execute(query):
            yield DeadLetter(received_ns, source, topic, payload, Reason(reason))

    def __len__(self) -> int:
        return int(self._letters)

    def close(self) -> None:
        self._connection.close()

    def _write(self, rows: Sequence[_Row]) -> None:
        with self._connection:
            self._connection.execute("BEGIN")
            self._connection.executemany(
                "INSERT INTO letter (received_ns, source, topic, payload, reason) VALUES (?, ?, ?, ?, ?)", rows
            )
        self._letters += len(rows)
        self._bytes += sum(map(_size, rows))
        if self._letters > self._max_letters or self._bytes > self._max_bytes:
            self._trim()

    def _newest(self, letters: Iterable[DeadLetter]) -> list[_Row]:
        """Of a flood, only what would be kept anyway; never a letter that has no room even alone."""
        rows: list[_Row] = []
        room = self._max_bytes
        for letter in reversed(list(letters)):
            row = (letter.received_ns, letter.source, letter.topic, letter.payload, letter.reason.value)
            if _size(row) > _KEPT * self._max_bytes:
                continue
            room -= _size(row)
            if room < 0 or len(rows) == self._max_letters:
                break
            rows.append(row)
        return rows[::-1]

    def _trim(self) -> None:
        """Down to nine tenths, so that it is not done for every letter."""
        kept, size = 0, 0
        oldest_kept = None
        query = "SELECT id, length(topic) + length(payload) FROM letter ORDER BY id DESC"
        for letter, length in self._connection.execute(query):
            if kept + 1 > _KEPT * self._max_letters or size + length > _KEPT * self._max_bytes:
                break
            kept, size, oldest_kept = kept + 1, size + length, letter
        self._connection.execute("DELETE FROM letter WHERE id < ?", (oldest_kept or 2**62,))
        self._letters, self._bytes = kept, size


def _open(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute(
            "CREATE TABLE IF NOT EXISTS letter (id INTEGER PRIMARY KEY, received_ns INTEGER NOT NULL,"
            " source TEXT NOT NULL, topic BLOB NOT NULL, payload BLOB NOT NULL, reason TEXT NOT NULL)"
        )
        # A file that may only be read says so here, not at the first letter.
        connection.execute("PRAGMA user_version = 1")
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def _size(row: _Row) -> int:
    return len(row[2]) + len(row[3])

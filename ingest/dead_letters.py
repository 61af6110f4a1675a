"""Messages that could not be taken in, with the reason, kept in a file until space or count runs out."""

import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from ingest.reasons import Reason

FILE_NAME = "dead_letters.db"
MAX_LETTERS = 100_000
MAX_BYTES = 64 << 20


@dataclass(frozen=True, slots=True)
class DeadLetter:
    received_ns: int
    source: str
    topic: bytes
    payload: bytes
    reason: Reason


class DeadLetters:
    """Oldest letters go first when there are too many. Not safe to use from two threads at once."""

    def __init__(self, directory: Path, max_letters: int = MAX_LETTERS, max_bytes: int = MAX_BYTES) -> None:
        self._max_letters = max_letters
        self._max_bytes = max_bytes
        self._connection = sqlite3.connect(directory / FILE_NAME, isolation_level=None, check_same_thread=False)
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("PRAGMA synchronous = NORMAL")
        self._connection.execute(
            "CREATE TABLE IF NOT EXISTS letter (id INTEGER PRIMARY KEY, received_ns INTEGER NOT NULL,"
            " source TEXT NOT NULL, topic BLOB NOT NULL, payload BLOB NOT NULL, reason TEXT NOT NULL)"
        )
        row = self._connection.execute("SELECT count(*), coalesce(sum(length(payload)), 0) FROM letter").fetchone()
        self._letters, self._bytes = row

    def add(self, letters: Iterable[DeadLetter]) -> None:
        rows = [
            (letter.received_ns, letter.source, letter.topic, letter.payload, letter.reason.value) for letter in letters
        ]
        # Of a flood, only what would be kept anyway is written.
        rows = rows[-self._max_letters :]
        if not rows:
            return
        self._connection.execute("BEGIN")
        self._connection.executemany(
            "INSERT INTO letter (received_ns, source, topic, payload, reason) VALUES (?, ?, ?, ?, ?)", rows
        )
        self._connection.execute("COMMIT")
        self._letters += len(rows)
        self._bytes += sum(len(row[3]) for row in rows)
        if self._letters > self._max_letters or self._bytes > self._max_bytes:
            self._trim()

    def __iter__(self) -> Iterator[DeadLetter]:
        """Oldest first."""
        query = "SELECT received_ns, source, topic, payload, reason FROM letter ORDER BY id"
        for received_ns, source, topic, payload, reason in self._connection.execute(query):
            yield DeadLetter(received_ns, source, topic, payload, Reason(reason))

    def __len__(self) -> int:
        return int(self._letters)

    def close(self) -> None:
        self._connection.close()

    def _trim(self) -> None:
        """Down to nine tenths, so that it is not done for every letter."""
        kept, size = 0, 0
        oldest_kept = None
        for letter, length in self._connection.execute("SELECT id, length(payload) FROM letter ORDER BY id DESC"):
            if kept + 1 > 0.9 * self._max_letters or size + length > 0.9 * self._max_bytes:
                break
            kept, size, oldest_kept = kept + 1, size + length, letter
        self._connection.execute("DELETE FROM letter WHERE id < ?", (oldest_kept or 2**62,))
        self._letters, self._bytes = kept, size

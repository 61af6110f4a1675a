"""What waits to be told, as the courier reads it: the most urgent first, then what has waited longest.

That something is over is not told before that it began: where the latter is tried again later, the former waits for
it, else whoever is told both would believe the one that came last.
"""

import sqlite3
from pathlib import Path
from typing import NamedTuple

import msgspec

from alerts.consequences import Notice
from alerts.delivery.pace import LONGEST_NS
from alerts.record.schema import open_for_reading

# A moment that lies absurdly far ahead was noted before somebody set the clock back.
_DUE = """
SELECT id, key, kept_ns, attempts, notice FROM delivery AS one
    WHERE channel = ? AND state = 'waiting' AND (due_ns <= ? OR due_ns > ?)
    AND NOT (reason IN ('resolved', 'withdrawn', 'calm') AND EXISTS (
        SELECT 1 FROM told_of AS mine JOIN told_of AS other ON other.alert = mine.alert AND other.delivery < one.id
        JOIN delivery AS earlier ON earlier.id = other.delivery
        WHERE mine.delivery = one.id AND earlier.state IN ('waiting', 'sending')
        AND earlier.channel = one.channel AND earlier.officer = one.officer))
    ORDER BY urgency, id LIMIT ?
"""
_NEXT = "SELECT min(due_ns) FROM delivery WHERE channel = ? AND state = 'waiting' AND due_ns > ?"
_CHANNELS = "SELECT DISTINCT channel FROM delivery WHERE state = 'waiting'"


class Waiting(NamedTuple):
    id: int
    key: str
    kept_ns: int
    """Wall clock, when it was recorded."""
    attempts: int
    notice: Notice


class DueDeliveries:
    """For one thread. Each call may raise sqlite3.Error."""

    def __init__(self, path: Path) -> None:
        """Raises `RecordUnusableError` or `RecordUnavailableError`."""
        self._db: sqlite3.Connection = open_for_reading(path)

    def channels(self) -> list[str]:
        """For which something waits."""
        return [channel for (channel,) in self._db.execute(_CHANNELS)]

    def due(self, channel: str, now_ns: int, most: int) -> list[Waiting]:
        rows = self._db.execute(_DUE, (channel, now_ns, now_ns + LONGEST_NS, most)).fetchall()
        return [
            Waiting(number, key, kept_ns, attempts, msgspec.msgpack.decode(notice, type=Notice))
            for number, key, kept_ns, attempts, notice in rows
        ]

    def next_ns(self, channel: str, now_ns: int) -> int | None:
        """When the next one falls due that is not yet."""
        next_ns: int | None = self._db.execute(_NEXT, (channel, now_ns)).fetchone()[0]
        return next_ns

    def close(self) -> None:
        self._db.close()

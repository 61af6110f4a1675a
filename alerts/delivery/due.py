"""What waits to be told, as the courier reads it: the most urgent first, then what has waited longest."""

import sqlite3
from pathlib import Path
from typing import NamedTuple

import msgspec

from alerts.consequences import Notice
from alerts.delivery.pace import LONGEST_NS
from alerts.record.schema import open_for_reading

# A moment that lies absurdly far ahead was noted before somebody set the clock back.
_DUE = """
SELECT id, key, kept_ns, attempts, notice FROM delivery
    WHERE channel = ? AND state = 'waiting' AND (due_ns <= ? OR due_ns > ?) ORDER BY urgency, id LIMIT ?
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

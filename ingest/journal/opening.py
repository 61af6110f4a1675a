"""Where a journal goes on that an earlier run has left, whole or not."""

from collections import deque
from dataclasses import dataclass
from pathlib import Path

from ingest.journal.salvage import salvage
from ingest.journal.segment import FAILURES, Row, ending, has_log, listed, remove


@dataclass(frozen=True, slots=True)
class End:
    next_offset: int
    acknowledged_until: int
    """-1 where nothing is known."""


def find_end(directory: Path) -> End:
    """Removes a newest file into which nothing was ever committed. Raises OSError."""
    segments = listed(directory)
    if not segments:
        return End(0, -1)
    first, path = segments[-1]
    newest, acknowledged_until, is_readable = _newest(path, first)
    for _, earlier in segments[-2::-1]:
        if acknowledged_until >= 0:
            break
        acknowledged_until = _acknowledged(earlier)
    if newest is not None:
        return End(newest.offset + 1, acknowledged_until)
    if is_readable:
        remove(path)
        return End(first, acknowledged_until)
    # The name is taken by what may be mended some day.
    return End(first + 1, acknowledged_until)


def _newest(path: Path, first: int) -> tuple[Row | None, int, bool]:
    """The newest intact row, what was acknowledged, and whether SQLite could read the file."""
    newest, acknowledged_until, is_readable = None, -1, False
    try:
        newest, acknowledged_until = ending(path)
        is_readable = newest is None or newest.is_intact
    except FAILURES:
        pass
    if not is_readable:
        newest = None
    if not is_readable or has_log(path):
        found = deque(salvage(path, newest.offset + 1 if newest else first), maxlen=1)
        newest = found[0] if found else newest
    if newest is not None:
        acknowledged_until = max(acknowledged_until, newest.acknowledged_until)
    return newest, acknowledged_until, is_readable


def _acknowledged(path: Path) -> int:
    try:
        newest, until = ending(path)
    except FAILURES:
        return -1
    return max(until, newest.acknowledged_until if newest is not None and newest.is_intact else -1)

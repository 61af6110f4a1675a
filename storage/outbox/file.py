"""What is done to the file of the outbox, a transaction at a time."""

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ingest.opened_file import OpenedFile
from storage.outbox.cursors import Cursor
from storage.outbox.parts import cut, encode
from storage.outbox.recent import Portion
from storage.outbox.schema import FILE_NAME, PAGE_BYTES, open_for_writing
from storage.outbox.sessions import Session, Tables
from storage.points import PointBatch, SeriesTable
from storage.sqlite_schema import opening_error

_REMOVED_AT_ONCE = 64
"""Parts; a transaction must not keep what is appended waiting."""
_FREE_PAGES_KEPT = (32 << 20) // PAGE_BYTES
_FREED_AT_ONCE = (8 << 20) // PAGE_BYTES


@dataclass(frozen=True, slots=True)
class Entry:
    """All that one offset puts out."""

    offset: int
    batches: Sequence[PointBatch]
    points: int
    bytes: int


@dataclass(frozen=True, slots=True)
class Appended:
    until_offset: int
    part: int
    points: int


class OutboxFile:
    """One thread at a time. Every call may raise sqlite3.Error, which leaves file and memory as they were."""

    def __init__(self, data_dir: Path, durable: bool, sinks: Iterable[str], tables: Tables) -> None:
        """Raises `StoreUnusable` or `StoreUnavailable`."""
        self._tables = tables
        self._db = open_for_writing(data_dir, durable)
        self._file = OpenedFile(data_dir / FILE_NAME)
        try:
            self.appended = Appended(*self._row("SELECT until_offset, part, points FROM appended"))
            self.cursors = self._open_cursors(sinks)
            self._session = self._row("SELECT coalesce(max(session), 0) FROM series")[0]
            self._oldest_session = self._row("SELECT coalesce(min(session), 0) FROM series")[0]
            self._first_part = self._row("SELECT coalesce(min(id), ?) FROM part", self.appended.part + 1)[0]
        except sqlite3.Error as error:
            self._db.close()
            raise opening_error(error, data_dir / FILE_NAME) from error
        self._open: Session | None = None

    @property
    def has_passed_parts(self) -> bool:
        """Whether there are parts that every sink has passed."""
        return self._first_part <= self.passed_by_all

    @property
    def passed_by_all(self) -> int:
        """The last part that no sink needs any more."""
        return self._passed_by_all(self.cursors)

    def write(self, entries: Sequence[Entry], cursors: Mapping[str, Cursor]) -> list[Portion]:
        """Adds what was appended, moves the sinks, removes some of the parts that all have passed: all or nothing.

        Returns the parts that were added. Raises OSError where somebody has removed the file.
        """
        if not self._file.is_in_place:
            raise OSError("it was removed or replaced while it was used; stop the run and start it again")
        parts: list[Portion] = []
        until = min(self._passed_by_all(cursors), self._first_part + _REMOVED_AT_ONCE - 1)
        oldest_session = self._oldest_session
        with self._transaction():
            appended, session = self._append(entries, parts)
            changed = [(name, cursor) for name, cursor in cursors.items() if cursor != self.cursors[name]]
            for name, cursor in changed:
                self._store_cursor(name, cursor)
            if until >= self._first_part:
                self._db.execute("DELETE FROM part WHERE id <= ?", (until,))
                oldest_session = self._remove_sessions(session)
        self.appended, self._open, self.cursors = appended, session, dict(cursors)
        self._first_part, self._oldest_session = max(self._first_part, until + 1), oldest_session
        if session is not None:
            self._session = session.number
        return parts

    def free(self) -> bool:
        """Gives some pages back to the disk; whether there are more to give."""
        if self._row("PRAGMA freelist_count")[0] <= _FREE_PAGES_KEPT:
            return False
        # execute() would take one step, which frees one page. The file shrinks when the WAL is brought into it.
        self._db.executescript(f"PRAGMA incremental_vacuum({_FREED_AT_ONCE}); PRAGMA wal_checkpoint")
        return True

    def size_bytes(self) -> int:
        """In use; pages that are free will be written again."""
        return int(self._row("PRAGMA page_count")[0] - self._row("PRAGMA freelist_count")[0]) * PAGE_BYTES

    def close(self) -> None:
        self._db.close()

    def _append(self, entries: Sequence[Entry], parts: list[Portion]) -> tuple[Appended, Session | None]:
        until, part, points, session = self.appended.until_offset, self.appended.part, self.appended.points, self._open
        for entry in entries:
            for batches in cut(entry.batches):
                session = self._session_of(batches[0].table, session)
                size = sum(map(len, batches))
                part, points = part + 1, points + size
                row = (part, entry.offset, session.number, size, points, encode(batches))
                self._db.execute("INSERT INTO part VALUES (?, ?, ?, ?, ?, ?)", row)
                parts.append(Portion(batches, part, points))
            until = entry.offset
        if entries:
            self._db.execute("UPDATE appended SET until_offset = ?, part = ?, points = ?", (until, part, points))
        return Appended(until, part, points), session

    def _session_of(self, table: SeriesTable, session: Session | None) -> Session:
        """With all series that the table has by now in the file."""
        if session is None or session.table is not table:
            session = Session(max(self._session, session.number if session else 0) + 1, table)
            self._tables.add(session)
        grown, block = session.next_block()
        if block is not None:
            self._db.execute("INSERT INTO series VALUES (?, ?, ?)", (session.number, session.series, block))
        return grown

    def _remove_sessions(self, open_session: Session | None) -> int:
        """The series of sessions before that of the first part left, and of ended ones where none is left.

        Returns the oldest session that stays.
        """
        first = self._db.execute("SELECT session FROM part ORDER BY id LIMIT 1").fetchone()
        now = open_session.number if open_session is not None else self._session + 1
        needed = first[0] if first is not None else now
        if needed > self._oldest_session:
            self._db.execute("DELETE FROM series WHERE session < ?", (needed,))
        return max(needed, self._oldest_session)

    def _passed_by_all(self, cursors: Mapping[str, Cursor]) -> int:
        return min((cursor.part for cursor in cursors.values()), default=self.appended.part)

    def _open_cursors(self, sinks: Iterable[str]) -> dict[str, Cursor]:
        """A sink that is new begins with the oldest part kept, one that is gone is forgotten."""
        rows = self._db.execute("SELECT name, part, passed, written, refused, skipped FROM sink").fetchall()
        found = {name: Cursor(*counts) for name, *counts in rows}
        oldest = self._oldest()
        cursors = {name: found.get(name, oldest) for name in sinks}
        with self._transaction():
            self._db.executemany("DELETE FROM sink WHERE name = ?", [(name,) for name in found.keys() - cursors.keys()])
            for name, cursor in cursors.items():
                self._store_cursor(name, cursor)
        return cursors

    def _oldest(self) -> Cursor:
        query = "SELECT id - 1, points_until - points FROM part ORDER BY id LIMIT 1"
        part, before = self._db.execute(query).fetchone() or (self.appended.part, self.appended.points)
        return Cursor(part, before, skipped=before)

    def _store_cursor(self, name: str, cursor: Cursor) -> None:
        row = (name, cursor.part, cursor.passed, cursor.written, cursor.refused, cursor.skipped)
        self._db.execute("INSERT OR REPLACE INTO sink VALUES (?, ?, ?, ?, ?, ?)", row)

    def _row(self, query: str, *values: int) -> tuple[int, ...]:
        row: tuple[int, ...] = self._db.execute(query, values).fetchone()
        return row

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._db.execute("COMMIT")
        except BaseException:
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")
            raise

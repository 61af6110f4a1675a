"""Between processing and the stores, on disk: a store that is away costs disk, no points.

append ──▶ queue ──▶ thread ──▶ outbox.db: parts of points, series, cursors ──▶ Sink (a thread each) ──▶ Store
                        ▲                                                            │
                        └────────────────────── passed ◀────────────────────────────┘

One thread alone writes the file. Sinks read it through connections of their own and report how far they have come; the
thread saves that with what it writes next, or soon after. A sink that was killed in between writes some points again.
"""

import logging
import sqlite3
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable
from operator import attrgetter
from pathlib import Path

from ingest.oldest_first import oldest
from storage.outbox.cursors import Cursor
from storage.outbox.file import Entry, OutboxFile
from storage.outbox.fullness import Fullness
from storage.outbox.reading import PartReader
from storage.outbox.recent import Recent
from storage.outbox.schema import FILE_NAME
from storage.outbox.sessions import Tables
from storage.points import PointBatch

LOG = logging.getLogger("denyut.outbox")
_AT_ONCE_BYTES = 8 << 20
"""Of points in one transaction; an offset that puts out more has it for itself."""
_CURSORS_AFTER_S = 0.25
_FIRST_RETRY_S = 0.5
_LAST_RETRY_S = 10.0
_LONGEST_WAIT_S = 3600.0
"""A lock cannot wait for ever and a day."""


class Outbox:
    """Any thread may call anything here."""

    def __init__(self, data_dir: Path, max_bytes: int, durable: bool = True, sinks: Iterable[str] = ("store",)) -> None:
        """`sinks` are those whose points are kept; others that the file knows are forgotten.

        `durable`: an offset, once settled, survives a power cut. Raises `StoreUnusable` or `StoreUnavailable`.
        """
        self._data_dir = data_dir
        self._tables = Tables()
        self._recent = Recent()
        self._file = OutboxFile(data_dir, durable, sinks, self._tables)
        self._cursors = dict(self._file.cursors)
        self._queue: deque[Entry] = deque()
        self._lock = threading.Lock()
        self._work = threading.Condition(self._lock)
        self._news = threading.Condition(self._lock)
        self._stopping = False
        self._give_up_at = float("inf")
        self._moved_at: float | None = None
        self._freeing = False
        self._last_part = self._file.appended.part
        self._points = self._file.appended.points
        self._thread = threading.Thread(target=self._run, name="outbox", daemon=True)
        self._fullness = Fullness(max_bytes)
        self.appended_until = self._file.appended.until_offset
        """The highest offset whose points were taken in; what comes with it or a lower one again is dropped."""
        self.bytes_waiting_in_memory = 0
        self.size_bytes = self._file.size_bytes()
        self.last_error = ""

    def start(self) -> None:
        self._thread.start()

    def append(self, offset: int, batches: Iterable[PointBatch]) -> None:
        """All that this offset puts out, in one call; never waits for the disk. Offsets rise from call to call."""
        full = [batch for batch in batches if len(batch)]
        with self._lock:
            if offset <= self.appended_until:
                return
            self.appended_until = offset
            if not full:
                return
            entry = Entry(offset, full, sum(map(len, full)), sum(batch.nbytes for batch in full))
            self._queue.append(entry)
            self._points += entry.points
            self.bytes_waiting_in_memory += entry.bytes
            self._work.notify()

    def settled(self, offset: int) -> bool:
        """Whether everything appended up to `offset` is on disk."""
        with self._lock:
            return not self._queue or self._queue[0].offset > offset

    @property
    def durable_until(self) -> int:
        """The highest offset that is settled; higher ones that put out nothing do not count."""
        with self._lock:
            return self._queue[0].offset - 1 if self._queue else self.appended_until

    @property
    def fraction_full(self) -> float:
        """Of `max_bytes`, on disk; above 1 where more was appended all the same."""
        return self._fullness.fraction(self.size_bytes)

    @property
    def full(self) -> bool:
        """Whether the sources should be asked to hold back, until `relaxed`."""
        return self._fullness.is_full(self.size_bytes, self.bytes_waiting_in_memory)

    @property
    def relaxed(self) -> bool:
        return self._fullness.is_relaxed(self.size_bytes, self.bytes_waiting_in_memory)

    def stop(self, within_s: float) -> bool:
        """Writes what waits in memory and where the sinks are, for at most so long; True when nothing was left.

        Sinks are stopped before: they read what this thread writes.
        """
        with self._lock:
            self._stopping = True
            self._give_up_at = time.monotonic() + within_s
            self._work.notify()
        if self._thread.ident is None:
            self._file.close()
        elif self._thread.is_alive():
            self._thread.join(within_s + 1.0)
        return not self._queue

    def reader(self) -> PartReader:
        """Raises `StoreUnusable` or `StoreUnavailable`."""
        return PartReader(self._data_dir, self._tables, self._recent)

    def cursor(self, sink: str) -> Cursor:
        """Raises KeyError where the outbox was not opened for this sink."""
        return self._cursors[sink]

    def pending(self, sink: str) -> int:
        """Points that the sink has not passed, those in memory included."""
        with self._lock:
            return self._points - self._cursors[sink].passed

    def passed(self, sink: str, cursor: Cursor) -> None:
        """The sink has done with all up to there."""
        with self._lock:
            self._cursors[sink] = cursor
            if self._moved_at is None:
                self._moved_at = time.monotonic()
                self._work.notify()

    def wait_for_part(self, after: int, until: float, or_else: Callable[[], bool]) -> None:
        """Until there is a part after this one to read, a moment (of time.monotonic) has come, or something else."""
        with self._lock:
            while self._last_part <= after and not or_else() and (left := until - time.monotonic()) > 0:
                self._news.wait(min(left, _LONGEST_WAIT_S))

    def wake(self) -> None:
        """Lets those who wait look at their `or_else` again."""
        with self._lock:
            self._news.notify_all()

    def _run(self) -> None:
        retry_s = _FIRST_RETRY_S
        try:
            while self._wait_for_work():
                try:
                    self._do_work()
                except Exception as error:
                    self._failed(error)
                    self._pause(retry_s)
                    retry_s = min(2 * retry_s, _LAST_RETRY_S)
                else:
                    retry_s = _FIRST_RETRY_S
        finally:
            self._file.close()

    def _wait_for_work(self) -> bool:
        """False at the end."""
        with self._lock:
            while not (self._queue or self._freeing or self._file.has_passed_parts or self._stopping):
                left = None if self._moved_at is None else self._moved_at + _CURSORS_AFTER_S - time.monotonic()
                if left is not None and left <= 0:
                    break
                self._work.wait(left)
            if self._stopping:
                return (bool(self._queue) or self._moved_at is not None) and time.monotonic() < self._give_up_at
            return True

    def _do_work(self) -> None:
        if self.last_error:
            # On a full disk, what the sinks have passed makes room for what waits.
            self._write([])
        self._write(self._next_entries())
        if self.last_error:
            LOG.info("the outbox can be written again")
            self.last_error = ""
        if not self._queue:
            self._freeing = self._file.free()

    def _next_entries(self) -> list[Entry]:
        """They stay in the queue until they are written."""
        with self._lock:
            return oldest(self._queue, _AT_ONCE_BYTES, attrgetter("bytes"))

    def _write(self, entries: list[Entry]) -> None:
        with self._lock:
            cursors, moved_at, self._moved_at = dict(self._cursors), self._moved_at, None
        try:
            parts = self._file.write(entries, cursors)
        except BaseException:
            with self._lock:
                self._moved_at = moved_at or self._moved_at
            raise
        self._recent.forget_until(self._file.passed_by_all)
        self._recent.add(parts)
        with self._lock:
            for entry in entries:
                self._queue.popleft()
                self.bytes_waiting_in_memory -= entry.bytes
            self._last_part = self._file.appended.part
            self._news.notify_all()
        self.size_bytes = self._file.size_bytes()
        self._fullness.tell(self.size_bytes)

    def _failed(self, error: Exception) -> None:
        """Said once for each change; what waits stays in memory."""
        message = f"{self._data_dir / FILE_NAME} cannot be written: {error}"
        if message != self.last_error:
            # A mistake of ours must not end the thread, but be found.
            LOG.warning("%s; points wait in memory", message, exc_info=not isinstance(error, sqlite3.Error | OSError))
        self.last_error = message

    def _pause(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        with self._lock:
            while (left := min(until, self._give_up_at) - time.monotonic()) > 0:
                was_stopping = self._stopping
                self._work.wait(left)
                if self._stopping and not was_stopping:
                    return

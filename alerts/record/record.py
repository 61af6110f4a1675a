"""What becomes of alerts, made durable: who was told when, what was sent, and the log of all of it.

append ──▶ queue ──▶ thread ──▶ alerts.db ◀── RecordReader (connections of their own)
                        ▲           │ news
                        └── marks ── Courier, Publisher

One thread alone writes the file. What comes again for an offset that it has is ignored, so an entry of the journal that
is applied again after a crash brings nothing twice.
"""

import logging
import sqlite3
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from alerts.book import Alert
from alerts.consequences import Consequences
from alerts.record import entering
from alerts.record.schema import RecordUnavailableError, error_in_words, open_for_writing
from config.durations import UNITS_NS
from ingest.opened_file import OpenedFile

LOG = logging.getLogger("denyut.alerts")
KEEP_NS = 365 * UNITS_NS["d"]
_AT_ONCE = 500
"""Entries of one transaction."""
_FIRST_RETRY_S, _LAST_RETRY_S = 0.25, 5.0
_BUSY_MS = 250
_EXPIRED_AT_ONCE = 1000
_EXPIRE_EVERY_S = 600.0

Mark = Callable[[sqlite3.Connection], object]
"""Writes within the transaction that it is handed; it may be called again where that one fails."""


@dataclass(frozen=True, slots=True)
class Deliveries:
    """How many notices are in which state, of all that there ever were."""

    waiting: int = 0
    """Not told yet, those included that are under way."""
    sent: int = 0
    failed: int = 0
    """Given up."""
    oldest_ns: int | None = None
    """Wall clock, when the one that has waited longest was recorded; None: none waits."""


class _Entered(NamedTuple):
    offset: int
    consequences: Consequences


class _Marked(NamedTuple):
    mark: Mark
    done: "Future[None]"


class AlertRecord:
    """Any thread may call anything here."""

    def __init__(self, path: Path, keep_ns: int = KEEP_NS) -> None:
        """Made where absent. `keep_ns`: how long deliveries are kept; the log is kept for ever.

        Raises `RecordUnusableError` or `RecordUnavailableError`.
        """
        self.path = path
        self._keep_ns = keep_ns
        self._db = open_for_writing(path)
        self._file = OpenedFile(path)
        try:
            # Whoever tries again need not wait long at once, least of all at the end.
            self._db.execute(f"PRAGMA busy_timeout = {_BUSY_MS}")
            self.identity: str = self._db.execute("SELECT name FROM identity").fetchone()[0]
            """Of the data directory, made once: with a notice's number it is the key by which others know it again."""
            self.appended_until: int = self._db.execute("SELECT until_offset FROM applied").fetchone()[0]
            """The highest offset whose consequences were taken in; what comes with it or a lower one is ignored."""
            self.deliveries = self._count()
        except sqlite3.Error as error:
            self._db.close()
            raise RecordUnavailableError(error_in_words(error, path)) from error
        self._entered: deque[_Entered] = deque()
        self._marked: deque[_Marked] = deque()
        self._lock = threading.Lock()
        self._work = threading.Condition(self._lock)
        self._listeners: list[Callable[[], None]] = []
        self._stopping = False
        self._give_up_at = float("inf")
        self._expire_at = time.monotonic()
        self._thread = threading.Thread(target=self._run, name="alerts", daemon=True)
        self.last_error = ""

    def start(self) -> None:
        self._thread.start()

    def append(self, offset: int, consequences: Consequences) -> None:
        """All that this entry brings, in one call; never waits for the disk. Offsets rise from call to call."""
        with self._work:
            if offset <= self.appended_until:
                return
            self.appended_until = offset
            if consequences:
                # The desk's own lists may grow on.
                kept = replace(consequences, events=list(consequences.events), figures=[])
                self._entered.append(_Entered(offset, kept))
                self._work.notify()

    def mark(self, mark: Mark) -> "Future[None]":
        """Something that no entry of the journal has brought about; done when it is durable."""
        done: Future[None] = Future()
        with self._work:
            if self._stopping and not self._thread.is_alive():
                done.cancel()
                return done
            self._marked.append(_Marked(mark, done))
            self._work.notify()
        return done

    def reconcile(self, alerts: Sequence[Alert], at_ns: int) -> None:
        """These are all that are open: see `entering.reconcile`. After what was there has been applied again."""
        opened = list(alerts)
        self.mark(lambda db: entering.reconcile(db, opened, at_ns))

    def listen(self, listener: Callable[[], None]) -> None:
        """Called after each commit, in the record's thread: it must not wait."""
        with self._lock:
            self._listeners.append(listener)

    def settled(self, offset: int) -> bool:
        """Whether everything appended up to `offset` is on disk."""
        with self._lock:
            return not self._entered or self._entered[0].offset > offset

    @property
    def waiting(self) -> int:
        """Entries that are not on disk yet."""
        return len(self._entered)

    def stop(self, within_s: float) -> bool:
        """Writes what waits, for at most so long; True when nothing was left."""
        with self._work:
            self._stopping = True
            self._give_up_at = time.monotonic() + within_s
            self._work.notify()
        if self._thread.ident is None:
            self._db.close()
        elif self._thread.is_alive():
            self._thread.join(within_s + 0.5)
        return not self._entered

    def _run(self) -> None:
        retry_s = _FIRST_RETRY_S
        try:
            while self._wait_for_work():
                try:
                    self._write()
                    self._expire_when_due()
                except Exception as error:
                    self._failed(error)
                    self._pause(retry_s)
                    retry_s = min(2 * retry_s, _LAST_RETRY_S)
                else:
                    retry_s = _FIRST_RETRY_S
                    self._succeeded()
        finally:
            self._db.close()
            for marked in self._marked:
                marked.done.cancel()

    def _wait_for_work(self) -> bool:
        """False at the end."""
        with self._work:
            while not (self._entered or self._marked or self._stopping):
                left_s = self._expire_at - time.monotonic()
                if left_s <= 0:
                    break
                self._work.wait(left_s)
            if self._stopping:
                return bool(self._entered or self._marked) and time.monotonic() < self._give_up_at
            return True

    def _write(self) -> None:
        with self._lock:
            entered = list(islice(self._entered, _AT_ONCE))
            marked = list(self._marked)
        if not (entered or marked):
            return
        if not self._file.is_in_place:
            raise OSError(f"{self.path} was removed or replaced while it was used; stop the run and start it again")
        self._db.execute("BEGIN IMMEDIATE")
        try:
            for offset, consequences in entered:
                entering.enter(self._db, self.identity, offset, consequences)
            if entered:
                self._db.execute("UPDATE applied SET until_offset = max(until_offset, ?)", (entered[-1].offset,))
            for mark, _ in marked:
                mark(self._db)
            deliveries = self._count()
            self._db.execute("COMMIT")
        except BaseException:
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")
            raise
        with self._lock:
            for _ in entered:
                self._entered.popleft()
            for _ in marked:
                self._marked.popleft()
            self.deliveries = deliveries
            listeners = list(self._listeners)
        for each in marked:
            # Who waited for it may have gone, but not while it is told.
            if each.done.set_running_or_notify_cancel():
                each.done.set_result(None)
        for listener in listeners:
            listener()

    def _count(self) -> Deliveries:
        tally = dict(self._db.execute("SELECT state, deliveries FROM tally").fetchall())
        oldest = "SELECT min(kept_ns) FROM delivery WHERE state IN ('waiting', 'sending')"
        (oldest_ns,) = self._db.execute(oldest).fetchone()
        return Deliveries(tally["waiting"] + tally["sending"], tally["sent"], tally["failed"], oldest_ns)

    def _expire_when_due(self) -> None:
        """Let go of deliveries that are older than is to be kept, some at a time."""
        if time.monotonic() < self._expire_at:
            return
        self._expire_at = time.monotonic() + _EXPIRE_EVERY_S
        chosen = "SELECT id FROM delivery WHERE state IN ('sent', 'failed') AND kept_ns < ? LIMIT ?"
        old = self._db.execute(chosen, (time.time_ns() - self._keep_ns, _EXPIRED_AT_ONCE)).fetchall()
        if not old:
            return
        self._db.execute("BEGIN IMMEDIATE")
        try:
            self._db.executemany("DELETE FROM attempt WHERE delivery = ?", old)
            self._db.executemany("DELETE FROM told_of WHERE delivery = ?", old)
            self._db.executemany("DELETE FROM delivery WHERE id = ?", old)
            self._db.execute("COMMIT")
        except BaseException:
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")
            raise
        if len(old) == _EXPIRED_AT_ONCE:
            self._expire_at = time.monotonic()

    def _failed(self, error: Exception) -> None:
        """Said once for each change; what waits stays in memory."""
        message = error_in_words(error, self.path) if isinstance(error, sqlite3.Error) else str(error)
        if message != self.last_error:
            # A mistake of ours must not end the thread, but be found.
            expected = isinstance(error, sqlite3.OperationalError | OSError)
            LOG.warning("%s; what becomes of alerts waits in memory", message, exc_info=not expected)
        self.last_error = message

    def _succeeded(self) -> None:
        if self.last_error:
            LOG.warning("the record of alerts can be written again")
        self.last_error = ""

    def _pause(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        with self._work:
            was_stopping = self._stopping
            while (left := min(until, self._give_up_at) - time.monotonic()) > 0:
                self._work.wait(left)
                if self._stopping and not was_stopping:
                    return

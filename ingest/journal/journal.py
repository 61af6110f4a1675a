"""The journal: what was received is on disk before it is acknowledged or processed."""

import errno
import logging
import sqlite3
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import IO

from config.durability import JournalSettings
from ingest.journal import writer_lock
from ingest.journal.backlog import Backlog, Waiting
from ingest.journal.damage import Damage, log_damage
from ingest.journal.encoding import Encoder, measure
from ingest.journal.entries import Entry
from ingest.journal.opening import End, find_end
from ingest.journal.retention import Retention
from ingest.journal.segment import Row, Segment

LOG = logging.getLogger("denyut.journal")

SEGMENT_BYTES = 64 << 20
_SEGMENTS = 16
"""At least so many fit into the size allowed, so that little more than needed goes with the oldest."""
_ROUND_BYTES = 32 << 20
"""Of messages in one commit, so that acknowledgements do not wait for all of a long queue."""
_QUIET_S = 1.0
"""Without entries for so long, what was acknowledged is stored by itself."""
_FIRST_WAIT_S = 0.1
_LONGEST_WAIT_S = 5.0
_FAILURES = (sqlite3.Error, OSError, MemoryError)


class JournalError(OSError):
    """The journal cannot be used; the text is one sentence for the person who named the directory."""


class Journal:
    """Entries are committed by a thread of its own, as many at once as wait.

    A disk that is full or fails loses nothing: entries wait and are tried again, in a new file, since what a failed
    fsync has left in the old one is not known. What is kept for replay alone makes room on a full disk.
    """

    def __init__(
        self,
        directory: Path,
        settings: JournalSettings,
        first_offset: int = 0,
        on_damage: Callable[[Damage], None] = log_damage,
    ) -> None:
        """`first_offset`: the least that a new entry may get, since others hold results of those before it.

        Raises JournalError. Files of earlier runs are never written to; damage in them is told by who reads them, and
        here only that they end before `first_offset`.
        """
        self._directory = directory
        max_bytes = settings.max_size << 20
        self._segment_bytes = min(SEGMENT_BYTES, max_bytes // _SEGMENTS)
        self._retention = Retention(directory, settings.keep, max_bytes)
        self._lock_file = _locked(directory)
        end = self._found_end()
        if end.next_offset < first_offset:
            on_damage(Damage(directory, "the journal ends before them", end.next_offset, first_offset - 1))
        self.next_offset = max(end.next_offset, first_offset)
        """Of the entry that is committed next."""
        self.acknowledged_until = end.acknowledged_until
        """Highest offset that the disk knows to be acknowledged; -1 for none."""
        self.last_error = ""
        self._acknowledged = end.acknowledged_until
        self._wake = threading.Condition()
        self._backlog = Backlog()
        self._encoder = Encoder()
        self._needed_from: int | None = None
        self._newest_ns = 0
        """The latest receive time of what was committed; 0 before anything was."""
        self._stop_by_s: float | None = None
        self._segment: Segment | None = None
        self._open_first()
        self._thread = threading.Thread(target=self._run, name="journal", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def append(self, entry: Entry, done: Callable[[int], None]) -> None:
        """Never waits. `done(offset)` is called in the journal's thread after the commit, in order of appending."""
        waiting = Waiting.since_now(measure(entry), done)
        with self._wake:
            self._backlog.add(waiting)
            self._wake.notify()

    def acknowledged(self, offset: int) -> None:
        """Everything up to this offset was acknowledged; stored with the next commit, or soon if no entry comes."""
        with self._wake:
            self._acknowledged = max(self._acknowledged, offset)

    def trim(self, needed_from: int) -> None:
        """Lets go of whole files that are too old or too many, and that hold nothing from this offset on."""
        with self._wake:
            self._needed_from = needed_from
            self._wake.notify()

    def stop(self, within_s: float) -> bool:
        """Whether everything was committed."""
        with self._wake:
            self._stop_by_s = time.monotonic() + within_s
            self._wake.notify()
        if self._thread.ident is None:
            self._close()
        else:
            self._thread.join(within_s)
        return not self._backlog

    @property
    def backlog_bytes(self) -> int:
        """About the memory of what waits for its commit."""
        return self._backlog.size

    @property
    def backlog_messages(self) -> int:
        return self._backlog.messages

    @property
    def lag_s(self) -> float:
        """Age of the oldest entry that waits for its commit."""
        with self._wake:
            return self._backlog.lag_s

    def _run(self) -> None:
        try:
            self._work_until_stopped()
        finally:
            self._close()

    def _work_until_stopped(self) -> None:
        wait_s = _FIRST_WAIT_S
        while self._has_work():
            try:
                self._work()
            except _FAILURES as error:
                self._fail(error)
                if not self._pause(wait_s):
                    return
                wait_s = min(2 * wait_s, _LONGEST_WAIT_S)
            else:
                self._recover()
                wait_s = _FIRST_WAIT_S

    def _has_work(self) -> bool:
        """Waits for something to do; False once everything is done and the journal is to stop."""
        with self._wake:
            while not self._backlog and self._needed_from is None:
                if self._stop_by_s is not None:
                    return self._acknowledged != self.acknowledged_until
                if not self._wake.wait(_QUIET_S) and self._acknowledged != self.acknowledged_until:
                    return True
        return True

    def _work(self) -> None:
        with self._wake:
            needed_from, self._needed_from = self._needed_from, None
            round_ = self._backlog.oldest(_ROUND_BYTES)
        if needed_from is not None:
            self._retention.trim(needed_from, self._newest_ns)
        if round_:
            self._commit(round_)
        elif needed_from is None:
            acknowledged = self._acknowledged
            self._writable_segment().acknowledge(acknowledged)
            self.acknowledged_until = acknowledged

    def _commit(self, round_: Sequence[Waiting]) -> None:
        acknowledged = self._acknowledged
        rows = [
            Row.of(offset, waiting.measured.received_ns, acknowledged, self._encoder.encode(waiting.measured))
            for offset, waiting in enumerate(round_, self.next_offset)
        ]
        self._writable_segment().write(rows)
        self._newest_ns = max(self._newest_ns, *(row.received_ns for row in rows))
        self.acknowledged_until = acknowledged
        with self._wake:
            self._backlog.remove_oldest(len(round_))
        for waiting in round_:
            self.next_offset += 1
            try:
                waiting.done(self.next_offset - 1)
            except Exception:
                # A mistake of the caller's must not keep what follows from the disk.
                LOG.exception("what follows the commit of entry %d failed", self.next_offset - 1)

    def _writable_segment(self) -> Segment:
        if self._segment is not None and self._segment.size >= self._segment_bytes:
            self._segment.close()
            self._segment = None
        if self._segment is None:
            self._segment = Segment(self._directory, self.next_offset, self._acknowledged)
        return self._segment

    def _found_end(self) -> End:
        try:
            return find_end(self._directory)
        except OSError as error:
            self._lock_file.close()
            raise JournalError(f"the journal in {self._directory} cannot be read: {error.strerror}") from error

    def _open_first(self) -> None:
        """Already now, so that a directory that cannot be written is refused, and the file before has an end."""
        try:
            self._segment = Segment(self._directory, self.next_offset, self._acknowledged)
        except _FAILURES as error:
            if not _may_pass(error):
                self._close()
                raise JournalError(f"the journal in {self._directory} cannot be written: {error}") from error
            self._fail(error)

    def _fail(self, error: BaseException) -> None:
        text = str(error) or type(error).__name__
        if text != self.last_error:
            LOG.warning("the journal cannot be written, messages wait: %s", text)
        self.last_error = text
        if self._segment is not None:
            self._segment.close()
            self._segment = None
        if _is_full(error):
            self._retention.make_room()

    def _recover(self) -> None:
        if self.last_error:
            LOG.warning("the journal can be written again")
        self.last_error = ""

    def _pause(self, wait_s: float) -> bool:
        """False where the time to stop is up."""
        with self._wake:
            self._wake.wait_for(lambda: self._stop_by_s is not None, wait_s)
            if self._stop_by_s is None:
                return True
            self._wake.wait(_FIRST_WAIT_S)
            return time.monotonic() + _FIRST_WAIT_S < self._stop_by_s

    def _close(self) -> None:
        if self._segment is not None:
            self._segment.close()
        self._lock_file.close()


def _locked(directory: Path) -> IO[bytes]:
    """Raises JournalError."""
    try:
        directory.mkdir(parents=True, exist_ok=True)
        return writer_lock.hold(directory)
    except BlockingIOError:
        raise JournalError(f"the journal in {directory} is being written by another process") from None
    except OSError as error:
        raise JournalError(f"the journal in {directory} cannot be written: {error.strerror}") from error


def _may_pass(error: BaseException) -> bool:
    """Whether space, or a disk that comes back, would help (https://sqlite.org/rescode.html)."""
    if _is_full(error) or isinstance(error, MemoryError):
        return True
    return getattr(error, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_IOERR or _number(error) == errno.EIO


def _is_full(error: BaseException) -> bool:
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    return code == sqlite3.SQLITE_FULL or _number(error) in (errno.ENOSPC, errno.EDQUOT)


def _number(error: BaseException) -> int | None:
    return error.errno if isinstance(error, OSError) else None

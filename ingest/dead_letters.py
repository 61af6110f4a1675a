"""Dead letters on their way to the file: a thread of its own writes them, so that whoever rejects never waits.

Where the file cannot be written, because another process holds it or the disk is full, letters wait in memory and are
tried again. The journal holds their messages as long as `kept` says that they are not on disk.
"""

import logging
import sqlite3
import threading
import time
from collections import deque
from collections.abc import Collection, Iterable
from operator import attrgetter
from pathlib import Path
from typing import NamedTuple

from config.durability import DeadLetterKeeping
from ingest.dead_letter_file import DeadLetter, DeadLettersError
from ingest.letter_store import LetterStore
from ingest.oldest_first import oldest

LOG = logging.getLogger("denyut.dead_letters")

_DEFAULT = DeadLetterKeeping()
_AT_ONCE_BYTES = 4 << 20
_WAITING_LETTERS, _WAITING_BYTES = _DEFAULT.max_letters, _DEFAULT.max_size << 20
_FIRST_RETRY_S, _LAST_RETRY_S = 0.25, 5.0


class _Wanted(NamedTuple):
    """What `take_requeued` asked for; see `LetterStore.take_requeued`."""

    limit: int
    sources: frozenset[str] | None
    max_arrivals: int | None


class DeadLetters:
    """Any thread may call; nothing but `keep`, `flush` and `stop` waits."""

    def __init__(
        self,
        directory: Path,
        max_letters: int = _DEFAULT.max_letters,
        max_bytes: int = _DEFAULT.max_size << 20,
        keep_ns: int = _DEFAULT.keep,
    ) -> None:
        """`max_bytes` bounds topics, payloads and details together. Raises DeadLettersError."""
        self._store = LetterStore(directory, max_letters, max_bytes, keep_ns)
        # What the file would let go again anyway need not wait for it.
        self._max_letters = min(max_letters, _WAITING_LETTERS)
        self._max_bytes = min(max_bytes, _WAITING_BYTES)
        self._queue: deque[DeadLetter] = deque()
        self._writing: list[DeadLetter] = []
        self._bytes = 0
        self._offered = self._done = 0
        """Letters so far, and how many of them do not wait any more."""
        self._settled: list[int] = []
        self._wanted: _Wanted | None = None
        self._requeued: list[DeadLetter] = []
        self._expire_ns: int | None = None
        self._work = threading.Condition()
        self._stopping = False
        self._give_up_at = float("inf")
        self._thread = threading.Thread(target=self._run, name="dead-letters", daemon=True)
        self.highest_offset = self._store.highest_offset
        """Of the journal's entries that letters came from. A journal that begins anew must begin beyond it."""
        self.unkept = 0
        """Letters for which there is no room at all, in the file or waiting for it."""
        self.last_error = ""

    def start(self) -> None:
        self._thread.start()

    def __len__(self) -> int:
        """In the file."""
        return len(self._store)

    @property
    def last_id(self) -> int:
        """The number that the file gave last; it never goes back."""
        return self._store.last_id

    @property
    def waiting(self) -> int:
        return self._offered - self._done

    def add(self, letters: Iterable[DeadLetter]) -> None:
        """Those of an entry in one call; offsets rise from call to call, but for letters of no entry."""
        offered = list(letters)
        if not offered:
            return
        fitting = [letter for letter in offered if letter.size <= self._max_bytes]
        with self._work:
            self.unkept += len(offered) - len(fitting)
            self._offered += len(fitting)
            self._queue.extend(fitting)
            self._bytes += sum(letter.size for letter in fitting)
            self.highest_offset = max(self.highest_offset, offered[-1].offset)
            self._let_go_of_oldest()
            self._work.notify_all()

    def keep(self, letters: Iterable[DeadLetter]) -> None:
        """The same, and on disk when it returns. Raises DeadLettersError where it is to stop first."""
        self.add(letters)
        with self._work:
            until = self._offered
            self._work.wait_for(lambda: self._done >= until or self._stopping)
            if self._done < until:
                raise DeadLettersError(f"dead letters wait: {self.last_error or 'they are being written'}")

    def kept(self, offset: int) -> bool:
        """Whether all letters of the journal's entries up to this one are on disk, or gone for want of room."""
        with self._work:
            for waiting in (self._writing, self._queue):
                for letter in waiting:
                    if letter.offset >= 0:
                        return letter.offset > offset
            return True

    def expire(self, now_ns: int) -> None:
        """Let go of letters that are older than is to be kept; looks every ten minutes at most."""
        with self._work:
            self._expire_ns = now_ns

    def take_requeued(
        self, limit: int, sources: Collection[str] | None = None, max_arrivals: int | None = None
    ) -> list[DeadLetter]:
        """What was found since the last call, for which this one looks again; see `LetterStore.take_requeued`."""
        with self._work:
            found, self._requeued = self._requeued, []
            self._wanted = _Wanted(limit, None if sources is None else frozenset(sources), max_arrivals)
            self._work.notify_all()
        return found

    def settled(self, ids: Collection[int]) -> None:
        """These were taken in again, durably; see `LetterStore.settle`."""
        with self._work:
            self._settled.extend(ids)
            self._work.notify_all()

    def flush(self, within_s: float) -> bool:
        """Whether everything is on disk."""
        with self._work:
            return self._work.wait_for(lambda: not (self.waiting or self._settled), within_s)

    def stop(self, within_s: float) -> bool:
        """Writes what waits, for at most so long; True when nothing was left."""
        with self._work:
            self._stopping = True
            self._give_up_at = time.monotonic() + within_s
            self._work.notify_all()
        if self._thread.ident is None:
            self.start()
        self._thread.join(within_s)
        if self.waiting:
            LOG.warning("%d dead letters could not be written before the end: %s", self.waiting, self.last_error)
        return not self.waiting

    def _run(self) -> None:
        retry_s = _FIRST_RETRY_S
        try:
            while self._has_work():
                try:
                    self._do_work()
                except (sqlite3.Error, OSError) as error:
                    self._failed(str(error))
                    self._pause(retry_s)
                    retry_s = min(2 * retry_s, _LAST_RETRY_S)
                else:
                    self._succeeded()
                    retry_s = _FIRST_RETRY_S
        finally:
            self._store.close()

    def _has_work(self) -> bool:
        """Waits for something to do; False at the end."""
        with self._work:
            self._work.wait_for(lambda: self._queue or self._settled or self._wanted or self._stopping)
            if self._stopping:
                return bool(self._queue or self._settled) and time.monotonic() < self._give_up_at
            return True

    def _do_work(self) -> None:
        self._write()
        with self._work:
            settled, wanted, expire_ns = list(self._settled), self._wanted, self._expire_ns
        if settled:
            self._store.settle(settled)
            with self._work:
                del self._settled[: len(settled)]
                self._work.notify_all()
        if expire_ns is not None:
            self._store.expire(expire_ns)
        if wanted is not None and not self._stopping:
            self._look(wanted)

    def _look(self, wanted: _Wanted) -> None:
        try:
            found = self._store.take_requeued(*wanted)
        except ValueError as error:
            LOG.warning("dead letters to be taken in again cannot be read: %s", error)
            found = []
        with self._work:
            self._wanted = None
            self._requeued += found

    def _write(self) -> None:
        with self._work:
            self._writing = oldest(self._queue, _AT_ONCE_BYTES, attrgetter("size"))
            for _ in self._writing:
                self._queue.popleft()
        unkept = 0
        try:
            unkept = self._store.add(self._writing)
        except (sqlite3.Error, OSError):
            with self._work:
                self._queue.extendleft(reversed(self._writing))
                self._writing = []
            raise
        except Exception:
            # A mistake of ours must not keep what follows from the disk.
            LOG.exception("%d dead letters cannot be written", len(self._writing))
            unkept = len(self._writing)
        with self._work:
            self._bytes -= sum(letter.size for letter in self._writing)
            self._done += len(self._writing)
            self.unkept += unkept
            self._writing = []
            self._work.notify_all()

    def _let_go_of_oldest(self) -> None:
        before = self.unkept
        while self._queue and (self._bytes > self._max_bytes or len(self._queue) > self._max_letters):
            self._bytes -= self._queue.popleft().size
            self._done += 1
            self.unkept += 1
        if self.last_error and self.unkept > before:
            LOG.warning("%d dead letters are lost: more wait than there is room for", self.unkept - before)

    def _failed(self, error: str) -> None:
        """Said once for each change."""
        if error != self.last_error:
            LOG.warning("dead letters cannot be written and wait in memory: %s", error)
        self.last_error = error

    def _succeeded(self) -> None:
        if self.last_error:
            LOG.warning("dead letters can be written again")
        self.last_error = ""

    def _pause(self, seconds: float) -> None:
        with self._work:
            was_stopping = self._stopping
            left_s = min(seconds, self._give_up_at - time.monotonic())
            self._work.wait_for(lambda: self._stopping and not was_stopping, left_s)

"""When a checkpoint is taken, by whom it is written, and when it becomes valid.

A fork of the process writes it, so that ingest goes on meanwhile. It becomes valid when all that the journal entries
before it put out is durable: a restart does not compute that again.
"""

import logging
import os
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import msgspec

from config.durability import Checkpoints
from denyut.forked import Forked, ForkedError
from processors.checkpoints.directory import CheckpointDirectory, Written
from processors.checkpoints.pieces import PieceWriter

LOG = logging.getLogger("denyut")
_SHARE = 10
"""Of this many seconds of a core one is spent on writing, at most."""
_APART = 2
"""Where the writer waits for the disk or for a core: so many times the time it took lies between two beginnings."""
_SHORT_S = 0.2
_PATIENCE_S = 15.0
"""How long a large state waits for windows to close."""
_WAIT_S = 0.005
_LONG, _LONG_S = 5, 60.0
"""What cannot be saved for so many times the usual, and for so long, is the operator's to mend."""

Describe = Callable[[PieceWriter], dict[str, Any]]
"""The document of what is to be saved; called in the fork."""


class Checkpointing:
    """All methods are called in one thread, the main one."""

    def __init__(
        self,
        directory: CheckpointDirectory,
        settings: Checkpoints,
        describe: Describe,
        settled: Callable[[int], bool],
    ) -> None:
        """`settled(offset)`: whether all that was put out up to that entry is durable."""
        self._directory = directory
        self._every_s = settings.every / 1e9
        self._describe = describe
        self._settled = settled
        self._publisher = ThreadPoolExecutor(1, "checkpoint")
        self._forked: Forked | None = None
        self._written: Written | None = None
        self._published: Future[None] | None = None
        self._next_offset = 0
        self._began = 0.0
        self._core_seconds = 0.0
        self._not_before = time.monotonic() + self._every_s
        self._forks = hasattr(os, "fork")
        self.last_offset = directory.newest_offset
        """Next offset of the newest valid one; 0 where there is none."""
        self.last_seconds = 0.0
        """That the last one took to write, wherever it was written."""
        self.last_pause_s = 0.0
        """How long nothing else was done for it."""
        self.last_bytes = 0
        self.last_error = ""
        self.failures = 0
        self.overdue = ""
        """Why none could be written for long; "" where that is not so."""
        self._failing_since: float | None = None
        self._valid_at: float | None = None

    @property
    def age_s(self) -> float | None:
        """Since one became valid in this process; None: none has."""
        return None if self._valid_at is None else round(time.monotonic() - self._valid_at, 1)

    @property
    def needed_from(self) -> int:
        """The journal must go back to here."""
        return self._directory.needed_from

    @property
    def running(self) -> bool:
        return self._forked is not None or self._written is not None or self._published is not None

    def begin(self, next_offset: int, *, closed: bool = False) -> bool:
        """Take one if it is due: entries were applied since the last one, and that was long enough ago.

        closed: windows have just closed. That is the best moment for a large state: closing the next ones writes to
        most of the memory, and each page that the fork still shares then has to be copied first.
        """
        if self.running:
            return False
        due_for_s = time.monotonic() - self._not_before
        if due_for_s < 0 or (self._core_seconds > _SHORT_S and not closed and due_for_s < _PATIENCE_S):
            return False
        if next_offset <= self.last_offset and self._directory.is_in_place:
            return False
        self._next_offset = next_offset
        self._began = time.monotonic()
        self._not_before = self._began + self._every_s
        try:
            self._directory.make_again()
        except OSError as error:
            self._fail(str(error))
            return False
        if self._forks:
            try:
                self._forked = Forked(self._write_encoded)
            except OSError as error:
                self._forks = False
                LOG.warning("checkpoints are written by the process itself, which stands still meanwhile: %s", error)
            else:
                self.last_pause_s = self._forked.pause_s
                return True
        self._write_here()
        return True

    def poll(self) -> bool:
        """Go on with what is under way; whether a checkpoint has become valid."""
        if self._forked is not None:
            self._hear(self._forked)
        if self._written is not None and self._settled(self._written.next_offset - 1):
            self._published = self._publisher.submit(self._directory.publish, self._written)
            self._written = None
        return self._published is not None and self._published.done() and self._end(self._published)

    def now(self, next_offset: int, within_s: float = 5.0) -> bool:
        """Take one in this process, for a stop; whether it is valid. What is under way is given up. Raises OSError."""
        self.stop()
        if next_offset <= self.last_offset and self._directory.is_in_place:
            return True
        self._directory.make_again()
        written = self._directory.write(next_offset, self._describe)
        until = time.monotonic() + within_s
        while not self._settled(next_offset - 1):
            if time.monotonic() > until:
                return False
            time.sleep(_WAIT_S)
        self._directory.publish(written)
        self.last_offset, self.last_bytes = next_offset, written.bytes_written
        return True

    def stop(self) -> None:
        """Give up what is under way."""
        if self._forked is not None:
            self._forked.kill()
        if self._published is not None:
            self._end(self._published)
        self._forked = self._written = None

    def _write(self) -> tuple[float, float, Written]:
        """Seconds that it took, seconds of a core that it needed, and what was written."""
        began, worked = time.monotonic(), time.process_time()
        written = self._directory.write(self._next_offset, self._describe)
        return time.monotonic() - began, time.process_time() - worked, written

    def _write_encoded(self) -> bytes:
        return msgspec.msgpack.encode(self._write())

    def _write_here(self) -> None:
        try:
            self._keep(*self._write())
        except OSError as error:
            self._fail(str(error))
        self.last_pause_s = time.monotonic() - self._began

    def _hear(self, forked: Forked) -> None:
        try:
            answer = forked.poll()
        except ForkedError as error:
            self._forked = None
            self._fail(str(error))
            return
        if answer is not None:
            self._forked = None
            self._keep(*msgspec.msgpack.decode(answer, type=tuple[float, float, Written]))

    def _keep(self, seconds: float, core_seconds: float, written: Written) -> None:
        self._written = written
        self.last_seconds = seconds
        self._core_seconds = core_seconds
        self.last_bytes = written.bytes_written
        self._not_before = self._began + max(self._every_s, _SHARE * core_seconds, _APART * seconds)

    def _end(self, published: Future[None]) -> bool:
        error = published.exception()
        self._published = None
        if error is not None:
            self._fail(str(error))
            return False
        if self.last_error:
            LOG.info("checkpoints are written again")
        self.last_offset, self.last_error, self.overdue = self._next_offset, "", ""
        self._failing_since = None
        self._valid_at = time.monotonic()
        return True

    def _fail(self, error: str) -> None:
        self.failures += 1
        # Once: the text names a file, which is another one each time.
        if not self.last_error:
            LOG.warning("the checkpoint could not be written and is tried again: %s", error)
        self.last_error = error
        now = time.monotonic()
        self._not_before = max(self._not_before, now + self._every_s)
        since = self._failing_since = now if self._failing_since is None else self._failing_since
        if now - since > max(_LONG * self._every_s, _LONG_S):
            if not self.overdue:
                LOG.warning("no checkpoint could be written for %.0f s: %s", now - since, error)
            self.overdue = error

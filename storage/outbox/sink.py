"""From the outbox to one store, in a thread of its own: a store that is slow or away delays no other."""

import logging
import sqlite3
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace

from config.settings import Retention
from storage.outbox.backoff import Backoff
from storage.outbox.outbox import Outbox
from storage.outbox.reading import PartReader
from storage.outbox.recent import Portion
from storage.store import PointsRefused, Store, StoreError, StoreRefused, StoreUnavailable

LOG = logging.getLogger("denyut.store")
_RETENTION_EVERY_S = 600.0


class Sink:
    """Points reach the store in their order, each at least once; points are idempotent, so that is once."""

    def __init__(
        self,
        name: str,
        store: Store,
        outbox: Outbox,
        retention: Retention | None = None,
        on_refused: Callable[[Sequence[tuple[bytes, str]]], None] | None = None,
        backoff: Backoff | None = None,
    ) -> None:
        """`on_refused` is called in the sink's thread with (line, message) of the points the store will never take.

        Where it raises, they count as not written yet.

        Raises KeyError where the outbox was not opened with this name among its sinks.
        """
        outbox.cursor(name)
        self.name = name
        self.last_error = ""
        """Why nothing can be written now, in one sentence; empty: all is well."""
        self._store = store
        self._outbox = outbox
        self._retention = retention
        self._retention_error = ""
        self._on_refused = on_refused
        self._backoff = backoff or Backoff()
        self._stopping = threading.Event()
        self._give_up_at = float("inf")
        self._thread = threading.Thread(target=self._run, name=f"sink-{name}", daemon=True)

    @property
    def points_written(self) -> int:
        return self._outbox.cursor(self.name).written

    @property
    def points_refused(self) -> int:
        """By the store itself, each handed to `on_refused`."""
        return self._outbox.cursor(self.name).refused

    @property
    def points_dropped(self) -> int:
        """Those the store's format cannot carry, and those without any value."""
        return self._outbox.cursor(self.name).dropped

    @property
    def points_pending(self) -> int:
        return self._outbox.pending(self.name)

    @property
    def dropped(self) -> Counter[str]:
        """Why points, or single values of points, were dropped since the start."""
        return self._store.dropped

    def start(self) -> None:
        self._thread.start()

    def ask_to_stop(self, within_s: float) -> None:
        """Go on until all is written, for at most so long."""
        self._give_up_at = time.monotonic() + within_s
        self._stopping.set()
        self._outbox.wake()

    def stop(self, within_s: float) -> bool:
        """True when the store has everything; what it has not stays in the outbox."""
        if not self._stopping.is_set():
            self.ask_to_stop(within_s)
        if self._thread.ident is None:
            self._store.close()
        elif self._thread.is_alive():
            self._thread.join(max(0.0, self._give_up_at - time.monotonic()) + 1.0)
        return not self.points_pending

    def _run(self) -> None:
        next_retention = time.monotonic() if self._retention is not None else float("inf")
        reader: PartReader | None = None
        try:
            while not self._is_done():
                was_stopping = self._stopping.is_set()
                try:
                    reader = reader or self._outbox.reader()
                    portion = self._next(reader, until=next_retention)
                    if portion is not None:
                        self._write(portion)
                except Exception as error:
                    self._pause(self._failed(error), was_stopping)
                if self._retention is not None and time.monotonic() >= next_retention:
                    self._apply(self._retention)
                    next_retention = time.monotonic() + _RETENTION_EVERY_S
        finally:
            if reader is not None:
                reader.close()
            self._store.close()

    def _is_done(self) -> bool:
        if not self._stopping.is_set():
            return False
        return not self.points_pending or time.monotonic() >= self._give_up_at

    def _next(self, reader: PartReader, until: float) -> Portion | None:
        part = self._outbox.cursor(self.name).part
        was_stopping = self._stopping.is_set()
        until = min(until, self._give_up_at)
        self._outbox.wait_for_part(part, until, or_else=lambda: self._stopping.is_set() != was_stopping)
        return reader.after(part)

    def _write(self, portion: Portion) -> None:
        refused: Sequence[tuple[bytes, str]] = ()
        try:
            written = self._store.write(portion.batches)
        except PointsRefused as refusal:
            written, refused = refusal.written, refusal.lines
            LOG.error("%s refused %d points for good: %s", self.name, len(refused), refusal)
        if refused and self._on_refused is not None:
            self._on_refused(refused)
        cursor = self._outbox.cursor(self.name)
        self._outbox.passed(
            self.name,
            replace(
                cursor,
                part=portion.part,
                passed=portion.points_until,
                written=cursor.written + written,
                refused=cursor.refused + len(refused),
            ),
        )
        self._backoff.reset()
        if self.last_error:
            LOG.info("%s takes points again", self.name)
            self.last_error = ""

    def _failed(self, error: Exception) -> float:
        """Seconds until the next attempt."""
        message = str(error) or type(error).__name__
        if message != self.last_error:
            # A mistake of ours must not end the thread: points would pile up without a word.
            foreseen = isinstance(error, StoreError | sqlite3.Error | OSError)
            LOG.warning("%s: %s; %d points wait", self.name, message, self.points_pending, exc_info=not foreseen)
        self.last_error = message
        if isinstance(error, StoreRefused):
            return self._backoff.longest_s()
        if isinstance(error, StoreUnavailable) and error.retry_after_s is not None:
            return self._backoff.asked_s(error.retry_after_s)
        return self._backoff.delay_s()

    def _pause(self, seconds: float, was_stopping: bool) -> None:
        """A stop that is asked for now or meanwhile is worth one attempt at once."""
        if was_stopping:
            time.sleep(max(0.0, min(seconds, self._give_up_at - time.monotonic())))
        else:
            self._stopping.wait(seconds)

    def _apply(self, retention: Retention) -> None:
        try:
            self._store.apply_retention(retention, time.time_ns())
        except StoreError as error:
            if str(error) != self._retention_error:
                LOG.warning("%s: old points cannot be removed: %s", self.name, error)
            self._retention_error = str(error)
        else:
            self._retention_error = ""


def stop_all(sinks: Sequence[Sink], within_s: float) -> bool:
    """All at once, for at most so long; True when every store has everything."""
    for sink in sinks:
        sink.ask_to_stop(within_s)
    stopped = [sink.stop(within_s) for sink in sinks]
    return all(stopped)

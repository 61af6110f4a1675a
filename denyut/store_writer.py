"""Points wait here for the store, which has a thread of its own: a slow store never stops ingest by itself."""

import logging
import threading
import time
from collections import deque
from collections.abc import Iterable

from config.settings import Retention
from storage.points import PointBatch
from storage.store import Store, StoreError, StoreRefused

LOG = logging.getLogger("denyut.store")
FULL = 2_000_000
"""Points that may wait; from here on the sources are asked to hold back."""
_AT_ONCE = 20_000
"""Points in one write: enough to be fast, few enough to be small in memory."""
_FIRST_RETRY_S = 0.5
_LAST_RETRY_S = 30.0
_RETENTION_EVERY_S = 600.0


class StoreWriter:
    def __init__(self, store: Store, retention: Retention) -> None:
        self._store = store
        self._retention = retention
        self._waiting: deque[PointBatch] = deque()
        self._condition = threading.Condition()
        self._stopping = False
        self._give_up_at = float("inf")
        self._thread = threading.Thread(target=self._run, name="store-writer", daemon=True)
        self.points_pending = 0
        self.points_written = 0
        self.points_refused = 0
        self.last_error = ""

    @property
    def full(self) -> bool:
        return self.points_pending >= FULL

    @property
    def relaxed(self) -> bool:
        return self.points_pending < FULL // 2

    def start(self) -> None:
        self._thread.start()

    def put(self, batches: Iterable[PointBatch]) -> None:
        ready = [part for batch in batches if len(batch) for part in batch.parts(_AT_ONCE)]
        if not ready:
            return
        with self._condition:
            self._waiting.extend(ready)
            self.points_pending += sum(map(len, ready))
            self._condition.notify()

    def stop(self, within_s: float) -> bool:
        """Write what waits, for at most so long; True when nothing was left."""
        with self._condition:
            self._stopping = True
            self._give_up_at = time.monotonic() + within_s
            self._condition.notify()
        if self._thread.is_alive():
            self._thread.join(within_s + 1.0)
        return not self.points_pending

    def left_over(self) -> list[PointBatch]:
        """After a stop: what could not be written."""
        with self._condition:
            return list(self._waiting)

    def _run(self) -> None:
        next_retention = time.monotonic()
        try:
            while True:
                batches = self._next(until=next_retention)
                if batches:
                    if not self._write(batches):
                        return
                elif self._stopping:
                    return
                if time.monotonic() >= next_retention:
                    self._apply_retention()
                    next_retention = time.monotonic() + _RETENTION_EVERY_S
        finally:
            self._store.close()

    def _next(self, until: float) -> list[PointBatch]:
        """The batches to write together; they stay in the queue until they are written."""
        with self._condition:
            while not self._waiting and not self._stopping and time.monotonic() < until:
                self._condition.wait(max(0.0, until - time.monotonic()))
            batches: list[PointBatch] = []
            points = 0
            for batch in self._waiting:
                if batches and points + len(batch) > _AT_ONCE:
                    break
                batches.append(batch)
                points += len(batch)
            return batches

    def _write(self, batches: list[PointBatch]) -> bool:
        """False when the store could not take them before the end; they still wait then."""
        retry_s = _FIRST_RETRY_S
        while True:
            try:
                self._store.write(batches)
            except StoreError as error:
                if isinstance(error, StoreRefused) and error.concerns_points:
                    self._refused(batches, error)
                    return True
                if self._give_up(error, retry_s):
                    return False
                retry_s = min(retry_s * 2, _LAST_RETRY_S)
            except Exception as error:
                # A mistake of ours must not end the thread: points would pile up without a word.
                LOG.exception("the store failed in a way nobody foresaw")
                if self._give_up(error, retry_s):
                    return False
                retry_s = min(retry_s * 2, _LAST_RETRY_S)
            else:
                self.points_written += self._taken(batches)
                return True

    def _taken(self, batches: list[PointBatch]) -> int:
        points = sum(map(len, batches))
        with self._condition:
            for _ in batches:
                self._waiting.popleft()
            self.points_pending -= points
        self.last_error = ""
        return points

    def _refused(self, batches: list[PointBatch], error: StoreRefused) -> None:
        self.points_refused += self._taken(batches)
        self.last_error = str(error)
        LOG.error("the store refused %d points (%s): %s", sum(map(len, batches)), error.reason, error)

    def _give_up(self, error: Exception, retry_s: float) -> bool:
        """Wait for the next attempt; True when there will be none."""
        self.last_error = str(error)
        LOG.warning("%s; %d points wait, next attempt in %.1f s", error, self.points_pending, retry_s)
        with self._condition:
            deadline = min(time.monotonic() + retry_s, self._give_up_at)
            while time.monotonic() < deadline:
                self._condition.wait(max(0.0, deadline - time.monotonic()))
                deadline = min(deadline, self._give_up_at)
        return time.monotonic() >= self._give_up_at

    def _apply_retention(self) -> None:
        try:
            self._store.apply_retention(self._retention, time.time_ns())
        except StoreError as error:
            LOG.warning("retention: %s", error)

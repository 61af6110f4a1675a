"""Entries that wait for their commit; they leave only once they are on disk."""

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from operator import attrgetter

from ingest.journal.encoding import Measured
from ingest.oldest_first import oldest

_ENTRY_BYTES = 500
_MESSAGE_BYTES = 80
"""What Python needs for an entry and for a message beside their bytes."""


@dataclass(frozen=True, slots=True)
class Waiting:
    measured: Measured
    done: Callable[[int], None]
    since_s: float
    """Monotonic."""
    size: int
    """About the bytes in memory."""

    @classmethod
    def since_now(cls, measured: Measured, done: Callable[[int], None]) -> "Waiting":
        size = measured.size + measured.messages * _MESSAGE_BYTES + _ENTRY_BYTES
        return cls(measured, done, time.monotonic(), size)


class Backlog:
    """Not safe to use from two threads at once."""

    def __init__(self) -> None:
        self._queue: deque[Waiting] = deque()
        self.size = 0
        """About the bytes in memory."""
        self.messages = 0

    def __len__(self) -> int:
        return len(self._queue)

    def add(self, waiting: Waiting) -> None:
        self._queue.append(waiting)
        self.size += waiting.size
        self.messages += waiting.measured.messages

    def oldest(self, max_bytes: int) -> list[Waiting]:
        """At least one, if any waits."""
        return oldest(self._queue, max_bytes, attrgetter("size"))

    def remove_oldest(self, count: int) -> None:
        for _ in range(count):
            waiting = self._queue.popleft()
            self.size -= waiting.size
            self.messages -= waiting.measured.messages

    @property
    def lag_s(self) -> float:
        """Age of the oldest."""
        return time.monotonic() - self._queue[0].since_s if self._queue else 0.0

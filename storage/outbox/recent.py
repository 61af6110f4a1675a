"""The newest parts as they were appended, so that sinks that keep up need not read and decode them."""

import threading
from dataclasses import dataclass

from storage.outbox.parts import POINTS
from storage.points import PointBatch

MAX_BYTES = 16 << 20


@dataclass(frozen=True, slots=True)
class Portion:
    """Points to be written together."""

    batches: list[PointBatch]
    part: int
    """The last of its parts."""
    points_until: int


class Recent:
    """Any thread may call anything here."""

    def __init__(self, max_bytes: int = MAX_BYTES) -> None:
        self._max_bytes = max_bytes
        self._parts: dict[int, Portion] = {}
        self._bytes = 0
        self._lock = threading.Lock()

    def add(self, parts: list[Portion]) -> None:
        """Parts that are on disk. A part is a view: as long as one is held, all that was appended with it is in memory.

        That is why many at once are not held at all.
        """
        size = sum(map(_bytes, parts))
        with self._lock:
            if size > self._max_bytes:
                self._forget(len(self._parts))
                return
            for part in parts:
                self._parts[part.part] = part
            self._bytes += size
            while self._bytes > self._max_bytes:
                self._forget(1)

    def forget_until(self, part: int) -> None:
        with self._lock:
            self._forget(sum(number <= part for number in self._parts))

    def after(self, part: int) -> Portion | None:
        """The parts after this one, as many as make a write; None where the next one is not held."""
        with self._lock:
            portion = self._parts.get(part + 1)
            if portion is None:
                return None
            batches, points = list(portion.batches), sum(map(len, portion.batches))
            while (following := self._parts.get(portion.part + 1)) is not None:
                points += sum(map(len, following.batches))
                if points > POINTS:
                    break
                portion = following
                batches += portion.batches
            return Portion(batches, portion.part, portion.points_until)

    def _forget(self, oldest: int) -> None:
        for number in list(self._parts)[:oldest]:
            self._bytes -= _bytes(self._parts.pop(number))


def _bytes(part: Portion) -> int:
    return sum(batch.nbytes for batch in part.batches)

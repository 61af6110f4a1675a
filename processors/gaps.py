"""Numbers that a device's counter leapt over, remembered so that a late reading still finds its place."""

from bisect import bisect_right
from itertools import chain

import numpy as np
from numpy.typing import NDArray

MEMORY = 100_000
"""Gaps kept in all, some 250 bytes each."""
_OF_ONE_STREAM = 1_024


class Gaps:
    """By stream: those of the present run and those of the one before it, each as ascending [start, end) in a row.

    When there are too many, a stream loses its lowest, and the stream that has leapt longest ago loses all of its own:
    those numbers stay missing.
    """

    def __init__(self, memory: int = MEMORY) -> None:
        self._memory = memory
        self._held = 0
        self._present: dict[int, list[int]] = {}
        """In the order in which they leapt last."""
        self._former: dict[int, list[int]] = {}

    def __len__(self) -> int:
        return self._held

    def open(self, stream: int, start: int, end: int) -> None:
        """Numbers from `start` up to `end`, not included, are missing; all others missing in the run are lower."""
        bounds = self._present.pop(stream, [])
        bounds += (start, end)
        self._held += 1
        self._present[stream] = bounds
        self._forget(bounds)

    def fill(self, stream: int, number: int) -> int:
        """1 where the number was missing and is remembered, else 0."""
        return int(self._take(self._present, stream, number) or self._take(self._former, stream, number))

    def turn(self, stream: int) -> None:
        """The counter begins again."""
        self._drop(self._former, stream)
        bounds = self._present.pop(stream, None)
        if bounds is not None:
            self._former[stream] = bounds

    def columns(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """(s, 3) stream, whether of a former run, count of bounds; and all bounds in that order."""
        held = [(former, *item) for former, kept in enumerate((self._present, self._former)) for item in kept.items()]
        heads = np.array([[stream, former, len(bounds)] for former, stream, bounds in held], np.int64)
        bounds = np.fromiter(chain.from_iterable(bounds for *_, bounds in held), np.int64)
        return heads.reshape(-1, 3), bounds

    @classmethod
    def restore(cls, heads: NDArray[np.int64], bounds: NDArray[np.int64]) -> "Gaps":
        gaps = cls()
        first = 0
        for stream, former, count in heads.tolist():
            kept = gaps._former if former else gaps._present
            kept[stream] = bounds[first : first + count].tolist()
            first += count
        gaps._held = len(bounds) // 2
        return gaps

    def _take(self, kept: dict[int, list[int]], stream: int, number: int) -> bool:
        bounds = kept.get(stream)
        if bounds is None:
            return False
        place = bisect_right(bounds, number)
        if place % 2 == 0:
            return False
        left = [bound for bound in (bounds[place - 1], number) if bounds[place - 1] < number]
        right = [bound for bound in (number + 1, bounds[place]) if number + 1 < bounds[place]]
        bounds[place - 1 : place + 1] = left + right
        self._held += (len(left) + len(right)) // 2 - 1
        if not bounds:
            del kept[stream]
        self._forget(bounds)
        return True

    def _forget(self, bounds: list[int]) -> None:
        if len(bounds) > 2 * _OF_ONE_STREAM:
            del bounds[:2]
            self._held -= 1
        while self._held > self._memory:
            oldest = self._former or self._present
            self._drop(oldest, next(iter(oldest)))

    def _drop(self, kept: dict[int, list[int]], stream: int) -> None:
        self._held -= len(kept.pop(stream, ())) // 2

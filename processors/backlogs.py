"""How far the time has come in a backlog: what a broker kept while nobody read is older than its receive time says.

While one source still sends a backlog, no other may move the time on by its live readings: the windows of that backlog
would be gone before it has come.
"""

import numpy as np
from numpy.typing import NDArray

NEWEST = 256
FEWEST = 32
"""Readings of fewer messages move nothing: one device with a wrong clock must not decide."""
_NONE: NDArray[np.int64] = np.zeros(0, np.int64)


class Backlogs:
    def __init__(self) -> None:
        self.times: dict[str, NDArray[np.int64]] = {}
        """Source -> (up to NEWEST,) event times of its newest readings, ns UTC, in the order of their arrival."""

    def __bool__(self) -> bool:
        """Whether any source is known to be behind."""
        return bool(self.times)

    def begin(self, source: str) -> None:
        self.times.setdefault(source, _NONE)

    def end(self, source: str) -> None:
        self.times.pop(source, None)

    def end_all(self) -> None:
        self.times.clear()

    def follow(self, source: str, time_ns: NDArray[np.int64], message: NDArray[np.int64]) -> None:
        """(n,) each. One time counts for each message: a buffered upload may bring a thousand of one device."""
        first = np.flatnonzero(np.diff(message, prepend=-1))[-NEWEST:]
        self.times[source] = np.concatenate([self.times.get(source, _NONE), time_ns[first]])[-NEWEST:]

    def reached(self) -> int | None:
        """The time, ns UTC, that half of the newest readings of each have passed; None where some has too few."""
        if not self.times or min(map(len, self.times.values())) < FEWEST:
            return None
        return min(int(np.partition(times, len(times) // 2)[len(times) // 2]) for times in self.times.values())

"""What a device's own counter tells: how much it published, what never came, and when it began again.

A run of numbers begins with the first that is heard. A number above the highest moves the run on, and those it leaps
over are missing until they come late. A number that falls far, or to 0 or 1, with no older time is the counter
beginning again; with an older time it is a late reading, whatever its number. Past 2^16 - 1 and 2^32 - 1 a counter
that falls to about 0 has wrapped.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ingest.readings import ReadingBatch
from processors.gaps import Gaps

NEAR = 64
"""A fall by no more than this is a late reading, as far as a time does not say otherwise."""
FAR = 1_000_000
"""A leap beyond this is no loss that anyone could have had: another run begins."""
_NONE = -1
_NEVER = np.iinfo(np.int64).min
_FEW = 12
"""So many are followed faster one by one than together."""
_WRAPS = (1 << 16, 1 << 32)


@dataclass(frozen=True, slots=True)
class Counted:
    """(n,) each, to be added up by device, which may stand there several times."""

    device: NDArray[np.int32]
    published: NDArray[np.int64]
    missing: NDArray[np.int64]
    """Less than 0 where a missing number came."""
    restarts: NDArray[np.int64]


class Sequences:
    """The counters of one source, by stream (topic); nothing is kept for streams that send no number."""

    def __init__(self) -> None:
        self.highest = np.zeros(0, np.int64)
        """By stream: the highest number of the run, -1 before the first."""
        self.latest_ns = np.zeros(0, np.int64)
        """By stream: the latest event time, none later than its receipt."""
        self.gaps = Gaps()

    def observe(self, batch: ReadingBatch) -> list[Counted]:
        """Follow the counters through readings that were decoded, whatever else became of them."""
        numbered = batch.sequence >= 0
        if not numbered.any():
            return []
        rows = np.flatnonzero(numbered)
        if len(rows) <= _FEW:
            return [self._follow_few(batch, rows)]
        rows = rows[np.argsort(batch.stream[rows], kind="stable")]
        stream, number = batch.stream[rows], batch.sequence[rows]
        # A clock that is ahead must not make all that follows look late.
        time_ns = np.minimum(batch.time_ns[rows], batch.received_ns)
        self._reserve(int(stream[-1]) + 1)
        starts = np.flatnonzero(np.diff(stream, prepend=-1))
        before, before_ns = np.roll(number, 1), np.roll(time_ns, 1)
        before[starts], before_ns[starts] = self.highest[stream[starts]], self.latest_ns[stream[starts]]
        step = np.where(before == _NONE, 1, number - before)
        plain = (step >= 0) & (step <= FAR) & (time_ns >= before_ns)
        if plain.all():
            return [self._move_on(batch.device[rows], stream, number, time_ns, step)]
        steady = np.repeat(np.logical_and.reduceat(plain, starts), np.diff(starts, append=len(rows)))
        moved = self._move_on(*(column[steady] for column in (batch.device[rows], stream, number, time_ns, step)))
        return [
            moved,
            self._follow_each(*(column[~steady] for column in (batch.device[rows], stream, number, time_ns))),
        ]

    def _follow_few(self, batch: ReadingBatch, rows: NDArray[np.int64]) -> Counted:
        stream = batch.stream[rows]
        self._reserve(int(stream.max()) + 1)
        time_ns = np.minimum(batch.time_ns[rows], batch.received_ns)
        return self._follow_each(batch.device[rows], stream, batch.sequence[rows], time_ns)

    def _move_on(
        self,
        device: NDArray[np.int32],
        stream: NDArray[np.int32],
        number: NDArray[np.int64],
        time_ns: NDArray[np.int64],
        step: NDArray[np.int64],
    ) -> Counted:
        """Streams, in order, whose numbers and times never fall."""
        for row in np.flatnonzero(step > 1).tolist():
            end = int(number[row])
            self.gaps.open(int(stream[row]), end - int(step[row]) + 1, end)
        # The last of equal indices is the one that stays.
        self.highest[stream], self.latest_ns[stream] = number, time_ns
        return Counted(device, step, np.maximum(step - 1, 0), np.zeros(len(step), np.int64))

    def _follow_each(
        self,
        device: NDArray[np.int32],
        stream: NDArray[np.int32],
        number: NDArray[np.int64],
        time_ns: NDArray[np.int64],
    ) -> Counted:
        """One reading after the other: streams in which something fell, which is rare, and batches that are small."""
        readings = zip(stream.tolist(), number.tolist(), time_ns.tolist(), strict=True)
        counts = np.array([self._follow(*reading) for reading in readings], np.int64).reshape(-1, 3)
        return Counted(device, counts[:, 0], counts[:, 1], counts[:, 2])

    def _follow(self, stream: int, number: int, time_ns: int) -> tuple[int, int, int]:
        """(published, missing, restarts)."""
        highest, latest_ns = int(self.highest[stream]), int(self.latest_ns[stream])
        self.latest_ns[stream] = max(latest_ns, time_ns)
        step = number - highest
        if highest == _NONE:
            self.highest[stream] = number
            return 1, 0, 0
        if 0 <= step <= (NEAR if time_ns < latest_ns else FAR):
            self.highest[stream] = number
            if step > 1:
                self.gaps.open(stream, highest + 1, number)
            return step, max(step - 1, 0), 0
        if time_ns < latest_ns:
            return 0, -self.gaps.fill(stream, number), 0
        wrap = next((wrap for wrap in _WRAPS if 0 < number + wrap - highest <= NEAR and highest < wrap), None)
        if wrap is not None:
            self.highest[stream] = number
            return self._wrap(stream, highest, wrap, number)
        if step > FAR or step < -NEAR or (number <= 1 and time_ns > latest_ns):
            self.highest[stream] = number
            self.gaps.turn(stream)
            return 1, 0, 1
        return 0, -self.gaps.fill(stream, number), 0

    def _wrap(self, stream: int, highest: int, wrap: int, number: int) -> tuple[int, int, int]:
        if highest + 1 < wrap:
            self.gaps.open(stream, highest + 1, wrap)
        self.gaps.turn(stream)
        if number:
            self.gaps.open(stream, 0, number)
        published = number + wrap - highest
        return published, published - 1, 0

    def _reserve(self, streams: int) -> None:
        missing = streams - len(self.highest)
        if missing > 0:
            more = max(missing, len(self.highest) // 2, 1024)
            self.highest = np.concatenate([self.highest, np.full(more, _NONE)])
            self.latest_ns = np.concatenate([self.latest_ns, np.full(more, _NEVER)])

"""What is usual of many series at each hour of the week: a running median and a running MAD, in few bytes.

Three levels are kept side by side: 168 hours of the week, 24 hours of the day, and all times. Each holds a centre, a
spread and a count, nine bytes a series. A value moves the centre of its hour by a step that depends on its side only,
not on its distance (Robbins and Monro 1951, for the median), so an outlier weighs no more than any other value; the
spread follows the median of the distances in the same way, on a logarithmic scale.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from config.civil_time import DAY_NS, HOUR_NS
from processors.checkpoints.arrays import Pack, Packed, Unpack
from processors.checkpoints.pieces import LARGE
from processors.stamps import next_stamp

Single = NDArray[np.float32]
Places = NDArray[np.int64]

ALL, OF_DAY, OF_WEEK = 0, 1, 25
SLOTS = OF_WEEK + 168
BYTES = 9 * SLOTS
"""Of one series, once a week has passed."""
MAD_OF_NORMAL = 1.4826
"""Standard deviation / MAD of a normal distribution."""
_EARLY = 8
"""Values from which the centre and the spread are plain means."""
_MEMORY = (250.0, 64.0, 64.0)
"""Values that each level remembers: later ones weigh as one of so many."""
_CENTRE_STEP = np.float32(1.2533 * MAD_OF_NORMAL)
"""1 / (2 f) at the median of a normal density f, in MAD: the step with which the median is found soonest."""
_SPREAD_STEP = np.float32(1.166)
"""The same for the logarithm of the median distance."""
_MAD_OF_MEAN = np.float32(0.8453)
"""MAD / mean distance of a normal distribution."""
_BOUND = np.float32(9.0)
_TAMED = 3
"""Values of an hour after which the next early one may be no further off than nine of its own spreads."""
_SURE = 32
"""Values at all times after which an early value of an hour may be no further off than nine spreads."""


def slots_of(civil_ns: int) -> tuple[int, int, int]:
    """All times, the hour of the day and the hour of the week that begins on Monday, of ns on the local clock."""
    hour = civil_ns % DAY_NS // HOUR_NS
    weekday = (civil_ns // DAY_NS + 3) % 7  # 1970-01-01 was a Thursday
    return ALL, OF_DAY + hour, OF_WEEK + 24 * weekday + hour


class Seasons:
    """Of one quantity, for `places` devices."""

    def __init__(self) -> None:
        self.centre = np.zeros((SLOTS, 0), np.float32)
        self.spread = np.zeros((SLOTS, 0), np.float32)
        self.seen = np.zeros((SLOTS, 0), np.uint8)
        """How many values each was learned from, as far as one byte counts."""
        self._stamps: dict[int, int] = {}
        """Slot that holds anything -> a number that changes with it."""

    @property
    def places(self) -> int:
        return self.seen.shape[1]

    @property
    def nbytes(self) -> int:
        return len(self._stamps) * self.places * 9

    def reserve(self, places: int) -> None:
        if places > self.places:
            self.centre, self.spread, self.seen = (
                self._grown(array, places) for array in (self.centre, self.spread, self.seen)
            )
            self._stamps = {slot: next_stamp() for slot in self._stamps}

    def _grown(self, array: NDArray[Any], places: int) -> NDArray[Any]:
        # Slots that hold nothing are not touched: the system gives them no memory before their hour comes.
        grown = np.zeros((SLOTS, places), array.dtype)
        for slot in self._stamps:
            grown[slot, : array.shape[1]] = array[slot]
        return grown

    def usual(self, slots: tuple[int, int, int], needed: tuple[int, int, int], place: Places) -> tuple[Single, Single]:
        """(n,) centre and spread of the finest level that is known well enough, NaN where none is."""
        centre = np.full(len(place), np.nan, np.float32)
        spread = centre.copy()
        for slot, need in zip(slots, needed, strict=True):
            if slot in self._stamps:
                known = self.seen[slot, place] >= need
                centre = np.where(known, self.centre[slot, place], centre)
                spread = np.where(known, self.spread[slot, place], spread)
        return centre, spread

    def learn(self, slots: tuple[int, int, int], place: Places, value: Single) -> None:
        """(n,) values that came at this hour, all of them finite."""
        bound = np.where(self.seen[ALL, place] >= _SURE, _BOUND * self.spread[ALL, place], np.float32(np.inf))
        bound[bound == 0] = np.inf
        for slot, memory in zip(slots, _MEMORY, strict=True):
            self._learn(slot, place, value, bound, memory)
            self._stamps[slot] = next_stamp()

    def _learn(self, slot: int, place: Places, value: Single, bound: Single, memory: float) -> None:
        centre, spread, seen = self.centre[slot, place], self.spread[slot, place], self.seen[slot, place]
        number = seen.astype(np.float32) + 1
        off = np.where(seen == 0, np.float32(0), value - centre)
        early = seen < _EARLY
        tame = np.where(early & (seen >= _TAMED) & (spread > 0), np.minimum(bound, _BOUND * spread), bound)
        distance = np.minimum(np.abs(off), tame)
        gain = np.maximum(1 / number, np.float32(1 / memory))
        step = np.where(early, distance * gain, np.minimum(np.abs(off), _CENTRE_STEP * spread * gain))
        self.centre[slot, place] = np.where(seen == 0, value, centre + np.sign(off) * step)
        # The centre was learned from the values before, so it is off itself: n values lie sqrt(n / (n - 1)) closer.
        fair = _MAD_OF_MEAN * distance * np.sqrt((number - 1) / number)
        first = spread + (fair - spread) / np.maximum(number - 1, 1)
        followed = spread * np.exp(_SPREAD_STEP * gain * np.sign(distance - spread))
        self.spread[slot, place] = np.where(early, first, np.where(spread == 0, gain * distance, followed))
        self.seen[slot, place] = np.minimum(seen, 254) + 1

    def describe(self, pack: Pack) -> list[Any]:
        """Hours that follow each other make one piece of a checkpoint: as many as it takes to be worth a file."""
        parts = []
        for slots in self._pieces():
            stamps = "-".join(str(self._stamps[slot]) for slot in slots)
            together = np.concatenate([self._row(slot) for slot in slots])
            parts.append([slots, pack(together, f"seasons {stamps}")])
        return [self.places, parts]

    def _pieces(self) -> Iterator[list[int]]:
        in_piece = max(1, -(-LARGE // max(9 * self.places, 1)))
        held = sorted(self._stamps)
        of_piece: dict[int, list[int]] = {}
        for slot in held:
            of_piece.setdefault(slot // in_piece, []).append(slot)
        yield from of_piece.values()

    def _row(self, slot: int) -> NDArray[np.uint8]:
        return np.concatenate([array[slot].view(np.uint8) for array in (self.centre, self.spread, self.seen)])

    @classmethod
    def restore(cls, saved: list[Any], unpack: Unpack) -> "Seasons":
        seasons = cls()
        places, parts = saved
        seasons.reserve(places)
        for slots, packed in parts:
            seasons._restore_rows(slots, packed, unpack)
        return seasons

    def _restore_rows(self, slots: list[int], packed: Packed, unpack: Unpack) -> None:
        rows = unpack(packed).reshape(len(slots), 9 * self.places)
        for slot, row in zip(slots, rows, strict=True):
            centre, spread, seen = np.split(row, [4 * self.places, 8 * self.places])
            self.centre[slot], self.spread[slot] = centre.view(np.float32), spread.view(np.float32)
            self.seen[slot] = seen
            self._stamps[slot] = next_stamp()

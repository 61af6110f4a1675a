"""Sparse histograms: only the bins that were hit, as sorted keys with counts, so that idle series cost nothing."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from processors.grouping import sorted_stably


@dataclass(frozen=True, slots=True)
class Bins:
    """`count` bins of equal width over [low, high]."""

    low: float
    high: float
    count: int

    @property
    def width(self) -> float:
        return (self.high - self.low) / self.count

    def of(self, values: NDArray[np.float64]) -> NDArray[np.int64]:
        """(n,) bin of each value; values outside fall into the outermost bins."""
        bins = ((values - self.low) / self.width).astype(np.int64)
        return np.clip(bins, 0, self.count - 1)


@dataclass(slots=True)
class Histogram:
    """Counts by key = slot * bins.count + bin; keys ascend and stand once."""

    bins: Bins
    keys: NDArray[np.int64]
    counts: NDArray[np.int64]

    @classmethod
    def of(cls, bins: Bins, slot: NDArray[np.int64], values: NDArray[np.float64]) -> "Histogram":
        keys = slot * bins.count + bins.of(values)
        keys = keys[sorted_stably(keys, int(keys.max(initial=0)) + 1)]
        first = _firsts(keys)
        return cls(bins, keys[first], np.diff(first, append=len(keys)))

    def merge(self, others: Sequence["Histogram"]) -> "Histogram":
        parts = [self, *others]
        keys = np.concatenate([part.keys for part in parts])
        counts = np.concatenate([part.counts for part in parts])
        order = np.argsort(keys, kind="stable")  # which is quick for runs that ascend
        keys = keys[order]
        first = _firsts(keys)
        return Histogram(self.bins, keys[first], np.add.reduceat(counts[order], first) if len(first) else counts)

    def part(self, start: int, end: int) -> "Histogram":
        """The slots from start to end, numbered from 0."""
        low, high = np.searchsorted(self.keys, [start * self.bins.count, end * self.bins.count])
        return Histogram(self.bins, self.keys[low:high] - start * self.bins.count, self.counts[low:high])

    def moved(self, slots: NDArray[np.int64]) -> "Histogram":
        """The same counts under other slots: slot i becomes slots[i]; those that become negative are left out."""
        slot = slots[self.keys // self.bins.count]
        kept = slot >= 0
        keys = slot[kept] * self.bins.count + self.keys[kept] % self.bins.count
        order = np.argsort(keys, kind="stable")
        return Histogram(self.bins, keys[order], self.counts[kept][order])

    def percentiles(self, slots: int, percentiles: Sequence[float]) -> NDArray[np.float64]:
        """(p, slots) percentiles by linear interpolation inside the bin, NaN for an empty slot.

        The error is at most one bin's width.
        """
        bins = self.bins
        found = np.full((len(percentiles), slots), np.nan)
        if not len(self.keys):
            return found
        slot = self.keys // bins.count
        total = np.zeros(slots, np.int64)
        np.add.at(total, slot, self.counts)
        running = np.cumsum(self.counts)
        before_slot = np.concatenate([[0], np.cumsum(total)])[:-1]
        filled = np.flatnonzero(total)
        for row, percentile in enumerate(percentiles):
            rank = before_slot[filled] + total[filled] * (percentile / 100.0)
            hit = np.minimum(np.searchsorted(running, rank, side="left"), len(running) - 1)
            inside = (rank - (running[hit] - self.counts[hit])) / self.counts[hit]
            low = bins.low + (self.keys[hit] % bins.count) * bins.width
            found[row, filled] = low + inside * bins.width
        return found


def _firsts(keys: NDArray[np.int64]) -> NDArray[np.intp]:
    """Positions in ascending keys at which another one begins."""
    return np.flatnonzero(np.append(len(keys) > 0, keys[1:] != keys[:-1]))

"""Sparse histograms: only the bins that were hit, as sorted keys with counts, so that idle series cost nothing."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


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
        keys, counts = np.unique(slot * bins.count + bins.of(values), return_counts=True)
        return cls(bins, keys, counts.astype(np.int64))

    def merge(self, other: "Histogram") -> "Histogram":
        if not len(self.keys):
            return other
        keys, position = np.unique(np.concatenate([self.keys, other.keys]), return_inverse=True)
        counts = np.zeros(len(keys), np.int64)
        np.add.at(counts, position, np.concatenate([self.counts, other.counts]))
        return Histogram(self.bins, keys, counts)

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

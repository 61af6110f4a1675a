"""A pane: what the readings of one kind of device in one stretch of time amount to, one slot for each device."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from processors import moments, runs
from processors.grouping import group_by
from processors.histogram import Histogram
from processors.moments import Numbers, Times
from processors.runs import Sums
from processors.stamps import next_stamp
from processors.tracked import TrackedColumns

_GROWTH = 2
_AT_ONCE = 4096
"""Devices merged together: few enough that what is computed of them stays in the processor's cache."""
_WHOLE = 32_768
"""Up to so many groups are reduced without their readings being put in order."""


@dataclass(slots=True)
class Block:
    """Statistics of some devices, each once; the unit in which panes take in and hand on."""

    device: NDArray[np.int32]
    """(k,) rows of the `DeviceTable`, each once."""
    numbers: Numbers
    times: Times
    sums: Sums
    readings: NDArray[np.int64]
    """(k,) readings, whatever quantities they carried."""
    histograms: dict[int, Histogram]
    """Column -> counts by position in `device`."""

    def part(self, start: int, end: int) -> "Block":
        """The devices from start to end, as views."""
        return Block(
            self.device[start:end],
            self.numbers[..., start:end],
            self.times[..., start:end],
            self.sums[:, start:end],
            self.readings[start:end],
            {column: histogram.part(start, end) for column, histogram in self.histograms.items()},
        )

    def copy(self) -> "Block":
        return Block(
            self.device.copy(),
            self.numbers.copy(),
            self.times.copy(),
            self.sums.copy(),
            self.readings.copy(),
            dict(self.histograms),
        )

    def at(self, chosen: NDArray[np.int64]) -> "Block":
        """The devices at these positions, ascending: views where they stand in a row."""
        rows = _as_slice(chosen)
        return self.part(rows.start, rows.stop) if isinstance(rows, slice) else self.take(chosen)

    def take(self, chosen: NDArray[np.int64]) -> "Block":
        """The devices at these positions, in this order, each once."""
        position = np.full(len(self.device), -1, np.int64)
        position[chosen] = np.arange(len(chosen))
        return Block(
            self.device[chosen],
            np.take(self.numbers, chosen, axis=2),
            np.take(self.times, chosen, axis=2),
            self.sums[:, chosen],
            self.readings[chosen],
            {column: histogram.moved(position) for column, histogram in self.histograms.items()},
        )


def blocks_of(
    tracked: TrackedColumns,
    pane: NDArray[np.int64],
    device: NDArray[np.int32],
    values: NDArray[np.float64],
    time_ns: NDArray[np.int64],
) -> Iterator[tuple[int, Block]]:
    """(pane, statistics of some of its devices), ascending by both; readings in any order. values: (c, n)."""
    groups = group_by(pane, device)
    if len(groups) <= _WHOLE:
        yield from _by_pane(groups.pane, _block_of(tracked, groups.device, values, time_ns, groups.of))
        return
    for part, at in groups.parts(_AT_ONCE):
        own, part_values = groups.of[at] - part.start, np.take(values, at, axis=1)
        yield from _by_pane(groups.pane[part], _block_of(tracked, groups.device[part], part_values, time_ns[at], own))


def _by_pane(pane: NDArray[np.int64], block: Block) -> Iterator[tuple[int, Block]]:
    """pane: (k,) of each device in the block, ascending."""
    edges = [0, *(np.flatnonzero(np.diff(pane)) + 1).tolist(), len(pane)]
    for start, end in pairwise(edges):
        yield int(pane[start]), block if len(edges) == 2 else block.part(start, end)


def _block_of(
    tracked: TrackedColumns,
    device: NDArray[np.int32],
    values: NDArray[np.float64],
    time_ns: NDArray[np.int64],
    group: NDArray[np.intp],
) -> Block:
    """The readings of `group` (n,), one of `device` (k,) each."""
    numbers, times = moments.of_groups(values, time_ns, group, len(device))
    histograms = {}
    for column, bins in tracked.bins.items():
        present = np.flatnonzero(~np.isnan(values[column]))
        histograms[column] = Histogram.of(bins, group[present], values[column, present])
    return Block(
        device,
        numbers,
        times,
        runs.of_groups(tracked.runs, values, time_ns, group, len(device)),
        np.bincount(group, minlength=len(device)),
        histograms,
    )


class Pane:
    """Grows by blocks. Slots are given in order of arrival and never move."""

    def __init__(self, tracked: TrackedColumns, expected: int = 0) -> None:
        """`expected` devices get room as soon as there are more than one block brings."""
        self._tracked = tracked
        self._expected = expected
        self.size = 0
        self._block = _empty_block(tracked, 0)
        self._slot_of_device: NDArray[np.int32] | None = None
        self._later: dict[int, list[Histogram]] = {}
        """Column -> counts that are not yet among those of the block."""
        self.stamp = next_stamp()
        """Of the content; another one after each change."""

    def merge(self, block: Block, *, keep: bool = False) -> NDArray[np.int64]:
        """Take a block in; returns the slots that it touched. keep: nobody else uses the block's arrays."""
        self.stamp = next_stamp()
        if not self.size and self._expected <= len(block.device):
            return self._adopt(block if keep else block.copy())
        self._widen()
        slots = self._slots(block.device)
        known = np.flatnonzero(slots < self.size)
        bare = replace(block, histograms={})
        if len(known) < len(slots):
            self._append(bare, np.flatnonzero(slots >= self.size))
        for start in range(0, len(known), _AT_ONCE):
            at = known[start : start + _AT_ONCE]
            self._combine(bare.at(at), slots[at])
        for column, histogram in block.histograms.items():
            self._count(column, histogram.moved(slots))
        return slots

    def block(self) -> Block:
        """All of it. The arrays are views: merge them elsewhere or read them, do not keep them."""
        self._widen()
        self._merge_counts()
        held = self._block
        end = self.size
        return Block(
            held.device[:end],
            held.numbers[..., :end],
            held.times[..., :end],
            held.sums[:, :end],
            held.readings[:end],
            held.histograms,
        )

    @property
    def devices(self) -> NDArray[np.int32]:
        """(slots,) as a view."""
        return self._block.device[: self.size]

    def slots_of(self, device: NDArray[np.int32]) -> NDArray[np.int64]:
        """(k,) the slot of each device, -1 where the pane has none."""
        return self._slot_index(device)[device].astype(np.int64)

    def take(self, device: NDArray[np.int32]) -> Block:
        """The pane's part for these devices, in this order; neutral values for a device it does not hold."""
        self._widen()
        taken = _empty_block(self._tracked, len(device))
        taken.device[:] = device
        slots = self.slots_of(device)
        at = np.flatnonzero(slots >= 0)
        held, slots = self._block, slots[at]
        taken.numbers[:, :, at] = held.numbers[:, :, slots]
        taken.times[:, :, at] = held.times[:, :, slots]
        taken.sums[:, at] = held.sums[:, slots]
        taken.readings[at] = held.readings[slots]
        return taken

    def settle(self) -> None:
        """Give back what only growing needs: the pane will be read more than written from now on."""
        self.forget_index()
        if len(self._block.device) > self.size:
            self._block = self.block().copy()

    def forget_index(self) -> None:
        self._slot_of_device = None

    @property
    def nbytes(self) -> int:
        """What the content takes: the same after it was saved and restored, so that both let go of the same windows."""
        self._merge_counts()
        slot = (7 + 2) * 8 * len(self._tracked) + 8 * len(self._tracked.runs) + 8 + 4
        histograms = self._block.histograms.values()
        return self.size * slot + sum(held.keys.nbytes + held.counts.nbytes for held in histograms)

    @classmethod
    def restore(cls, tracked: TrackedColumns, block: Block) -> "Pane":
        pane = cls(tracked)
        pane._block = block
        pane.size = len(block.device)
        return pane

    def _count(self, column: int, histogram: Histogram) -> None:
        """Counts gather beside those held until they are as many: merging costs as much as all of them."""
        held = self._block.histograms.get(column)
        if held is None:
            self._block.histograms[column] = histogram
            return
        later = self._later.setdefault(column, [])
        later.append(histogram)
        if sum(len(each.keys) for each in later) >= len(held.keys):
            self._merge_counts()

    def _merge_counts(self) -> None:
        for column, later in self._later.items():
            self._block.histograms[column] = self._block.histograms[column].merge(later)
        self._later = {}

    def _adopt(self, block: Block) -> NDArray[np.int64]:
        self._block = block
        self._slot_of_device = None
        self.size = len(block.device)
        return np.arange(self.size)

    def _slots(self, device: NDArray[np.int32]) -> NDArray[np.int64]:
        """(k,) the slot of each device; new devices get the next free ones, in the order given."""
        index = self._slot_index(device)
        slots = self.slots_of(device)
        new = slots < 0
        slots[new] = self.size + np.arange(np.count_nonzero(new))
        index[device[new]] = slots[new]
        return slots

    def _slot_index(self, device: NDArray[np.int32]) -> NDArray[np.int32]:
        """By device, at least as long as these need: its slot, -1 where it has none."""
        index = self._slot_of_device
        highest = int(device.max(initial=-1))
        if index is None or highest >= len(index):
            known = self._block.device[: self.size]
            index = np.full(max(highest, int(known.max(initial=-1))) * 5 // 4 + 64, -1, np.int32)
            index[known] = np.arange(self.size, dtype=np.int32)
            self._slot_of_device = index
        return index

    def _combine(self, block: Block, slots: NDArray[np.int64]) -> None:
        held, at = self._block, _as_slice(slots)
        if isinstance(at, slice):
            self._merge_into(held.numbers[..., at], held.times[..., at], held.sums[:, at], block)
        else:
            numbers, times = np.take(held.numbers, at, axis=2), np.take(held.times, at, axis=2)
            sums = held.sums[:, at]
            self._merge_into(numbers, times, sums, block)
            _scatter(held.numbers, at, numbers)
            _scatter(held.times, at, times)
            held.sums[:, at] = sums
        held.readings[at] += block.readings

    def _merge_into(self, numbers: Numbers, times: Times, sums: Sums, block: Block) -> None:
        if len(sums):
            sums[:] = runs.merge(self._tracked.runs, numbers, times, sums, block.numbers, block.times, block.sums)
        moments.merge(numbers, times, block.numbers, block.times)

    def _append(self, block: Block, new: NDArray[np.int64]) -> None:
        block = block.at(new)
        end = self.size + len(new)
        self._reserve(end)
        held, at = self._block, slice(self.size, end)
        held.device[at] = block.device
        held.numbers[:, :, at] = block.numbers
        held.times[:, :, at] = block.times
        held.sums[:, at] = block.sums
        held.readings[at] = block.readings
        self.size = end

    def _reserve(self, size: int) -> None:
        capacity = len(self._block.device)
        if size <= capacity:
            return
        grown = _unfilled_block(self._tracked, max(size, int(capacity * _GROWTH), self._expected))
        held = self.block()
        grown.device[: self.size] = held.device
        grown.numbers[..., : self.size] = held.numbers
        grown.times[..., : self.size] = held.times
        grown.sums[:, : self.size] = held.sums
        grown.readings[: self.size] = held.readings
        grown.histograms = held.histograms
        self._block = grown

    def _widen(self) -> None:
        """Columns tracked since the pane was made are empty in it."""
        held = self._block
        missing = len(self._tracked) - held.numbers.shape[1]
        if missing:
            numbers, times = moments.empty(missing, len(held.device))
            held.numbers = np.concatenate([held.numbers, numbers], axis=1)
            held.times = np.concatenate([held.times, times], axis=1)
        missing_sums = len(self._tracked.runs) - len(held.sums)
        if missing_sums:
            held.sums = np.concatenate([held.sums, np.zeros((missing_sums, len(held.device)))])


def _scatter(statistics: NDArray[Any], slots: NDArray[np.int64], values: NDArray[Any]) -> None:
    """Row by row: numpy assigns to chosen places of one axis several times as fast as to those of three."""
    for rows, new_rows in zip(statistics, values, strict=True):
        for row, new in zip(rows, new_rows, strict=True):
            row[slots] = new


def _as_slice(slots: NDArray[np.int64]) -> slice | NDArray[np.int64]:
    """Slots in a row are read and written without being gathered; devices often report in the order they came in."""
    first, last = int(slots[0]), int(slots[-1])
    in_a_row = last - first + 1 == len(slots) and bool((np.diff(slots) == 1).all())
    return slice(first, last + 1) if in_a_row else slots


def _unfilled_block(tracked: TrackedColumns, size: int) -> Block:
    """Room whose content does not matter: what lies beyond a pane's size is never read."""
    return Block(
        np.empty(size, np.int32),
        np.empty((7, len(tracked), size)),
        np.empty((2, len(tracked), size), np.int64),
        np.empty((len(tracked.runs), size)),
        np.empty(size, np.int64),
        {},
    )


def _empty_block(tracked: TrackedColumns, size: int) -> Block:
    numbers, times = moments.empty(len(tracked), size)
    sums = np.zeros((len(tracked.runs), size))
    return Block(np.zeros(size, np.int32), numbers, times, sums, np.zeros(size, np.int64), {})

"""What each device said last before a window: where a counter steps from, and the state in which the window begins.

Late readings may change it for windows that were written long ago, so it is kept beside each window.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from processors.moments import COUNT, LAST_NS
from processors.open_window import OpenWindow
from processors.pane import Block, Pane
from processors.tracked import TrackedColumns
from processors.window_plan import Shape

WindowsByStart = Mapping[tuple[int, int], OpenWindow]
"""(shape, start) -> window."""


class Entries:
    """Of one kind of device; nothing is done where no quantity is a counter or a state."""

    def __init__(self, tracked: TrackedColumns, shapes: Sequence[Shape], windows: WindowsByStart) -> None:
        self._tracked = tracked
        self._shapes = shapes
        self._windows = windows
        self.last = Pane(tracked)
        """Everything that ended panes held; only its last readings are used."""

    def note(self, window: OpenWindow, block: Block, start_ns: int) -> None:
        """Before a block goes into a window: remember what the devices that are new in it said last before."""
        if window.entry is None:
            window.entry = Pane(self._tracked)
        new = block.device[window.pane.slots_of(block.device) < 0]
        spoken_since = ~self._merge_earlier(window.entry, self.last, new, start_ns)
        if spoken_since.any():
            self._search(window.entry, new[spoken_since], start_ns)

    def carry(self, window: OpenWindow, part: OpenWindow, start_ns: int) -> None:
        """Before a shorter window goes into one of which it is a part: what came before the part came before the whole.

        That holds for the devices that are new in it.
        """
        if window.entry is None:
            window.entry = Pane(self._tracked)
        new = part.pane.devices[window.pane.slots_of(part.pane.devices) < 0]
        if part.entry is not None:
            self._merge_earlier(window.entry, part.entry, new, start_ns)

    def learn(self, block: Block) -> None:
        """After a pane has ended, or late readings of an ended one have gone into its windows."""
        self.last.merge(replace(block, histograms={}))

    def correct(self, pane_start_ns: int, block: Block, until_ns: int) -> None:
        """Late readings may be the last ones before windows that began after them, and before `until_ns`."""
        sources = self._sources()
        later = self.last.take(block.device).times[LAST_NS, sources] > block.times[LAST_NS, sources]
        awaited = np.flatnonzero(later.any(axis=0))
        if not len(awaited):
            return
        spoken = replace(block, histograms={}).at(awaited)
        for number in range(len(self._shapes)):
            later_ns = [start_ns for shape, start_ns in self._windows if shape == number and start_ns > pane_start_ns]
            self._correct_onward(number, sorted(start_ns for start_ns in later_ns if start_ns < until_ns), spoken)

    def _correct_onward(self, shape: int, starts_ns: Sequence[int], spoken: Block) -> None:
        """In windows that follow each other, until each device's entry is one that it said later."""
        sources = self._sources()
        for start_ns in starts_ns:
            window = self._windows[shape, start_ns]
            if window.entry is None:
                continue
            slots = window.pane.slots_of(spoken.device)
            known = window.entry.take(spoken.device)
            newer: NDArray[np.bool_] = np.logical_or.reduce(
                spoken.times[LAST_NS, sources] > known.times[LAST_NS, sources]
            )
            corrected = np.flatnonzero(newer & (slots >= 0))
            if len(corrected):
                window.entry.merge(spoken.at(corrected))
                window.touch(slots[corrected])
            if window.closed:
                window.settle()
            rest = np.flatnonzero(newer | (slots < 0))
            if not len(rest):
                return
            if len(rest) < len(newer):
                spoken = spoken.at(rest)

    def _search(self, entry: Pane, device: NDArray[np.int32], start_ns: int) -> None:
        """Look through the windows that ended before, newest first, then through what stood before any window.

        What only a window held that is gone is not found; then nothing is carried in.
        """
        for window in self._ended_before(start_ns):
            if not len(device):
                return
            held = window.pane.take(device)
            if held.readings.any():
                self._merge_earlier(entry, window.pane, device, start_ns)
                device = device[~(held.numbers[COUNT, self._sources()] > 0).all(axis=0)]
            if window.closed:
                window.settle()
        for window in self._windows.values():
            if window.entry is not None and window.entry is not entry and len(device):
                self._merge_earlier(entry, window.entry, device, start_ns)

    def _ended_before(self, start_ns: int) -> Iterator[OpenWindow]:
        """Of the smallest windows first: the first that holds a device holds what it said last."""
        for shape in sorted(range(len(self._shapes)), key=lambda number: self._shapes[number].size_ns):
            end_of = self._shapes[shape].end_of
            begins = [begin for number, begin in self._windows if number == shape and end_of(begin) <= start_ns]
            for begin_ns in sorted(begins, reverse=True):
                yield self._windows[shape, begin_ns]

    def _merge_earlier(self, entry: Pane, pane: Pane, device: NDArray[np.int32], start_ns: int) -> NDArray[np.bool_]:
        """(k,) whether all that the pane holds of each device came before; that is merged."""
        held = pane.take(device)
        earlier: NDArray[np.bool_] = np.logical_and.reduce(held.times[LAST_NS, self._sources()] < start_ns)
        known = np.flatnonzero(earlier & (held.readings > 0))
        if len(known):
            entry.merge(held.take(known))
        return earlier

    def _sources(self) -> list[int]:
        return sorted({run.source for run in self._tracked.runs})

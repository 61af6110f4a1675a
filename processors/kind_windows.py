"""The windows of one kind of device: filled by readings, closed by the watermark, revised by late readings.

Readings wait in columns until there are many of them or a pane ends, then become blocks of statistics in the panes. A
pane that has ended is merged into every window that holds it; the window itself is the merge of its panes. A window of
the city's clock takes in shorter windows instead, each when it has ended (see `WindowPlan.feeders`).
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from processors.entries import Entries
from processors.grouping import pane_numbers
from processors.moments import LAST_NS
from processors.open_window import OpenWindow
from processors.pane import Block, Pane, blocks_of
from processors.tracked import TrackedColumns
from processors.window_batch import ClosedWindow, WindowBatch
from processors.window_fields import fields_of
from processors.window_plan import Shape, WindowPlan

FOLD_AT = 262_144
"""Readings that wait before they are folded into panes: large enough that sorting and merging cost little for each."""
CLOSED_AT_ONCE = 65_536
"""Rows of windows after which `advance` leaves the others for its next call: their copies would fill the memory."""
_NEVER = -(2**62)
_NO_SLOTS = np.zeros(0, np.int64)
_EVER = 2**62


Key = tuple[int, int]
"""(shape, start) of a window."""


@dataclass(slots=True)
class Waiting:
    device: NDArray[np.int32]
    time_ns: NDArray[np.int64]
    values: NDArray[np.float64]
    """(c, n) tracked columns known at the time."""


class KindWindows:
    def __init__(self, kind: str, tracked: TrackedColumns, plan: WindowPlan) -> None:
        self.kind = kind
        self.tracked = tracked
        self.plan = plan
        self.shapes = plan.shapes
        self._feeders = plan.feeders
        self.panes: dict[int, Pane] = {}
        """Start -> pane, not ended yet."""
        self.windows: dict[Key, OpenWindow] = {}
        """Those that hold at least one ended pane."""
        self.sealed_until_ns = _NEVER
        self.watching_from_ns = -_NEVER
        """Where the watermark stood first: what began before cannot be said to have been silent."""
        self.gone_until_ns = [_NEVER for _ in self.shapes]
        """For each shape: windows that end here or before are gone."""
        self.waiting: list[Waiting] = []
        self.waiting_size = 0
        self.earliest_waiting_ns = _EVER
        self._usual_size = 0
        """Devices in the pane that ended last: how much room the next one will need."""
        self.revised = False
        """Late readings went into windows since the last `advance`."""
        self.entries = Entries(tracked, self.shapes, self.windows)
        """Used only where there are counters or states."""

    def start_at(self, watermark_ns: int, lateness_ns: int) -> None:
        """Treat what ended before as ended here too; for windows without a reading."""
        self.sealed_until_ns = watermark_ns // self.plan.pane_ns * self.plan.pane_ns
        self.watching_from_ns = watermark_ns
        self.gone_until_ns = [self.sealed_until_ns - lateness_ns for _ in self.shapes]

    def is_late(self, time_ns: NDArray[np.int64]) -> NDArray[np.bool_]:
        """(n,) whether a window that holds the time has closed."""
        if not len(time_ns) or int(time_ns.min()) >= self.sealed_until_ns:
            return np.zeros(len(time_ns), np.bool_)
        ended = [shape.some_ended(time_ns, self.sealed_until_ns) for shape in self.shapes]
        late: NDArray[np.bool_] = np.logical_or.reduce(ended)
        return late

    def is_too_late(self, time_ns: NDArray[np.int64]) -> NDArray[np.bool_]:
        """(n,) whether every window that holds the time is gone."""
        if not len(time_ns) or int(time_ns.min()) >= min(self.gone_until_ns):
            return np.zeros(len(time_ns), np.bool_)
        gone = np.ones(len(time_ns), np.bool_)
        for shape, gone_until_ns in zip(self.shapes, self.gone_until_ns, strict=True):
            gone &= shape.all_ended(time_ns, gone_until_ns)
        return gone

    def add(
        self,
        device: NDArray[np.int32],
        time_ns: NDArray[np.int64],
        quantities: tuple[str, ...],
        values: NDArray[np.float64],
    ) -> None:
        """Take readings in; those that are too late must have been left out. values: (q, n)."""
        if not len(device):
            return
        self._wait(device, time_ns, self.tracked.matrix(quantities, values))
        if self.waiting_size >= FOLD_AT and not self.tracked.runs:
            self.fold(_EVER)

    def fold(self, until_ns: int) -> None:
        """Bring the waiting readings into panes; into the windows themselves where their pane has ended.

        Where steps between readings are summed, those from `until_ns` on wait longer: others may still come in between.
        """
        if not self.waiting:
            return
        (together,) = self.waiting_together()
        device, time_ns, values = together.device, together.time_ns, self._columns([together.values])
        self.waiting, self.waiting_size, self.earliest_waiting_ns = [], 0, _EVER
        if self.tracked.runs:
            early = time_ns >= until_ns
            self._wait(device[early], time_ns[early], values[:, early])
            device, time_ns, values = device[~early], time_ns[~early], values[:, ~early]
        if len(device):
            self._fold(device, time_ns, values)

    def waiting_together(self) -> list[Waiting]:
        """All that waits, as one part if any: how it came in no longer matters."""
        if len(self.waiting) < 2:
            return self.waiting
        device = np.concatenate([waiting.device for waiting in self.waiting])
        time_ns = np.concatenate([waiting.time_ns for waiting in self.waiting])
        return [Waiting(device, time_ns, self._columns([waiting.values for waiting in self.waiting]))]

    def _wait(self, device: NDArray[np.int32], time_ns: NDArray[np.int64], values: NDArray[np.float64]) -> None:
        if len(device):
            self.waiting.append(Waiting(device, time_ns, values))
            self.waiting_size += len(device)
            self.earliest_waiting_ns = min(self.earliest_waiting_ns, int(time_ns.min()))

    def _fold(self, device: NDArray[np.int32], time_ns: NDArray[np.int64], values: NDArray[np.float64]) -> None:
        pane = pane_numbers(time_ns, self.plan.pane_ns)
        for number, block in blocks_of(self.tracked, pane, device, values, time_ns):
            self._place(number * self.plan.pane_ns, block)

    def due(self, watermark_ns: int) -> bool:
        """Whether `advance` would do anything: a pane has ended, late readings came, or many wait."""
        sealed_until_ns = self._sealed_by(watermark_ns)
        return sealed_until_ns > self.sealed_until_ns or self.revised or self._ripe(sealed_until_ns)

    def closes(self, watermark_ns: int) -> bool:
        """Whether `advance` would close a window, or bring away many readings that wait; else it revises at most."""
        if self._sealed_by(watermark_ns) > self.sealed_until_ns or self.waiting_size >= FOLD_AT:
            return True
        return any(not window.closed and self._end(key) <= self.sealed_until_ns for key, window in self.windows.items())

    def advance(self, watermark_ns: int, lateness_ns: int) -> list[ClosedWindow]:
        """Close what the watermark has passed, revise what late readings changed, let go what is too old.

        Large windows are closed one by one: as long as `due` says so, some are left for the next call.
        """
        if not self.due(watermark_ns):
            return []
        sealed_until_ns = self._sealed_by(watermark_ns)
        if self._ripe(sealed_until_ns):
            self.fold(max(watermark_ns, sealed_until_ns))
        for start in sorted(start for start in self.panes if start + self.plan.pane_ns <= sealed_until_ns):
            self._seal(start, self.panes.pop(start))
        self._feed(self.sealed_until_ns, sealed_until_ns)
        self.watching_from_ns = min(self.watching_from_ns, watermark_ns)
        silent = self._silent(self.sealed_until_ns, sealed_until_ns)
        self.sealed_until_ns = sealed_until_ns
        self.revised = False
        closed = list(self._close()) + silent
        self._let_go(self.sealed_until_ns - lateness_ns)
        return closed

    def _sealed_by(self, watermark_ns: int) -> int:
        return max(watermark_ns // self.plan.pane_ns * self.plan.pane_ns, self.sealed_until_ns)

    def _ripe(self, sealed_until_ns: int) -> bool:
        return self.earliest_waiting_ns < sealed_until_ns or self.waiting_size >= FOLD_AT

    def _silent(self, from_ns: int, until_ns: int) -> list[ClosedWindow]:
        """Windows that ended in (from_ns, until_ns] without a reading of any device: of each shape the last one."""
        silent = []
        for number, shape in enumerate(self.shapes):
            start = shape.newest_ended(until_ns)
            end = shape.end_of(start)
            ended_now = from_ns < end and start >= self.watching_from_ns
            # One that is gone although it has not ended began anew: what it held is not known, so it was not silent.
            if ended_now and end > self.gone_until_ns[number] and (number, start) not in self.windows:
                nothing = self._rows(
                    shape, start, OpenWindow(Pane(self.tracked)), Pane(self.tracked).block(), _NO_SLOTS
                )
                silent.append(ClosedWindow(nothing, nothing))
        return silent

    def last_end(self) -> int | None:
        """When the last window that holds a reading ends; None where all of them have closed."""
        times = [part.time_ns.max() for part in self.waiting] + [*self.panes]
        still_open = [key for key, window in self.windows.items() if not window.closed]
        open_ends = [self._end(key) for key in still_open]
        # What an open window holds has yet to come into those of the city's clock.
        for shape in self.plan.civil:
            open_ends += [shape.end_of(*shape.starts_of(start_ns)) for _, start_ns in still_open]
        newest = np.array(times, np.int64)
        ends = [int(end) for shape in self.shapes for end in shape.last_end(newest)]
        return max(ends + open_ends, default=None)

    def closed_nbytes(self) -> int:
        return sum(window.nbytes for window in self.windows.values() if window.closed)

    def oldest_closed(self) -> tuple[int, Key] | None:
        """(end, key) of the closed window that ended first."""
        return min(((self._end(key), key) for key, window in self.windows.items() if window.closed), default=None)

    def drop(self, key: Key) -> None:
        del self.windows[key]
        self.gone_until_ns[key[0]] = max(self.gone_until_ns[key[0]], self._end(key))

    def feed(self, key: Key) -> None:
        """Merge a window that takes in nothing more from below into the longer ones that are made of it."""
        self._feed_from(key, self.windows[key])

    def _end(self, key: Key) -> int:
        shape, start_ns = key
        return self.shapes[shape].end_of(start_ns)

    def _columns(self, parts: list[NDArray[np.float64]]) -> NDArray[np.float64]:
        """One (c, n) matrix; parts from before a column was tracked lack it."""
        columns = len(self.tracked)
        if any(len(part) < columns for part in parts):
            parts = [np.pad(part, ((0, columns - len(part)), (0, 0)), constant_values=np.nan) for part in parts]
        return parts[0] if len(parts) == 1 else np.concatenate(parts, axis=1)

    def _place(self, pane_start_ns: int, block: Block) -> None:
        if pane_start_ns + self.plan.pane_ns > self.sealed_until_ns:
            pane = self.panes.get(pane_start_ns)
            if pane is None:
                pane = self.panes[pane_start_ns] = Pane(self.tracked, self._usual_size)
            pane.merge(block, keep=True)
        else:
            self.revised = True
            self._hand_on(pane_start_ns, block)
            if self.tracked.runs:
                self.entries.correct(pane_start_ns, block, self.sealed_until_ns)
                self.entries.learn(block)

    def _seal(self, start_ns: int, pane: Pane) -> None:
        self._usual_size = pane.size
        block = pane.block()
        self._hand_on(start_ns, block, pane)
        if self.tracked.runs:
            self.entries.learn(block)

    def _hand_on(self, pane_start_ns: int, block: Block, pane: Pane | None = None) -> None:
        """Merge a pane, or late readings of an ended one, into every window that takes it and is not gone.

        A window of the pane's size takes the pane itself, where it is given.
        """
        for number, shape in enumerate(self.shapes):
            if self._comes_with_another(number, pane_start_ns):
                continue
            for start_ns in shape.starts_of(pane_start_ns):
                if shape.end_of(start_ns) <= self.gone_until_ns[number]:
                    continue
                window = self._window((number, start_ns))
                if self.tracked.runs:
                    self.entries.note(window, block, start_ns)
                if pane is not None and shape.size_ns == self.plan.pane_ns and not window.pane.size:
                    window.pane, pane = pane, None
                    window.touch(np.arange(window.pane.size))
                else:
                    window.touch(window.pane.merge(block))

    def _comes_with_another(self, number: int, pane_start_ns: int) -> bool:
        """Whether a shorter window brings the pane into the one of this shape when it ends: it is still open."""
        feeder = self._feeders[number]
        while feeder is not None:
            shape = self.shapes[feeder]
            (start_ns,) = shape.starts_of(pane_start_ns)
            if shape.end_of(start_ns) > max(self.sealed_until_ns, self.gone_until_ns[feeder]):
                return True
            feeder = self._feeders[feeder]
        return False

    def _feed(self, from_ns: int, until_ns: int) -> None:
        """Merge windows that ended in (from_ns, until_ns] into those that are made of them, the shortest first."""
        for number in sorted({feeder for feeder in self._feeders if feeder is not None}):
            ended = [key for key in self.windows if key[0] == number and from_ns < self._end(key) <= until_ns]
            for key in sorted(ended):
                self.feed(key)

    def _feed_from(self, key: Key, window: OpenWindow) -> None:
        number, start_ns = key
        for longer in [longer for longer, feeder in enumerate(self._feeders) if feeder == number]:
            (longer_start_ns,) = self.shapes[longer].starts_of(start_ns)
            if self._end((longer, longer_start_ns)) <= self.gone_until_ns[longer]:
                # It holds nothing, but those that are made of it may.
                self._feed_from((longer, longer_start_ns), window)
                continue
            target = self._window((longer, longer_start_ns))
            if self.tracked.runs:
                self.entries.carry(target, window, longer_start_ns)
            target.touch(target.pane.merge(window.pane.block()))

    def _window(self, key: Key) -> OpenWindow:
        window = self.windows.get(key)
        if window is None:
            window = self.windows[key] = OpenWindow(Pane(self.tracked))
        return window

    def _close(self) -> Iterator[ClosedWindow]:
        due = [
            (end, *key)
            for key, window in self.windows.items()
            if (end := self._end(key)) <= self.sealed_until_ns and (not window.closed or window.changed.any())
        ]
        rows = 0
        for _, shape, start in sorted(due):
            if rows >= CLOSED_AT_ONCE:
                self.revised = True
                return
            window = self.windows[shape, start]
            closed = self._write(self.shapes[shape], start, window)
            rows += len(closed.whole)
            yield closed
            window.settle()

    def _write(self, shape: Shape, start_ns: int, window: OpenWindow) -> ClosedWindow:
        """The changed rows count as written from here on."""
        block = window.pane.block()
        slots = np.flatnonzero(window.changed)
        window.revision[slots] += 1
        everything = len(slots) == window.pane.size
        window.changed[:] = False
        changed = self._rows(shape, start_ns, window, block, slots)
        whole = changed if everything else self._rows(shape, start_ns, window, block, np.arange(window.pane.size))
        return ClosedWindow(changed, whole)

    def _rows(
        self, shape: Shape, start_ns: int, window: OpenWindow, block: Block, slots: NDArray[np.int64]
    ) -> WindowBatch:
        slots = slots[np.argsort(block.device[slots], kind="stable")]
        rows = block.take(slots)
        entry = None if window.entry is None else window.entry.take(rows.device)
        end_ns = shape.end_of(start_ns)
        return WindowBatch(
            kind=self.kind,
            size_ns=end_ns - start_ns,
            end_ns=end_ns,
            device=rows.device,
            readings=rows.readings,
            revision=window.revision[slots],
            fields=fields_of(self.tracked, rows, entry, start_ns, end_ns),
            last_ns=rows.times[LAST_NS].max(axis=0, initial=_NEVER),
            civil=shape.civil,
        )

    def _let_go(self, until_ns: int) -> None:
        for key in [key for key, window in self.windows.items() if window.closed and self._end(key) <= until_ns]:
            self.drop(key)
        self.gone_until_ns = [max(gone, until_ns) for gone in self.gone_until_ns]

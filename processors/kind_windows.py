"""The windows of one kind of device: filled by readings, closed by the watermark, revised by late readings.

Readings wait in columns until there are many of them or a pane ends, then become blocks of statistics in the panes. A
pane that has ended is merged into every window that holds it; the window itself is the merge of its panes.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from processors.entries import Entries
from processors.grouping import pane_numbers
from processors.open_window import OpenWindow
from processors.pane import Block, Pane, blocks_of
from processors.tracked import TrackedColumns
from processors.window_batch import ClosedWindow, WindowBatch
from processors.window_fields import fields_of
from processors.window_plan import WindowPlan, WindowShape

FOLD_AT = 262_144
"""Readings that wait before they are folded into panes: large enough that sorting and merging cost little for each."""
CLOSED_AT_ONCE = 65_536
"""Rows of windows after which `advance` leaves the others for its next call: their copies would fill the memory."""
_NEVER = -(2**62)
_NO_SLOTS = np.zeros(0, np.int64)
_EVER = 2**62


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
        self.panes: dict[int, Pane] = {}
        """Start -> pane, not ended yet."""
        self.windows: dict[tuple[int, int], OpenWindow] = {}
        """(shape, start) -> window that holds at least one ended pane."""
        self.sealed_until_ns = _NEVER
        self.watching_from_ns = -_NEVER
        """Where the watermark stood first: what began before cannot be said to have been silent."""
        self.gone_until_ns = [_NEVER for _ in plan.shapes]
        """For each shape: windows that end here or before are gone."""
        self.waiting: list[Waiting] = []
        self.waiting_size = 0
        self.earliest_waiting_ns = _EVER
        self._usual_size = 0
        """Devices in the pane that ended last: how much room the next one will need."""
        self.revised = False
        """Late readings went into windows since the last `advance`."""
        self.entries = Entries(tracked, plan.shapes, self.windows)
        """Used only where there are counters or states."""

    def start_at(self, watermark_ns: int, lateness_ns: int) -> None:
        """Treat what ended before as ended here too; for windows without a reading."""
        self.sealed_until_ns = watermark_ns // self.plan.pane_ns * self.plan.pane_ns
        self.watching_from_ns = watermark_ns
        self.gone_until_ns = [self.sealed_until_ns - lateness_ns for _ in self.plan.shapes]

    def is_late(self, time_ns: NDArray[np.int64]) -> NDArray[np.bool_]:
        """(n,) whether a window that holds the time has closed."""
        if not len(time_ns) or int(time_ns.min()) >= self.sealed_until_ns:
            return np.zeros(len(time_ns), np.bool_)
        ends = [shape.first_end(time_ns) for shape in self.plan.shapes]
        late: NDArray[np.bool_] = np.minimum.reduce(ends) <= self.sealed_until_ns
        return late

    def is_too_late(self, time_ns: NDArray[np.int64]) -> NDArray[np.bool_]:
        """(n,) whether every window that holds the time is gone."""
        gone = np.ones(len(time_ns), np.bool_)
        for shape, gone_until_ns in zip(self.plan.shapes, self.gone_until_ns, strict=True):
            gone &= shape.last_end(time_ns) <= gone_until_ns
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
        for number, shape in enumerate(self.plan.shapes):
            start = (until_ns - shape.size_ns) // shape.hop_ns * shape.hop_ns
            ended_now = from_ns < start + shape.size_ns and start >= self.watching_from_ns
            # One that is gone although it has not ended began anew: what it held is not known, so it was not silent.
            if ended_now and start + shape.size_ns > self.gone_until_ns[number] and (number, start) not in self.windows:
                nothing = self._rows(
                    shape, start, OpenWindow(Pane(self.tracked)), Pane(self.tracked).block(), _NO_SLOTS
                )
                silent.append(ClosedWindow(nothing, nothing))
        return silent

    def last_end(self) -> int | None:
        """When the last window that holds a reading ends; None where all of them have closed."""
        times = [part.time_ns.max() for part in self.waiting] + [*self.panes]
        open_ends = [
            start + self.plan.shapes[shape].size_ns
            for (shape, start), window in self.windows.items()
            if not window.closed
        ]
        newest = np.array(times, np.int64)
        ends = [int(end) for shape in self.plan.shapes for end in shape.last_end(newest)]
        return max(ends + open_ends, default=None)

    def closed_nbytes(self) -> int:
        return sum(window.nbytes for window in self.windows.values() if window.closed)

    def oldest_closed(self) -> tuple[int, tuple[int, int]] | None:
        """(end, key) of the closed window that ended first."""
        closed = [
            (start + self.plan.shapes[shape].size_ns, (shape, start))
            for (shape, start), window in self.windows.items()
            if window.closed
        ]
        return min(closed, default=None)

    def drop(self, key: tuple[int, int]) -> None:
        shape, start = key
        del self.windows[key]
        end_ns = start + self.plan.shapes[shape].size_ns
        self.gone_until_ns[shape] = max(self.gone_until_ns[shape], end_ns)

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
        """Merge a pane, or late readings of an ended one, into every window that holds it and is not gone.

        A window of the pane's size takes the pane itself, where it is given.
        """
        for number, shape in enumerate(self.plan.shapes):
            for start_ns in shape.starts_of(pane_start_ns):
                if start_ns + shape.size_ns <= self.gone_until_ns[number]:
                    continue
                window = self.windows.get((number, start_ns))
                if window is None:
                    window = self.windows[number, start_ns] = OpenWindow(Pane(self.tracked))
                if self.tracked.runs:
                    self.entries.note(window, block, start_ns)
                if pane is not None and shape.size_ns == self.plan.pane_ns and not window.pane.size:
                    window.pane, pane = pane, None
                    window.touch(np.arange(window.pane.size))
                else:
                    window.touch(window.pane.merge(block))

    def _close(self) -> Iterator[ClosedWindow]:
        due = [
            (start + self.plan.shapes[shape].size_ns, shape, start)
            for (shape, start), window in self.windows.items()
            if start + self.plan.shapes[shape].size_ns <= self.sealed_until_ns
            and (not window.closed or window.changed.any())
        ]
        rows = 0
        for _, shape, start in sorted(due):
            if rows >= CLOSED_AT_ONCE:
                self.revised = True
                return
            window = self.windows[shape, start]
            closed = self._write(self.plan.shapes[shape], start, window)
            rows += len(closed.whole)
            yield closed
            window.settle()

    def _write(self, shape: WindowShape, start_ns: int, window: OpenWindow) -> ClosedWindow:
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
        self, shape: WindowShape, start_ns: int, window: OpenWindow, block: Block, slots: NDArray[np.int64]
    ) -> WindowBatch:
        slots = slots[np.argsort(block.device[slots], kind="stable")]
        rows = block.take(slots)
        entry = None if window.entry is None else window.entry.take(rows.device)
        end_ns = start_ns + shape.size_ns
        return WindowBatch(
            kind=self.kind,
            size_ns=shape.size_ns,
            end_ns=end_ns,
            device=rows.device,
            readings=rows.readings,
            revision=window.revision[slots],
            fields=fields_of(self.tracked, rows, entry, start_ns, end_ns),
        )

    def _let_go(self, until_ns: int) -> None:
        for shape, start in [
            (shape, start)
            for (shape, start), window in self.windows.items()
            if window.closed and start + self.plan.shapes[shape].size_ns <= until_ns
        ]:
            self.drop((shape, start))
        self.gone_until_ns = [max(gone, until_ns) for gone in self.gone_until_ns]

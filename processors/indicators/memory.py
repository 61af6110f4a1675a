"""What indicators keep from one window to the next: columns for each device, and short histories of them.

Everything here is part of the processor's state: it is saved, restored, and a function of the readings alone.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from processors.checkpoints.arrays import Pack, Packed, Unpack

_NEVER = -(2**62)
_ROOM = 1.25
"""Devices arrive one by one, so columns grow by more than is asked for."""


class History:
    """The values of the last `slots` steps of `step_ns`, one for each place; a step is named by its end."""

    def __init__(self, slots: int, step_ns: int, dtype: DTypeLike = np.float64) -> None:
        self.slots = slots
        self.step_ns = step_ns
        self.end_ns = np.full(slots, _NEVER, np.int64)
        """(slots,) which step stands in each slot."""
        self.values: NDArray[Any] = np.full((slots, 0), np.nan, dtype)
        """(slots, places or more)"""
        self.places = 0

    def put(self, end_ns: int, place: NDArray[np.int64], values: NDArray[Any]) -> None:
        """(n,) values of the step that ends there; a later call overwrites, so a revision takes the place of the first.

        A step that is older than all the slots is left out.
        """
        slot = self._slot(end_ns)
        if end_ns < self.end_ns[slot]:
            return
        if end_ns != self.end_ns[slot]:
            self.end_ns[slot] = end_ns
            self.values[slot] = np.nan
        self.values[slot, place] = values

    def until(self, end_ns: int, steps: int) -> NDArray[Any]:
        """(steps, places) the steps up to the one that ends there, the newest first; NaN where nothing is known."""
        ends = end_ns - np.arange(steps) * self.step_ns
        slots = ends // self.step_ns % self.slots
        found: NDArray[Any] = self.values[slots, : self.places]
        found[self.end_ns[slots] != ends] = np.nan
        return found

    def reserve(self, places: int) -> None:
        self.places = max(self.places, places)
        missing = places - self.values.shape[1]
        if missing > 0:
            more = max(missing, int(places * (_ROOM - 1)))
            self.values = np.pad(self.values, ((0, 0), (0, more)), constant_values=np.nan)

    def _slot(self, end_ns: int) -> int:
        return end_ns // self.step_ns % self.slots

    def describe(self, pack: Pack) -> list[Any]:
        return [self.step_ns, self.values.dtype.str, self.end_ns.tolist(), [pack(row) for row in self.values]]

    @classmethod
    def restore(cls, saved: list[Any], unpack: Unpack) -> "History":
        step_ns, dtype, ends, rows = saved
        history = cls(len(ends), step_ns, dtype)
        history.end_ns = np.array(ends, np.int64)
        history.values = np.stack([unpack(row) for row in rows])
        return history


class Memory:
    """Of one kind of device and one size of window.

    A column has one value for each place: a known device of the kind, in the order of `ZoneWindows.zone`, or whatever
    else its user counts from 0. Columns are made on first use and grow with their places; a name means the same column
    for ever.
    """

    def __init__(self) -> None:
        self.newest_ns = _NEVER
        """End of the newest window that was taken in."""
        self._columns: dict[str, NDArray[Any]] = {}
        self._histories: dict[str, History] = {}

    def begin(self, end_ns: int) -> bool:
        """Whether a window with this end is a new one, not a revision of what was taken in before."""
        fresh = end_ns > self.newest_ns
        self.newest_ns = max(self.newest_ns, end_ns)
        return fresh

    def holds(self, name: str) -> bool:
        """Whether there is a column of the name."""
        return name in self._columns

    def column(self, name: str, places: int, fill: float = np.nan, dtype: DTypeLike = np.float64) -> NDArray[Any]:
        """(places,) to be read and written in place; `fill` where nothing was written yet."""
        held = self._columns.get(name)
        if held is None or len(held) < places:
            grown = np.full(max(places, 0 if held is None else int(places * _ROOM)), fill, dtype)
            if held is not None:
                grown[: len(held)] = held
            held = self._columns[name] = grown
        return held[:places]

    def history(self, name: str, places: int, slots: int, step_ns: int, dtype: DTypeLike = np.float64) -> History:
        """One of another number of slots or another step than was saved begins anew."""
        held = self._histories.get(name)
        if held is None or (held.slots, held.step_ns) != (slots, step_ns):
            held = self._histories[name] = History(slots, step_ns, dtype)
        held.reserve(places)
        return held

    @property
    def nbytes(self) -> int:
        columns = sum(column.nbytes for column in self._columns.values())
        return columns + sum(history.values.nbytes for history in self._histories.values())

    def describe(self, pack: Pack) -> dict[str, Any]:
        return {
            "newest_ns": self.newest_ns,
            "columns": {name: pack(column) for name, column in sorted(self._columns.items())},
            "histories": {name: history.describe(pack) for name, history in sorted(self._histories.items())},
        }

    @classmethod
    def restore(cls, saved: Mapping[str, Any], unpack: Unpack) -> "Memory":
        memory = cls()
        memory.newest_ns = saved["newest_ns"]
        columns: Mapping[str, Packed] = saved["columns"]
        memory._columns = {name: unpack(column) for name, column in columns.items()}
        memory._histories = {name: History.restore(history, unpack) for name, history in saved["histories"].items()}
        return memory

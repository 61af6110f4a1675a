"""The newest windows of a figure, kept as long as something is to be compared with them."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from alerts.figures.figure import Column
from processors.checkpoints.arrays import pack_inline, unpack_inline


class KeptWindows:
    def __init__(self, reach_ns: int, tolerance_ns: int = 0) -> None:
        """`tolerance_ns`: how far from the time asked for the end of a window may lie, as days differ in length."""
        self._reach_ns = reach_ns
        self._tolerance_ns = tolerance_ns
        self._columns: dict[int, tuple[Column, NDArray[np.float32]]] = {}
        """End -> (a,) values and coverages; one window has more assets than those before."""

    def take(self, end_ns: int, value: Column, coverage: Column) -> None:
        """The window that ends there, once more where late readings revised it."""
        self._columns[end_ns] = value, coverage.astype(np.float32)
        oldest_ns = max(self._columns) - self._reach_ns
        for end in [end for end in self._columns if end < oldest_ns]:
            del self._columns[end]

    def ends_after(self, end_ns: int) -> list[int]:
        return sorted(end for end in self._columns if end > end_ns)

    def end_near(self, end_ns: int) -> int | None:
        """Of the window that ended then, or about then."""
        if end_ns in self._columns:
            return end_ns
        if not self._tolerance_ns or not self._columns:
            return None
        nearest = min(self._columns, key=lambda end: (abs(end - end_ns), end))
        return nearest if abs(nearest - end_ns) <= self._tolerance_ns else None

    def at(self, end_ns: int, assets: int) -> tuple[Column, Column] | None:
        """(assets,) values and coverages of the window that ended then; an asset it did not know has none."""
        found = self._columns.get(end_ns)
        if found is None:
            return None
        value, coverage = found
        missing = assets - len(value)
        padded = np.pad(value, (0, missing), constant_values=np.nan) if missing > 0 else value
        return padded, np.pad(coverage.astype(np.float64), (0, max(missing, 0)))

    def describe(self) -> list[Any]:
        """As `restore` takes it; the same for the same windows."""
        return [[end, *(pack_inline(column) for column in self._columns[end])] for end in sorted(self._columns)]

    def restore(self, saved: list[Any]) -> None:
        self._columns = {end: (unpack_inline(value), unpack_inline(coverage)) for end, value, coverage in saved}

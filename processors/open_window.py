"""One window of one size, with a slot for each device that is in it."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from processors.pane import Pane


@dataclass(slots=True)
class OpenWindow:
    """One window: open until the watermark passes its end, then kept for late readings."""

    pane: Pane
    closed: bool = False
    revision: NDArray[np.int32] = field(default_factory=lambda: np.zeros(0, np.int32))
    """(slots,) last revision written, -1 before the first."""
    changed: NDArray[np.bool_] = field(default_factory=lambda: np.zeros(0, np.bool_))
    """(slots,) whether the device's row differs from what was written."""
    entry: Pane | None = None
    """Last readings before the window, for counters and states."""

    def touch(self, slots: NDArray[np.int64]) -> None:
        """These slots of the pane have changed."""
        missing = self.pane.size - len(self.revision)
        if missing:
            self.revision = np.concatenate([self.revision, np.full(missing, -1, np.int32)])
            self.changed = np.concatenate([self.changed, np.zeros(missing, np.bool_)])
        self.changed[slots] = True

    @property
    def nbytes(self) -> int:
        entry = 0 if self.entry is None else self.entry.nbytes
        return self.pane.nbytes + self.revision.nbytes + self.changed.nbytes + entry

    def settle(self) -> None:
        if self.closed:
            self.pane.forget_index()
        else:
            self.pane.settle()
        if self.entry is not None:
            self.entry.settle()
        self.closed = True

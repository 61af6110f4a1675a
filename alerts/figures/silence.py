"""How long each device of a kind has been silent: the figure of what did not come."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from alerts.figures.figure import Column
from config.alert_rules import SILENCES
from config.durations import SECOND_NS
from processors.cadence import Cadences
from processors.checkpoints.arrays import pack_inline, unpack_inline

_NEVER = -(2**62)
_MOST_GAPS = 64


class Silence:
    """Of the devices of one kind, as windows of one size close.

    A device is silent since its newest reading; one that never spoke, since the run first knew of it. Time in which
    no window closed, as the run itself was away, does not count.
    """

    def __init__(self) -> None:
        self._newest_ns = _NEVER
        self._known_ns = np.zeros(0, np.int64)
        """(d,) when each device was first known of here."""
        self._gaps: list[tuple[int, int]] = []
        """[from, until) in which nobody watched; ascending."""

    def close(
        self, end_ns: int, size_ns: int, rows: NDArray[np.int64], cadences: Cadences | None
    ) -> dict[str, Column] | None:
        """Field -> (d,) at the end of a window; `rows` are the (d,) rows of all devices of the kind.

        None for a window that late readings revised: they change what is known now, not what was known then.
        """
        if end_ns <= self._newest_ns or cadences is None:
            return None
        start_ns = end_ns - size_ns
        if _NEVER < self._newest_ns < start_ns:
            self._gaps = [*self._gaps, (self._newest_ns, start_ns)][-_MOST_GAPS:]
        self._newest_ns = end_ns
        new = np.full(len(rows) - len(self._known_ns), start_ns, np.int64)
        self._known_ns = np.concatenate([self._known_ns, new])
        cadences.reserve(int(rows[-1]) + 1 if len(rows) else 0)
        heard_ns = np.maximum(cadences.latest_ns[rows], self._known_ns)
        silent_ns = self._watched_since(heard_ns, end_ns)
        intervals = silent_ns / _usual_ns(cadences.interval_ns[rows], size_ns)
        return dict(zip(SILENCES, (intervals, silent_ns / SECOND_NS), strict=True))

    def _watched_since(self, heard_ns: NDArray[np.int64], end_ns: int) -> Column:
        silent_ns = np.maximum(end_ns - heard_ns, 0)
        first_ns = int(heard_ns.min(initial=end_ns))
        self._gaps = [gap for gap in self._gaps if gap[1] > first_ns]
        for from_ns, until_ns in self._gaps:
            silent_ns -= np.maximum(until_ns - np.maximum(heard_ns, from_ns), 0)
        return np.maximum(silent_ns, 0).astype(np.float64)

    def describe(self) -> list[Any]:
        """As `restore` takes it; the same for the same state."""
        return [self._newest_ns, pack_inline(self._known_ns), [list(gap) for gap in self._gaps]]

    def restore(self, saved: list[Any]) -> None:
        self._newest_ns, known_ns, gaps = saved
        self._known_ns = unpack_inline(known_ns)
        self._gaps = [(from_ns, until_ns) for from_ns, until_ns in gaps]


def _usual_ns(interval_ns: Column, size_ns: int) -> Column:
    """(d,) of a device whose interval is not known yet that of the median device of its kind, else the window."""
    known = np.where(interval_ns > 0, interval_ns, np.nan)
    some = known[np.isfinite(known)]
    usual_ns = float(np.median(some)) if len(some) else float(size_ns)
    return np.where(np.isfinite(known), known, usual_ns)

"""How often each device reports: configured, else learned from the gaps between its readings."""

import numpy as np
from numpy.typing import NDArray

_WEIGHT = 0.2
_CLIP = 3.0
"""A gap counts at most this many times the present estimate (and at least a third): an outage is no new rhythm."""


class Cadences:
    """interval_ns: (devices,) float64, NaN until two readings were seen; fixed where the configuration says it."""

    def __init__(self) -> None:
        self.interval_ns = np.full(0, np.nan)
        self.fixed = np.zeros(0, np.bool_)
        self.latest_ns = np.zeros(0, np.int64)
        """(devices,) latest event time, 0 before the first."""

    def reserve(self, devices: int) -> None:
        missing = devices - len(self.interval_ns)
        if missing > 0:
            more = max(missing, len(self.interval_ns) // 2, 1024)
            self.interval_ns = np.concatenate([self.interval_ns, np.full(more, np.nan)])
            self.fixed = np.concatenate([self.fixed, np.zeros(more, np.bool_)])
            self.latest_ns = np.concatenate([self.latest_ns, np.zeros(more, np.int64)])

    def fix(self, device: int, interval_ns: int) -> None:
        self.reserve(device + 1)
        self.interval_ns[device] = interval_ns
        self.fixed[device] = True

    def release(self) -> None:
        """Learn again from every device, beginning with what is known."""
        self.fixed[:] = False

    def observe(self, device: NDArray[np.int32], time_ns: NDArray[np.int64]) -> None:
        """Learn from readings; (n,) each. One step for each device in the batch, from its mean gap there."""
        seen, count = np.unique(device, return_counts=True)
        self.reserve(int(seen[-1]) + 1)
        before = self.latest_ns[seen]
        np.maximum.at(self.latest_ns, device, time_ns)
        gap = (self.latest_ns[seen] - before) / count
        learn = (before > 0) & (gap > 0) & ~self.fixed[seen]
        seen, gap = seen[learn], gap[learn]
        known = self.interval_ns[seen]
        clipped = np.clip(gap, known / _CLIP, known * _CLIP)
        self.interval_ns[seen] = np.where(np.isnan(known), gap, known + _WEIGHT * (clipped - known))

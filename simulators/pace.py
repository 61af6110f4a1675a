"""Event time against the clock on the wall."""

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

from config.durations import SECOND_NS

_TICK_S = 0.1
_LONGEST_SPAN_S = 1.0
"""Of wall time: where sending falls behind, the spans must not grow without limit."""


@dataclass
class Pace:
    """Event time runs `speed` times as fast as the wall clock, from `start_ns` on, for `lasts_ns` of wall time."""

    start_ns: int
    """Event time of the first reading, ns UTC."""
    speed: float = 1.0
    lasts_ns: int | None = None
    """None: until it is stopped."""
    _began: float | None = field(default=None, init=False)

    @property
    def end_ns(self) -> int | None:
        """Event time at which it ends: exact, so that a run of the same length sends the same messages."""
        return None if self.lasts_ns is None else self.start_ns + round(self.lasts_ns * self.speed)

    async def spans(self, since_ns: int) -> AsyncIterator[tuple[int, int]]:
        """Half-open spans of event time as they come due; the first starts at `since_ns`."""
        if self._began is None:
            self._began = time.monotonic()
        while self.end_ns is None or since_ns < self.end_ns:
            longest_ns = max(round(_LONGEST_SPAN_S * self.speed * SECOND_NS), 1)
            now_ns = min(self.now_ns(), since_ns + longest_ns)
            if now_ns > since_ns:
                yield since_ns, now_ns
                since_ns = now_ns
            else:
                await asyncio.sleep(_TICK_S)

    def now_ns(self) -> int:
        """Event time that has come due, never past the end; whole ticks, so that messages leave in batches."""
        if self._began is None:
            return self.start_ns
        ticks = int((time.monotonic() - self._began) / _TICK_S)
        now_ns = self.start_ns + round(ticks * _TICK_S * self.speed * SECOND_NS)
        return now_ns if self.end_ns is None else min(now_ns, self.end_ns)

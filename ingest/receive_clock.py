"""The time that messages are stamped with. It does not follow a wall clock that somebody sets, until devices agree.

Windows of live data close by the receive time: one hour ahead by mistake would close an hour of windows early.
"""

import logging
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from statistics import median

import numpy as np

from config.durations import SECOND_NS
from ingest.readings import ReadingBatch

SMALL_NS = SECOND_NS
"""A wall clock that differs by less is drifting or being disciplined; by more, it was set."""
GRACE_NS = 300 * SECOND_NS
"""Without a reading that bears its own time for so long, there is no witness, and the wall clock is believed."""
WITNESSES = 5
"""Batches that are heard before a clock that was set is judged: one device with a wrong clock must not decide."""
_HEARD_AT_MOST = 31
TIGHT_NS = SMALL_NS // 10
"""A process that stood still between its looks at the two clocks has seen neither set."""
_LOOKS = 3
_SLEW = 100
"""One part in: faster than NTP disciplines a clock (500 ppm), slow enough that no window notices."""
_SAMPLE = 256

LOG = logging.getLogger("denyut")


@dataclass(slots=True)
class _Step:
    """The wall clock was set: by how much and when, and what the devices have said since."""

    by_ns: int
    """Wall clock less this clock."""
    since_ns: int
    """On the clock that nobody sets."""
    heard: deque[int] = field(default_factory=lambda: deque(maxlen=_HEARD_AT_MOST))
    refused: bool = False


def boot_time_ns() -> int:
    """Of the clock that nobody sets and that also runs while the machine sleeps."""
    return time.clock_gettime_ns(time.CLOCK_BOOTTIME)


class ReceiveClock:
    """For one thread. `not_before_ns` is the latest time an earlier run gave out."""

    def __init__(
        self,
        not_before_ns: int = 0,
        wall_ns: Callable[[], int] = time.time_ns,
        elapsed_ns: Callable[[], int] = boot_time_ns,
    ) -> None:
        self._wall_ns, self._elapsed_ns = wall_ns, elapsed_ns
        self._seen_ns, wall = self._look()
        self._given_ns = max(not_before_ns, wall_ns() if wall is None else wall)
        self._offset_ns = self._given_ns - self._seen_ns
        self._step: _Step | None = None

    def not_before(self, time_ns: int) -> None:
        """An earlier run gave out this time, as was found out since."""
        self._offset_ns += max(0, time_ns - self.now_ns())

    @property
    def difference_ns(self) -> int:
        """Wall clock less this clock, where it was set and is not followed (yet); else 0."""
        return self._step.by_ns if self._step is not None else 0

    def now_ns(self) -> int:
        """The time, ns UTC; never less than it was before."""
        elapsed, wall = self._look()
        since_ns, self._seen_ns = elapsed - self._seen_ns, elapsed
        if wall is not None:
            difference = wall - elapsed - self._offset_ns
            if abs(difference) < SMALL_NS:
                self._drift(difference, since_ns)
            else:
                self._set_by(difference)
        self._given_ns = max(self._given_ns, elapsed + self._offset_ns)
        return self._given_ns

    def _look(self) -> tuple[int, int | None]:
        """Both clocks at one moment; None where the process stood still between them each time."""
        after = self._elapsed_ns()
        for _ in range(_LOOKS):
            before, wall, after = after, self._wall_ns(), self._elapsed_ns()
            if after - before < TIGHT_NS:
                return after, wall
        return after, None

    def observe(self, median_lag_ns: int) -> None:
        """Of one batch, the median of event time less receive time; see `median_lag_ns`."""
        if self._step is None:
            return
        self._step.heard.append(median_lag_ns)
        if len(self._step.heard) >= WITNESSES:
            self._judge(self._step)

    def _drift(self, difference: int, since_ns: int) -> None:
        most = since_ns // _SLEW
        self._offset_ns += max(-most, min(most, difference))
        if self._step is not None:
            LOG.info("the clock of this machine is back where it was")
            self._step = None

    def _set_by(self, difference: int) -> None:
        if self._step is None or abs(difference - self._step.by_ns) >= SMALL_NS:
            LOG.warning("the clock of this machine was set %s: not followed until devices agree", _words(difference))
            self._step = _Step(difference, self._seen_ns)
        # A clock that is disciplined meanwhile moves a little each time, which is no new step.
        self._step.by_ns = difference
        if not self._step.refused and self._seen_ns - self._step.since_ns >= GRACE_NS:
            self._judge(self._step)

    def _judge(self, step: _Step) -> None:
        """Where this clock is right, devices are near it; where the wall clock is, they differ as it does."""
        if not step.heard:
            self._follow(step, "no device has told the time since")
            return
        lag = median(step.heard)
        if abs(lag - step.by_ns) < abs(lag):
            self._follow(step, "devices agree with it")
        elif not step.refused:
            LOG.warning("the clock of this machine is wrong by %s: devices contradict it", _words(step.by_ns))
            step.refused = True

    def _follow(self, step: _Step, why: str) -> None:
        LOG.warning("the clock of this machine, set %s, is followed: %s", _words(step.by_ns), why)
        self._offset_ns += step.by_ns
        self._step = None


def median_lag_ns(batches: Sequence[ReadingBatch]) -> int | None:
    """What `observe` wants, of readings received together, from a sample; None where no device gave the time."""
    lags = [(batch.time_ns[:_SAMPLE] - batch.received_ns)[batch.timed[:_SAMPLE]] for batch in batches]
    told = np.concatenate(lags) if lags else np.empty(0, np.int64)
    return int(np.median(told)) if len(told) else None


def _words(difference_ns: int) -> str:
    seconds = abs(difference_ns) / SECOND_NS
    return f"{seconds:,.0f} s {'ahead' if difference_ns > 0 else 'back'}"

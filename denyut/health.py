"""Whether a run is alive, and whether it is ready: each check says what is wrong, or "" where nothing is."""

import time
from collections.abc import Callable

STUCK_S = 10.0
UNTOLD_S = 300.0
"""So long a messenger may be away; then somebody ought to look."""


class Pulse:
    """Of the event loop: beaten by its clock, also while it recovers; felt by /healthz and by systemd's watchdog."""

    def __init__(
        self, monotonic: Callable[[], float] = time.monotonic, felt: Callable[[], None] = lambda: None
    ) -> None:
        self._monotonic = monotonic
        self._felt = felt
        self._beat = monotonic()

    def beat(self) -> None:
        self._beat = self._monotonic()
        self._felt()

    def failure(self) -> str:
        age_s = self._monotonic() - self._beat
        return f"the clock has not ticked for {age_s:.0f} s" if age_s > STUCK_S else ""


def journal_stuck(lag_s: float, last_error: str) -> str:
    """`lag_s`: age of the oldest entry that is not committed, 0 where none is."""
    return f"nothing has been committed for {lag_s:.0f} s{_because(last_error)}" if lag_s > STUCK_S else ""


def journal_failing(last_error: str) -> str:
    return f"it cannot be written: {last_error}" if last_error else ""


def checkpoint_failing(overdue: str) -> str:
    """`overdue`: why none could be written for long."""
    return f"it could not be written for long: {overdue}" if overdue else ""


def record_failing(last_error: str) -> str:
    return f"it cannot be written: {last_error}" if last_error else ""


def notices_stuck(oldest_s: float) -> str:
    """`oldest_s`: how long the notice has waited that waits longest. Anyone may read this: no channel is named."""
    return f"a notice has waited for {oldest_s / 60:.0f} minutes: see the status" if oldest_s >= UNTOLD_S else ""


def outbox_full(fraction: float, last_error: str) -> str:
    """`fraction` of outbox.max_size."""
    if last_error:
        return f"it cannot be written: {last_error}"
    return "points that no store takes fill it" if fraction >= 1 else ""


def _because(last_error: str) -> str:
    return f": {last_error}" if last_error else ""

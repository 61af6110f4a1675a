"""The phases of one rule on all of its assets: columns that each closed window moves on.

    inactive ──▶ pending ──▶ firing ──▶ inactive (resolved)
        ▲            │           └── stale while nothing is heard; silence ends no alert
        └────────────┘

Hysteresis as in Kapacitor: an alert begins at `enter` and ends beyond `exit`. Times are event times, ends of windows,
so a recording gives the same alerts as the live city did.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from alerts.comparison import beyond
from alerts.phase_columns import add_rows, drop_rows, keep_rows
from config.alert_rules import Rule
from config.durations import UNITS_NS
from config.periods import usual_size_ns
from processors.checkpoints.arrays import pack_inline, unpack_inline

Column = NDArray[np.float64]
Mask = NDArray[np.bool_]
Places = NDArray[np.int64]

_NEVER = -(2**62)
_STALE_WINDOWS = 3
_UNSAID_NS = UNITS_NS["m"]
"""Of rules that are made of others and watch no window of their own."""


class Phase(IntEnum):
    INACTIVE = 0
    PENDING = 1
    FIRING = 2


class Change(StrEnum):
    """Why an alert is in the state it is in now."""

    PENDING = "pending"
    LAPSED = "lapsed"
    """Pending no more, before it ever fired."""
    FIRING = "firing"
    STALE = "stale"
    HEARD = "heard"
    """Stale no more, and still firing."""
    GOES_ON = "goes_on"
    """It was known too late when it began, and a window that is known in time shows that it has not ended. Not a change
    of the alert: it says that the alert is news."""
    RESOLVED = "resolved"
    SHORTENED = "shortened"
    """Late readings have shown that it began later."""
    WITHDRAWN = "withdrawn"
    """Late readings have shown that it should not have fired."""
    ACKNOWLEDGED = "acknowledged"
    """Somebody has seen it and sees to it; it goes on."""


@dataclass(frozen=True, slots=True)
class Changed:
    change: Change
    asset: Places
    """(k,) ascending."""


class Lifecycle:
    """Columns are (k,), one value for each asset on which the rule is pending or firing.

    Of thousands of rules and tens of thousands of assets nearly all are at rest: they cost a comparison and no memory.
    """

    def __init__(self, rule: Rule) -> None:
        self.rule = rule
        self.newest_ns = _NEVER
        self.asset = np.zeros(0, np.int64)
        """Ascending."""
        self.phase = np.zeros(0, np.uint8)
        self.stale = np.zeros(0, np.bool_)
        self.since_ns = np.zeros(0, np.int64)
        """End of the first window in the row of those that led to the phase."""
        self.fired_ns = np.zeros(0, np.int64)
        self.hit_ns = np.zeros(0, np.int64)
        """End of the newest window in which the value stood beyond `enter`."""
        self.clear_ns = np.zeros(0, np.int64)
        """End of the first window since which it has been beyond `exit`; `_NEVER`: it is not."""
        self.known_ns = np.zeros(0, np.int64)
        """End of the newest window that said anything."""
        self.late = np.zeros(0, np.bool_)
        """It fired by a window that was known too late, and no window that was known in time has shown it since."""
        # A figure that nothing came for, such as a stage that is kept through silence, says nothing either.
        self._least = max(rule.min_coverage, float(np.finfo(np.float64).tiny))
        self._size_ns = usual_size_ns(rule.size) if rule.size else _UNSAID_NS
        self._exit = rule.enter if rule.exit is None else rule.exit
        self._stale_after_ns = rule.stale_after or _STALE_WINDOWS * self._size_ns

    @property
    def firing(self) -> Places:
        firing: Places = self.asset[self.phase == Phase.FIRING]
        return firing

    def step(self, end_ns: int, value: Column, coverage: Column, *, in_time: bool = True) -> list[Changed]:
        """Take in the window that ends there: (a,) each, one for each asset, NaN where nothing is known; what changed.

        `in_time`: it was known here soon enough to be news.
        A window that was taken in before, or an older one, comes again because late readings revised it.
        """
        hit = beyond(value, self.rule.when, self.rule.enter)
        if hit.any():
            hit &= coverage >= self._least
        if end_ns <= self.newest_ns:
            return list(self._revise(end_ns, value, coverage, hit)) if len(self.asset) else []
        self.newest_ns = end_ns
        if not len(self.asset) and not hit.any():
            return []
        new = hit.copy()
        new[self.asset] = False
        self._begin(np.flatnonzero(new), end_ns)
        held = value[self.asset], coverage[self.asset], hit[self.asset]
        changes = list(self._advance(end_ns, *held, in_time=in_time))
        keep_rows(self, _COLUMNS, self.phase != Phase.INACTIVE)
        return changes

    def rest(self, end_ns: int) -> list[Changed]:
        """Outside the hours of the rule nothing begins, and what there is ends."""
        if end_ns <= self.newest_ns:
            return []
        self.newest_ns = end_ns
        pending = self.phase == Phase.PENDING
        changes = list(self._each({Change.LAPSED: pending, Change.RESOLVED: ~pending}))
        keep_rows(self, _COLUMNS, np.zeros(len(self.asset), np.bool_))
        return changes

    def forget(self, asset: int) -> None:
        """It is at rest, whatever was seen; what comes next may begin it anew."""
        drop_rows(self, _COLUMNS, asset)

    def describe(self) -> list[Any]:
        """As `restore` takes it; the same for the same columns."""
        return [self.newest_ns, *(pack_inline(getattr(self, name)) for name in _COLUMNS)]

    def restore(self, saved: list[Any]) -> None:
        self.newest_ns, *columns = saved
        for name, column in zip(_COLUMNS, columns, strict=False):
            setattr(self, name, unpack_inline(column))
        if len(columns) < len(_COLUMNS):
            # An earlier version did not say which of them were late: the next window that is in time settles it.
            self.late = np.ones(len(self.asset), np.bool_)

    def _begin(self, new: Places, end_ns: int) -> None:
        if len(new):
            never = dict.fromkeys(("fired_ns", "clear_ns"), _NEVER)
            seen = dict.fromkeys(("since_ns", "hit_ns", "known_ns"), end_ns)
            add_rows(self, _COLUMNS, {"asset": new, "phase": Phase.PENDING, **never, **seen})

    def _advance(self, end_ns: int, value: Column, coverage: Column, hit: Mask, *, in_time: bool) -> Iterator[Changed]:
        """(k,) each."""
        phase, clear_ns = self.phase, self.clear_ns
        pending = phase == Phase.PENDING
        if hit.all() and not pending.any() and not self.stale.any() and not (in_time and self.late.any()):
            # Most of what is firing goes on as it is.
            self.hit_ns[:], self.known_ns[:], clear_ns[:] = end_ns, end_ns, _NEVER
            return
        known = self.known(value, coverage)
        lapsed = pending & known & ~hit
        fires = pending & hit & (end_ns - self.since_ns >= self.rule.lasting)
        self.hit_ns[hit] = end_ns
        over = (phase == Phase.FIRING) & known & ~beyond(value, self.rule.when, self._exit)
        clear_ns[known & ~over] = _NEVER
        clear_ns[over & (clear_ns == _NEVER)] = end_ns
        resolved = over & (end_ns - clear_ns >= self.rule.keep)
        self.known_ns[known] = end_ns
        lost = (phase == Phase.FIRING) & ~self.stale & (end_ns - self.known_ns >= self._stale_after_ns)
        heard = self.stale & known & ~resolved
        self.stale = (self.stale | lost) & ~known
        goes_on = self.late & (phase == Phase.FIRING) & known & ~over & in_time
        self.late &= ~goes_on
        self.late[fires] = not in_time
        phase[lapsed | resolved] = Phase.INACTIVE
        phase[fires], self.fired_ns[fires] = Phase.FIRING, end_ns
        began = pending & ~fires & (self.since_ns == end_ns)
        yield from self._each(
            {
                Change.LAPSED: lapsed,
                Change.PENDING: began,
                Change.FIRING: fires,
                Change.HEARD: heard,
                Change.GOES_ON: goes_on,
                Change.STALE: lost,
                Change.RESOLVED: resolved,
            }
        )

    def _revise(self, end_ns: int, value: Column, coverage: Column, hit: Mask) -> Iterator[Changed]:
        """Late readings shorten or withdraw; they begin nothing: what is over when it is learned calls nobody."""
        known, hit = self.known(value[self.asset], coverage[self.asset]), hit[self.asset]
        self.clear_ns[hit & (self.clear_ns <= end_ns)] = _NEVER
        spoilt = known & ~hit & (self.since_ns <= end_ns)
        pending = spoilt & (self.phase == Phase.PENDING)
        firing = spoilt & (self.phase == Phase.FIRING) & (end_ns <= self.fired_ns)
        begins_ns = end_ns + self._size_ns
        goes_on = self.hit_ns >= begins_ns
        shortened = firing & goes_on & (self.hit_ns - begins_ns >= self.rule.lasting)
        withdrawn = firing & ~shortened
        self.since_ns[pending | firing] = begins_ns
        self.fired_ns[shortened] = np.maximum(self.fired_ns[shortened], begins_ns + self.rule.lasting)
        self.phase[withdrawn] = Phase.PENDING
        self.stale &= ~withdrawn
        ended = (pending | withdrawn) & ~goes_on
        self.phase[ended] = Phase.INACTIVE
        yield from self._each(
            {Change.LAPSED: pending & ended, Change.SHORTENED: shortened, Change.WITHDRAWN: withdrawn}
        )
        keep_rows(self, _COLUMNS, self.phase != Phase.INACTIVE)

    def known(self, value: Column, coverage: Column) -> Mask:
        """Where a figure says anything, good or bad."""
        known: Mask = np.isfinite(value) & (coverage >= self._least)
        return known

    def _each(self, changes: dict[Change, Mask]) -> Iterator[Changed]:
        for change, mask in changes.items():
            if mask.any():
                yield Changed(change, self.asset[mask])


_COLUMNS = ("asset", "phase", "stale", "since_ns", "fired_ns", "hit_ns", "clear_ns", "known_ns", "late")

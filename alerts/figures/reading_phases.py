"""The phases of a rule that judges each reading by itself: sparse columns, moved on by the rows of a batch.

The same phases as in `alerts.lifecycle`, but each device has a time of its own, that of its reading. What is at rest
and stays so costs nothing here.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from alerts.comparison import beyond
from alerts.lifecycle import Change, Phase
from alerts.phase_columns import add_rows, drop_rows, keep_rows
from config.alert_rules import Rule
from config.durations import UNITS_NS
from config.periods import usual_size_ns
from processors.checkpoints.arrays import pack_inline, unpack_inline

Mask = NDArray[np.bool_]
Places = NDArray[np.int64]

_NEVER, _EVER = -(2**62), 2**62
_STALE_WINDOWS = 3
STALE_NS = 3 * UNITS_NS["h"]
"""Of a rule that names neither `stale_after` nor a size: some gauges report once an hour."""


class Turned(NamedTuple):
    """Devices whose alert changed by their own readings; (k,) each."""

    change: Change
    device: Places
    time_ns: Places
    value: NDArray[np.float64]


class Turn(NamedTuple):
    """One reading each of some devices; (n,), by device ascending."""

    device: Places
    time_ns: Places
    value: NDArray[np.float64]

    def at(self, which: Mask) -> "Turn":
        return Turn(self.device[which], self.time_ns[which], self.value[which])


class ReadingPhases:
    """Columns are (k,), one value for each device on which the rule is pending or firing."""

    def __init__(self, rule: Rule) -> None:
        self.rule = rule
        self._exit = rule.enter if rule.exit is None else rule.exit
        self._stale_after_ns = rule.stale_after or (
            _STALE_WINDOWS * usual_size_ns(rule.size) if rule.size else STALE_NS
        )
        self.device = np.zeros(0, np.int64)
        """Rows of the `DeviceTable`, ascending."""
        self.phase = np.zeros(0, np.uint8)
        self.stale = np.zeros(0, np.bool_)
        self.since_ns = np.zeros(0, np.int64)
        """Of the first reading in the row of those that led to the phase."""
        self.clear_ns = np.zeros(0, np.int64)
        """Of the first reading beyond `exit` since the last one that was not."""
        self.known_ns = np.zeros(0, np.int64)
        """Of the newest reading."""
        self.value = np.zeros(0)
        """Of the newest reading."""
        self._no_silence_until_ns = _NEVER
        """Before then nothing can have been silent for too long: it need not be looked for."""

    @property
    def open(self) -> int:
        """Devices on which it is pending or firing."""
        return len(self.device)

    @property
    def silent_from_ns(self) -> int | None:
        """When the next alert is stale if nothing is heard until then."""
        waiting = (self.phase == Phase.FIRING) & ~self.stale
        return int(self.known_ns[waiting].min()) + self._stale_after_ns if waiting.any() else None

    def hits(self, value: NDArray[np.float64]) -> Mask:
        """Of no value: no."""
        return beyond(value, self.rule.when, self.rule.enter)

    def holds(self, device: NDArray[Any]) -> Mask:
        """(n,) whether each device is pending or firing."""
        if not len(self.device):
            return np.zeros(len(device), np.bool_)
        place = np.minimum(np.searchsorted(self.device, device), len(self.device) - 1)
        held: Mask = self.device[place] == device
        return held

    def step(self, turn: Turn) -> Iterator[Turned]:
        """Take in one reading each. One that is older than what was heard of its device before says nothing."""
        held = self.holds(turn.device)
        new = self.hits(turn.value) & ~held
        self._begin(turn.at(new))
        turn, new = turn.at(held | new), new[held | new]
        place = np.searchsorted(self.device, turn.device)
        newer = turn.time_ns >= self.known_ns[place]
        if len(turn.time_ns):
            until_ns = int(turn.time_ns.min()) + self._stale_after_ns
            self._no_silence_until_ns = min(self._no_silence_until_ns, until_ns)
        yield from self._advance(turn.at(newer), place[newer], new[newer])
        keep_rows(self, _COLUMNS, self.phase != Phase.INACTIVE)

    def fall_silent(self, now_ns: int) -> Iterator[Turned]:
        """Alerts of which nothing was heard for too long, by a receive time."""
        if now_ns < self._no_silence_until_ns:
            return
        lost = (self.phase == Phase.FIRING) & ~self.stale & (now_ns - self.known_ns >= self._stale_after_ns)
        self.stale |= lost
        silent_from_ns = self.silent_from_ns
        self._no_silence_until_ns = _EVER if silent_from_ns is None else silent_from_ns
        if lost.any():
            time_ns = np.full(np.count_nonzero(lost), now_ns, np.int64)
            yield Turned(Change.STALE, self.device[lost], time_ns, self.value[lost])

    def rest(self, now_ns: int) -> Iterator[Turned]:
        """Outside the hours of the rule what there is ends."""
        pending = self.phase == Phase.PENDING
        for change, mask in ((Change.LAPSED, pending), (Change.RESOLVED, ~pending)):
            if mask.any():
                yield Turned(change, self.device[mask], np.full(np.count_nonzero(mask), now_ns), self.value[mask])
        keep_rows(self, _COLUMNS, np.zeros(len(self.device), np.bool_))

    def forget(self, device: int) -> None:
        """It is at rest, whatever was read; the next reading may begin it anew."""
        drop_rows(self, _COLUMNS, device)

    def describe(self) -> list[Any]:
        """As `restore` takes it; the same for the same columns."""
        return [pack_inline(getattr(self, name)) for name in _COLUMNS]

    def restore(self, saved: list[Any]) -> None:
        for name, column in zip(_COLUMNS, saved, strict=True):
            setattr(self, name, unpack_inline(column))

    def _begin(self, new: Turn) -> None:
        if not len(new.device):
            return
        first = {
            "device": new.device,
            "phase": Phase.PENDING,
            "since_ns": new.time_ns,
            "clear_ns": _NEVER,
            "known_ns": new.time_ns,
        }
        add_rows(self, _COLUMNS, first)

    def _advance(self, turn: Turn, place: Places, new: Mask) -> Iterator[Turned]:
        """`place`: (n,) where each device of the turn stands in the columns; `new`: which of them just began."""
        hit = self.hits(turn.value)
        time_ns, phase, since_ns = turn.time_ns, self.phase[place], self.since_ns[place]
        pending, firing = phase == Phase.PENDING, phase == Phase.FIRING
        lapsed = pending & ~hit
        fires = pending & hit & (time_ns - since_ns >= self.rule.lasting)
        began = new & ~fires
        over = firing & ~beyond(turn.value, self.rule.when, self._exit)
        clear_ns = np.where(over, self.clear_ns[place], _NEVER)
        clear_ns = np.where(over & (clear_ns == _NEVER), time_ns, clear_ns)
        resolved = over & (time_ns - clear_ns >= self.rule.keep)
        heard = self.stale[place] & ~resolved
        phase[lapsed | resolved] = Phase.INACTIVE
        phase[fires] = Phase.FIRING
        self.phase[place], self.clear_ns[place], self.stale[place] = phase, clear_ns, False
        self.known_ns[place], self.value[place] = time_ns, turn.value
        changes = {
            Change.LAPSED: lapsed,
            Change.PENDING: began,
            Change.FIRING: fires,
            Change.HEARD: heard,
            Change.RESOLVED: resolved,
        }
        for change, mask in changes.items():
            if mask.any():
                yield Turned(change, *turn.at(mask))


_COLUMNS = ("device", "phase", "stale", "since_ns", "clear_ns", "known_ns", "value")

"""Rules that judge each reading at once, before any window closes: an alert within the time that a batch takes.

At rest a batch costs the largest and the smallest of its values of each quantity that is watched; what hits a rule,
and what is heard of devices whose alerts are open, costs a few operations on columns of so many rows.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from alerts.figures.reading_phases import ReadingPhases, Turn, Turned
from alerts.lifecycle import Phase
from config.alert_rules import Rule
from config.settings import Kind, Quantity
from ingest.devices import DeviceTable
from ingest.readings import ReadingBatch

Column = NDArray[np.float64]
Scope = tuple[tuple[str, ...], tuple[str, ...]]
TURNS = 256
"""Readings of one device in a batch that are judged one after the other, the newest; an upload of more is no news."""

_UNCONFIGURED = Quantity()


class TurnedBy(NamedTuple):
    rule: Rule
    turned: Turned


class ReadingRules:
    def __init__(self, rules: Iterable[Rule], devices: DeviceTable, kinds: Mapping[str, Kind]) -> None:
        """`kinds` give the plausible range of each quantity; a value outside it says nothing."""
        self._devices = devices
        self._kinds = kinds
        self._phases: dict[tuple[str, str], list[ReadingPhases]] = {}
        for rule in rules:
            if rule.kind is not None and rule.quantity is not None:
                self._phases.setdefault((rule.kind, rule.quantity), []).append(ReadingPhases(rule))
        self.kinds = frozenset(kind for kind, _ in self._phases)
        """Kinds of device whose readings are asked for."""
        self._meant: dict[Scope, NDArray[np.int8]] = {}
        """Zones and devices of a rule -> of each device whether it is meant: 1 it is, 2 it is not, 0 nobody asked."""

    def hear(
        self, batch: ReadingBatch, newest: int | None = TURNS, resting: Collection[str] = ()
    ) -> Iterator[TurnedBy]:
        """What readings change. Of one device at most the `newest` are looked at, in the order of their times.

        `resting`: rules that judge nothing now, as it is outside their hours.
        """
        for row, quantity in enumerate(batch.quantities):
            phases = self._phases.get((batch.kind, quantity))
            if phases is None or not len(batch):
                continue
            value = _plausible(batch.values[row], self._kinds.get(batch.kind), quantity)
            with np.errstate(invalid="ignore"):
                extremes = np.array([np.fmin.reduce(value), np.fmax.reduce(value)])
            for each in phases:
                if each.rule.id not in resting and (each.open or each.hits(extremes).any()):
                    yield from (TurnedBy(each.rule, turned) for turned in self._judge(each, batch, value, newest))

    def rest(self, rules: Collection[str], now_ns: int) -> Iterator[TurnedBy]:
        """What these rules have begun ends."""
        for each in self._each() if rules else ():
            if each.rule.id in rules:
                yield from (TurnedBy(each.rule, turned) for turned in each.rest(now_ns))

    def fall_silent(self, now_ns: int) -> Iterator[TurnedBy]:
        for each in self._each():
            yield from (TurnedBy(each.rule, turned) for turned in each.fall_silent(now_ns))

    @property
    def next_due_ns(self) -> int | None:
        """When `fall_silent` has something to say."""
        return min((at for each in self._each() if (at := each.silent_from_ns) is not None), default=None)

    def judged(self, batch: ReadingBatch) -> Iterator[tuple[str, int]]:
        """(rule, readings of the batch that it judges)."""
        for row, quantity in enumerate(batch.quantities):
            for each in self._phases.get((batch.kind, quantity), ()):
                value = _plausible(batch.values[row], self._kinds.get(batch.kind), quantity)
                meant = np.isfinite(value) & self._is_meant(each.rule, batch.device)
                yield each.rule.id, int(np.count_nonzero(meant))

    def _judge(self, phases: ReadingPhases, batch: ReadingBatch, value: Column, newest: int | None) -> Iterator[Turned]:
        hit = phases.hits(value)
        if hit.any() and (phases.rule.zones or phases.rule.devices):
            hit[hit] = self._is_meant(phases.rule, batch.device[hit])
        concerned = phases.holds(batch.device)
        if (new := hit & ~concerned).any():
            # What comes of them later in the batch counts as well.
            concerned |= np.isin(batch.device, batch.device[new])
        rows = np.flatnonzero(concerned & np.isfinite(value))
        for turn in _turns(batch, value, rows, newest):
            yield from phases.step(turn)

    def _is_meant(self, rule: Rule, device: NDArray[np.int32]) -> NDArray[np.bool_]:
        """(n,); what is looked up once is kept."""
        scope = (rule.zones, rule.devices)
        if not any(scope):
            return np.ones(len(device), np.bool_)
        known = self._meant.get(scope, np.zeros(0, np.int8))
        if len(known) < len(self._devices):
            known = np.concatenate([known, np.zeros(len(self._devices) - len(known), np.int8)])
            self._meant[scope] = known
        for row in np.unique(device[known[device] == 0]).tolist():
            identity = self._devices.identity(row)
            meant = (not rule.zones or identity.zone in rule.zones) and (
                not rule.devices or identity.device in rule.devices
            )
            known[row] = 1 if meant else 2
        is_meant: NDArray[np.bool_] = known[device] == 1
        return is_meant

    def firing(self, rule: str) -> NDArray[np.int64]:
        """Rows of the devices on which the rule is firing."""
        found = [each.device[each.phase == Phase.FIRING] for each in self._each() if each.rule.id == rule]
        return np.concatenate([np.zeros(0, np.int64), *found])

    def forget(self, rule: str, device: int) -> None:
        for each in self._each():
            if each.rule.id == rule:
                each.forget(device)

    def describe(self) -> dict[str, Any]:
        """As `restore` takes it; the same for the same state."""
        return {each.rule.id: [each.rule.model_dump_json(), each.describe()] for each in self._each()}

    def restore(self, saved: dict[str, Any]) -> list[Rule]:
        """Go on from there; the rules, as they were, that had alerts and are other now, or gone: those begin anew."""
        known = {(each.rule.id, each.rule.model_dump_json()): each for each in self._each()}
        dropped = []
        for rule, (settings, columns) in saved.items():
            phases = known.get((rule, settings)) or ReadingPhases(Rule.model_validate_json(settings))
            phases.restore(columns)
            if (rule, settings) not in known and phases.open:
                dropped.append(phases.rule)
        return dropped

    def _each(self) -> Iterator[ReadingPhases]:
        for phases in self._phases.values():
            yield from phases


def _plausible(value: Column, kind: Kind | None, quantity: str) -> Column:
    """(n,) NaN where a reading is outside its plausible range."""
    known = _UNCONFIGURED if kind is None else kind.quantities.get(quantity, _UNCONFIGURED)
    low = -np.inf if known.min is None else known.min
    high = np.inf if known.max is None else known.max
    outside = (value < low) | (value > high)
    return np.where(outside, np.nan, value) if outside.any() else value


def _turns(batch: ReadingBatch, value: Column, rows: NDArray[np.int64], newest: int | None) -> Iterator[Turn]:
    """The first reading of each device, then the second, and so on, by their times."""
    if not len(rows):
        return
    rows = rows[np.lexsort((batch.time_ns[rows], batch.device[rows]))]
    device = batch.device[rows].astype(np.int64)
    first = np.flatnonzero(np.diff(device, prepend=-1))
    count = np.diff(np.append(first, len(device)))
    rank = np.arange(len(device)) - np.repeat(first, count)
    if newest is not None:
        rank -= np.repeat(np.maximum(count - newest, 0), count)
    for turn in range(int(rank.max()) + 1):
        chosen = rank == turn
        yield Turn(device[chosen], batch.time_ns[rows][chosen], value[rows][chosen])


def fresh(batch: ReadingBatch, accepted: NDArray[np.bool_], newest_ns: NDArray[np.int64]) -> ReadingBatch:
    """The accepted readings that are news of their device: later than (n,) what was heard of it before."""
    chosen = accepted & (batch.time_ns > newest_ns)
    return batch if chosen.all() else batch.take(np.flatnonzero(chosen))


def recent(batches: Sequence[ReadingBatch], limit_ns: int) -> list[ReadingBatch]:
    """Without what lies behind: parts of a backlog, and readings older than `limit_ns` when they were received."""
    kept = [batch for batch in batches if not batch.behind]
    return [
        batch if young.all() else batch.take(np.flatnonzero(young))
        for batch in kept
        for young in [batch.received_ns - batch.time_ns <= limit_ns]
    ]

"""Closed windows and indicators in, changes of alerts out: a pure function, as the processing before it.

windows, indicators ──▶ Columns ──▶ one Lifecycle for each rule ──▶ changes ──▶ Composites ──▶ changes
readings ────────────▶ ReadingRules ──▶ changes

A thousand rules on ten thousand assets are a thousand comparisons of columns; only what changes costs Python.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from alerts.assets import Asset, ZoneAssets
from alerts.figures.columns import Columns
from alerts.figures.composites import Composites, members_of
from alerts.figures.figure import EVERY_KIND, Column, Figure, Watched
from alerts.figures.readings import TURNS, ReadingRules, TurnedBy
from alerts.figures.scopes import Scopes
from alerts.hours import CivilHours
from alerts.lifecycle import Change, Changed, Lifecycle
from config.alert_rules import Rule
from config.calendar import Calendar
from config.durations import LONGEST_NS
from config.settings import Kind
from config.timezones import UTC
from ingest.devices import DeviceTable
from ingest.readings import ReadingBatch
from processors.processor import Output

OUTSIDE_HOURS = "outside its hours"
RULE_CHANGED = "its rule has changed"
_ALWAYS = Calendar()


@dataclass(frozen=True, slots=True)
class AlertEvent:
    """A change of one alert."""

    rule: Rule
    asset: Asset
    change: Change
    event_ns: int
    """End of the window that brought it."""
    learned_ns: int
    """Receive time at which it was known here."""
    value: float
    coverage: float
    who: str = ""
    """Whose act it is, where it is somebody's."""
    number: int = 0
    """Of the alert; 0: it has none, as it never fired."""
    why: str = ""
    """Where the figure alone does not say it."""
    of_unknown_age: bool = False
    """Its window holds readings out of a backlog that have no time of their own."""


class Engine:
    def __init__(
        self,
        rules: Sequence[Rule],
        devices: DeviceTable,
        kinds: Mapping[str, Kind] | None = None,
        calendar: Calendar = _ALWAYS,
        timezone: ZoneInfo = UTC,
        backlog_limit_ns: int = LONGEST_NS,
    ) -> None:
        """`kinds` give the plausible ranges of readings; calendar and time zone the hours of rules.

        A window that is known later than `backlog_limit_ns` after its end is no news.
        """
        self._backlog_limit_ns = backlog_limit_ns
        self._devices = devices
        self._zones = ZoneAssets()
        self._scopes = Scopes()
        self.readings = ReadingRules(rules, devices, kinds or {})
        self._composites = Composites(rules, self._zones)
        self._rules: dict[Figure, list[Rule]] = {}
        self._lives = {(life.rule.id, ""): life for life in self._composites.lives}
        """(rule, kind of its devices): a rule for every kind has one for each."""
        for rule in rules:
            if rule.quantity is None and not members_of(rule):
                figure = Figure.of(rule)
                self._rules.setdefault(figure, []).append(rule)
                if figure.kind != EVERY_KIND:
                    self._life(rule, figure.kind)
        self._columns = Columns(self._rules, devices, self._zones)
        self._hours = {rule.id: CivilHours(rule.hours, calendar, timezone) for rule in rules if rule.hours is not None}
        self.judged: dict[str, list[int]] | None = None
        """Rule -> windows of assets that it judged, and those that told it nothing; None: nobody counts."""

    def observe(self, output: Output, learned_ns: int | None) -> list[AlertEvent]:
        """In the order in which windows ended, of each the rules as they are configured, then those made of them.

        `learned_ns`: the receive time; None: each window is known at its end.
        """
        watched = [
            each for window in output.windows for each in self._columns.of_devices(window.whole, output.cadences)
        ]
        watched += [each for batch in output.indicators for each in self._columns.of_zones(batch)]
        events: list[AlertEvent] = []
        for end_ns, together in groupby(sorted(watched, key=lambda each: each.end_ns), key=lambda each: each.end_ns):
            for each in together:
                for rule in self._rules[each.figure]:
                    events += self._judge(self._life(rule, each.kind), each, learned_ns)
                    self._composites.note(rule.id)
            for life, each in self._composites.of(end_ns, self._firing):
                events += self._judge(life, each, learned_ns)
        return events

    def hear(self, readings: Sequence[ReadingBatch], learned_ns: int | None) -> list[AlertEvent]:
        """What readings say by themselves, before any window closes.

        `learned_ns`: the receive time; None: each reading is known at its time, however many of its device there are.
        """
        events: list[AlertEvent] = []
        for batch in readings:
            if not len(batch):
                continue
            now_ns = int(batch.time_ns.max()) if learned_ns is None else learned_ns
            resting = {rule for rule, hours in self._hours.items() if not hours.holds(now_ns)}
            for turned in self.readings.rest(resting, now_ns):
                events += self._of_readings(turned, learned_ns, OUTSIDE_HOURS)
            for turned in self.readings.hear(batch, None if learned_ns is None else TURNS, resting):
                events += self._of_readings(turned, learned_ns)
            if self.judged is not None:
                for rule, count in self.readings.judged(batch):
                    self.judged.setdefault(rule, [0, 0])[0] += count
        return events

    def fall_silent(self, now_ns: int) -> list[AlertEvent]:
        """Alerts of readings of which nothing was heard for too long, by the receive time; see `next_due_ns`."""
        turned = self.readings.fall_silent(now_ns)
        return [event for each in turned for event in self._of_readings(each, now_ns)]

    @property
    def next_due_ns(self) -> int | None:
        """When `fall_silent` has something to say."""
        return self.readings.next_due_ns

    def forget(self, rule: str, asset: Asset) -> None:
        """The rule is at rest there, whatever it saw last."""
        row = self._devices.row_of(asset.city, asset.kind, asset.device)
        if row is not None:
            self.readings.forget(rule, row)
        for (_, kind), life in self._lives_of(rule):
            if not kind:
                life.forget(self._zones.number(asset.city, asset.zone))
            elif kind == asset.kind and row is not None:
                life.forget(bisect_left(self._devices.rows_of_kind[kind], row))

    def _of_readings(self, by: TurnedBy, learned_ns: int | None, why: str = "") -> Iterable[AlertEvent]:
        change, device, time_ns, value = by.turned
        for row, event_ns, reading in zip(device.tolist(), time_ns.tolist(), value.tolist(), strict=True):
            city, kind, name, zone = self._devices.identity(row)
            yield AlertEvent(
                rule=by.rule,
                asset=Asset(city, zone, kind, name),
                change=change,
                event_ns=event_ns,
                learned_ns=event_ns if learned_ns is None else learned_ns,
                value=reading,
                coverage=1.0,
                why=why,
            )

    def _judge(self, life: Lifecycle, watched: Watched, learned_ns: int | None) -> Iterator[AlertEvent]:
        watched = watched.complete()
        scope = self._scopes.of(life.rule, watched.kind, watched.assets)
        value = watched.value if scope is None else np.where(scope, watched.value, np.nan)
        learned_ns = watched.end_ns if learned_ns is None else learned_ns
        changes, why = self._changes(life, watched, value, learned_ns)
        if not why:
            self._count(life, value, watched.coverage, scope)
        for changed in changes:
            values, coverages = watched.value[changed.asset].tolist(), watched.coverage[changed.asset].tolist()
            for number, seen, share in zip(changed.asset.tolist(), values, coverages, strict=True):
                asset = watched.assets[number]
                yield AlertEvent(life.rule, asset, changed.change, watched.end_ns, learned_ns, seen, share, why=why)

    def _changes(self, life: Lifecycle, watched: Watched, value: Column, learned_ns: int) -> tuple[list[Changed], str]:
        """And why, where it is not what was seen. A window counts to the hours in which it lies, but for its end."""
        hours = self._hours.get(life.rule.id)
        if hours is None or hours.holds(watched.end_ns - 1):
            in_time = learned_ns - watched.end_ns <= self._backlog_limit_ns
            return life.step(watched.end_ns, value, watched.coverage, in_time=in_time), ""
        return life.rest(watched.end_ns), OUTSIDE_HOURS

    def _count(self, life: Lifecycle, value: Column, coverage: Column, scope: NDArray[np.bool_] | None) -> None:
        if self.judged is None:
            return
        known = int(np.count_nonzero(life.known(value, coverage)))
        meant = len(value) if scope is None else int(np.count_nonzero(scope))
        counts = self.judged.setdefault(life.rule.id, [0, 0])
        counts[0] += known
        counts[1] += meant - known

    def _firing(self, rule: str) -> NDArray[np.int64]:
        """Numbers of the zones in which the rule is firing, or a device of theirs is."""
        devices = [self.readings.firing(rule)]
        for (_, kind), life in self._lives_of(rule):
            if not kind:
                return life.firing
            devices.append(np.array(self._devices.rows_of_kind.get(kind, ()), np.int64)[life.firing])
        places = np.unique(np.array(self._devices.zone_numbers, np.int64)[np.concatenate(devices)])
        zones = [self._zones.number(*self._devices.zones[place]) for place in places.tolist()]
        return np.array(sorted(zones), np.int64)

    def _life(self, rule: Rule, kind: str) -> Lifecycle:
        life = self._lives.get((rule.id, kind))
        if life is None:
            life = self._lives[rule.id, kind] = Lifecycle(rule)
        return life

    def _lives_of(self, rule: str) -> Iterator[tuple[tuple[str, str], Lifecycle]]:
        return ((key, self._lives[key]) for key in sorted(self._lives) if key[0] == rule)

    def describe(self) -> dict[str, Any]:
        """As `restore` takes it; the same for the same state."""
        return {
            "zones": self._zones.names,
            "rules": [
                [*key, life.rule.model_dump_json(), life.describe()] for key, life in sorted(self._lives.items())
            ],
            "columns": self._columns.describe(),
            "composites": self._composites.describe(),
            "readings": self.readings.describe(),
        }

    def restore(self, saved: dict[str, Any]) -> list[Rule]:
        """Go on from there; the rules, as they were, that had alerts and are other now, or gone: those begin anew."""
        for city, zone in saved["zones"]:
            self._zones.number(city, zone)
        rules = {rule.id: rule for held in self._rules.values() for rule in held}
        rules |= {life.rule.id: life.rule for life in self._composites.lives}
        dropped = []
        for name, kind, settings, columns in saved["rules"]:
            rule = rules.get(name)
            if rule is not None and rule.model_dump_json() == settings:
                self._life(rule, kind).restore(columns)
                continue
            life = Lifecycle(Rule.model_validate_json(settings))
            life.restore(columns)
            if len(life.asset) and life.rule not in dropped:
                dropped.append(life.rule)
        self._columns.restore(saved["columns"])
        self._composites.restore(saved["composites"])
        return dropped + self.readings.restore(saved["readings"])

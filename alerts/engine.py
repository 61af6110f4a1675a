"""Closed windows and indicators in, changes of alerts out: a pure function, as the processing before it.

A thousand rules on ten thousand assets are a thousand comparisons of columns; only what changes costs Python.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from alerts.assets import Asset, DeviceAssets, ZoneAssets
from alerts.figures.readings import TURNS, ReadingRules, TurnedBy
from alerts.lifecycle import Change, Lifecycle
from config.alert_rules import Rule
from config.settings import Kind
from ingest.devices import DeviceTable
from ingest.readings import ReadingBatch
from processors.indicators.indicator_batch import CITY_ZONE, IndicatorBatch
from processors.processor import Output
from processors.window_batch import WindowBatch

Column = NDArray[np.float64]
Scope = tuple[tuple[str, ...], tuple[str, ...]]
Key = tuple[str, str, str]
"""("", indicator, size) or (kind, field of its windows, size)."""


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


@dataclass(frozen=True, slots=True)
class _Watched:
    """What one figure says of all assets; columns are (a,), NaN and 0 where it says nothing."""

    key: Key
    end_ns: int
    value: Column
    coverage: Column
    assets: ZoneAssets | DeviceAssets


class Engine:
    def __init__(self, rules: Sequence[Rule], devices: DeviceTable, kinds: Mapping[str, Kind] | None = None) -> None:
        """`kinds` give the plausible ranges of readings."""
        self._devices = devices
        self._zones = ZoneAssets()
        self.readings = ReadingRules(rules, devices, kinds or {})
        self._watches: dict[Key, list[Lifecycle]] = {}
        for rule in rules:
            if rule.quantity is not None:
                continue
            self._watches.setdefault(_key(rule), []).append(Lifecycle(rule))
        self.judged: dict[str, list[int]] | None = None
        """Rule -> windows of assets that it judged, and those that told it nothing; None: nobody counts."""
        self._scopes: dict[tuple[str, Scope], NDArray[np.bool_]] = {}
        """(kind of device, zones and devices of a rule) -> (a,) whether each asset is meant, as far as looked at."""

    def observe(self, output: Output, learned_ns: int | None) -> list[AlertEvent]:
        """In the order in which windows closed, of each the rules as they are configured.

        `learned_ns`: the receive time; None: each window is known at its end.
        """
        events: list[AlertEvent] = []
        for window in output.windows:
            for watched in self._of_devices(window.whole):
                events += self._judge(watched, learned_ns)
        for batch in output.indicators:
            for watched in self._of_zones(batch):
                events += self._judge(watched, learned_ns)
        return events

    def hear(self, readings: Sequence[ReadingBatch], learned_ns: int | None) -> list[AlertEvent]:
        """What readings say by themselves, before any window closes.

        `learned_ns`: the receive time; None: each reading is known at its time, however many of its device there are.
        """
        events: list[AlertEvent] = []
        for batch in readings:
            for turned in self.readings.hear(batch, None if learned_ns is None else TURNS):
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

    def _of_readings(self, by: TurnedBy, learned_ns: int | None) -> Iterable[AlertEvent]:
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
            )

    def _judge(self, watched: _Watched, learned_ns: int | None) -> Iterator[AlertEvent]:
        for life in self._watches[watched.key]:
            scope = self._scope(life.rule, watched.key[0], watched.assets)
            value = watched.value if scope is None else np.where(scope, watched.value, np.nan)
            self._count(life, value, watched.coverage, scope)
            for changed in life.step(watched.end_ns, value, watched.coverage):
                for number in changed.asset.tolist():
                    yield AlertEvent(
                        rule=life.rule,
                        asset=watched.assets[number],
                        change=changed.change,
                        event_ns=watched.end_ns,
                        learned_ns=watched.end_ns if learned_ns is None else learned_ns,
                        value=float(watched.value[number]),
                        coverage=float(watched.coverage[number]),
                    )

    def _count(self, life: Lifecycle, value: Column, coverage: Column, scope: NDArray[np.bool_] | None) -> None:
        if self.judged is None:
            return
        known = int(np.count_nonzero(life.known(value, coverage)))
        meant = len(value) if scope is None else int(np.count_nonzero(scope))
        counts = self.judged.setdefault(life.rule.id, [0, 0])
        counts[0] += known
        counts[1] += meant - known

    def _of_devices(self, batch: WindowBatch) -> Iterator[_Watched]:
        """A device that has no row said nothing; what came of it is all that is asked for, so its coverage is 1."""
        size = batch.size
        asked = [key for key in self._watches if key[0] == batch.kind and key[2] == size]
        if not asked:
            return
        assets = DeviceAssets(batch.kind, self._devices)
        rows = np.array(self._devices.rows_of_kind.get(batch.kind, ()), np.int64)
        place = np.searchsorted(rows, batch.device)
        for key in asked:
            value = np.full(len(assets), np.nan)
            value[place] = batch.fields.get(key[1], np.nan)
            yield _Watched(key, batch.end_ns, value, np.isfinite(value).astype(np.float64), assets)

    def _of_zones(self, batch: IndicatorBatch) -> Iterator[_Watched]:
        size = batch.size
        asked = {key[1]: key for key in self._watches if not key[0] and key[2] == size}
        rows: dict[str, list[int]] = {}
        for row, indicator in enumerate(batch.indicator):
            if indicator in asked:
                rows.setdefault(indicator, []).append(row)
        for indicator, held in rows.items():
            place = [self._zones.number(batch.city[row], batch.zone[row]) for row in held]
            value, coverage = np.full(len(self._zones), np.nan), np.zeros(len(self._zones))
            value[place], coverage[place] = batch.value[held], batch.coverage[held]
            yield _Watched(asked[indicator], batch.end_ns, value, coverage, self._zones)

    def _scope(self, rule: Rule, kind: str, assets: ZoneAssets | DeviceAssets) -> NDArray[np.bool_] | None:
        """(a,) which assets the rule means, None: all of them. Rules with one scope share it."""
        scope = (rule.zones, rule.devices)
        if kind and not any(scope):
            return None
        known = self._scopes.get((kind, scope), np.zeros(0, np.bool_))
        if len(known) < len(assets):
            new = [_is_meant(assets[number], *scope) for number in range(len(known), len(assets))]
            known = self._scopes[kind, scope] = np.concatenate([known, np.array(new, np.bool_)])
        return known

    def describe(self) -> dict[str, Any]:
        """As `restore` takes it; the same for the same state."""
        return {
            "zones": self._zones.names,
            "rules": {life.rule.id: [life.rule.model_dump_json(), life.describe()] for life in self._lives()},
            "readings": self.readings.describe(),
        }

    def restore(self, saved: dict[str, Any]) -> list[str]:
        """Go on from there; the ids of the rules that had alerts and are other now, or gone: those begin anew."""
        for city, zone in saved["zones"]:
            self._zones.number(city, zone)
        lives = {(life.rule.id, life.rule.model_dump_json()): life for life in self._lives()}
        dropped = []
        for rule, (settings, columns) in saved["rules"].items():
            life = lives.get((rule, settings)) or Lifecycle(Rule.model_validate_json(settings))
            life.restore(columns)
            if (rule, settings) not in lives and len(life.asset):
                dropped.append(rule)
        return dropped + self.readings.restore(saved["readings"])

    def _lives(self) -> Iterator[Lifecycle]:
        for watches in self._watches.values():
            yield from watches


def _key(rule: Rule) -> Key:
    if rule.indicator is not None:
        return "", rule.indicator, rule.size
    return rule.kind or "", rule.field or "", rule.size


def _is_meant(asset: Asset, zones: tuple[str, ...], devices: tuple[str, ...]) -> bool:
    if devices and asset.device not in devices:
        return False
    return asset.zone in zones if zones else asset.zone != CITY_ZONE

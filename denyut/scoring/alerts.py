"""How the alerts of a run stand to those of the true city, and to what happened in it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from alerts.lifecycle import Change
from config.durations import SECOND_NS
from denyut.scoring.truth import Event, Readings
from denyut.scoring.watched import Watched
from storage.store import Query, Store

MARGIN_NS = 60 * SECOND_NS
"""So far apart two alerts may lie and still be the same one: windows of a minute."""
AFTER_NS = 300 * SECOND_NS
"""So long after its end an event may still be noticed, and a fault still be why an alert fires."""
_SILENCING = "power_cuts"
"""The kind of event that devices do not measure: they fall silent."""
_ENDS = {Change.RESOLVED.value, Change.WITHDRAWN.value}
_EVER = 2**62


@dataclass(slots=True)
class Told:
    """One alert of a rule and an asset, from when to when it fired, event times in ns UTC."""

    rule: str
    zone: str
    kind: str
    device: str
    fired_ns: int
    known_ns: int
    """When the run knew of it."""
    ended_ns: int = _EVER

    def meets(self, other: "Told") -> bool:
        same = (self.rule, self.zone, self.device) == (other.rule, other.zone, other.device)
        return same and self.fired_ns <= other.ended_ns + MARGIN_NS and other.fired_ns <= self.ended_ns + MARGIN_NS


@dataclass(frozen=True, slots=True)
class AlertScore:
    """Of one rule; a share of nothing is None."""

    said: int
    true: int
    right: int
    """Said, and also said of the true city."""
    of_faults: int
    """Of the others: those of a device that a fault befell at the time, such as one that is silent."""
    precision: float | None
    recall: float | None
    delay_s: float | None
    """Median time by which the run knew of it later than the true city; below 0: sooner."""
    p95_delay_s: float | None


@dataclass(frozen=True, slots=True)
class EventScore:
    """One event of the scenario, and the first right alert of a device that feels it, or of its zone.

    The rule must watch a kind of device that feels it there, and what the event changes: measurements, or silence.
    """

    kind: str
    title: str
    rule: str | None
    delay_s: float | None
    """From its beginning until the run knew."""


def told(store: Store, city: str, from_ns: int, until_ns: int) -> list[Told]:
    """In the order in which they fired. May raise StoreError."""
    firing: dict[tuple[str, str, str, str], Told] = {}
    found: list[Told] = []
    for row in store.query(Query("alert", (("city", city),), from_ns=from_ns, to_ns=until_ns + 1)):
        key = (row.tags["rule"], row.tags.get("zone", ""), row.tags.get("kind", ""), row.tags.get("device", ""))
        change = row.tags["change"]
        if change == Change.FIRING.value and key not in firing:
            known_ns = row.time_ns + round(row.fields.get("learned_s", 0.0) * SECOND_NS)
            firing[key] = Told(*key, fired_ns=row.time_ns, known_ns=known_ns)
            found.append(firing[key])
        elif change in _ENDS and key in firing:
            firing.pop(key).ended_ns = row.time_ns
    return found


def score_alerts(said: Sequence[Told], true: Sequence[Told], kinds: Iterable[Readings]) -> dict[str, AlertScore]:
    """By rule."""
    faulty = _Faulty(kinds)
    return {
        rule: _of_rule(
            [each for each in said if each.rule == rule], [each for each in true if each.rule == rule], faulty
        )
        for rule in sorted({each.rule for each in (*said, *true)})
    }


def score_events(
    events: Iterable[Event],
    said: Sequence[Told],
    true: Sequence[Told],
    kinds: Iterable[Readings],
    watched: Mapping[str, Watched],
) -> list[EventScore]:
    """`watched`: by rule."""
    places = [(name, zone, readings.kind) for readings in kinds for name, zone in readings.places]
    right = [each for each in said if any(each.meets(other) for other in true)]
    return [_of_event(event, right, places, watched) for event in events]


def _of_rule(said: Sequence[Told], true: Sequence[Told], faulty: "_Faulty") -> AlertScore:
    right = [each for each in said if any(each.meets(other) for other in true)]
    others = [each for each in said if not any(each is one for one in right)]
    known = [min((one.known_ns for one in said if one.meets(each)), default=None) for each in true]
    delays = [(at - each.known_ns) / 1e9 for at, each in zip(known, true, strict=True) if at is not None]
    return AlertScore(
        said=len(said),
        true=len(true),
        right=len(right),
        of_faults=sum(faulty.was(each) for each in others),
        precision=len(right) / len(said) if said else None,
        recall=len(delays) / len(true) if true else None,
        delay_s=float(np.median(delays)) if delays else None,
        p95_delay_s=float(np.quantile(delays, 0.95)) if delays else None,
    )


def _of_event(
    event: Event, right: Iterable[Told], places: Iterable[tuple[str, str, str]], watched: Mapping[str, Watched]
) -> EventScore:
    around = {(zone, kind) for device, zone, kind in places if device in event.devices}
    noticed = [
        each
        for each in right
        if event.begin_ns <= each.fired_ns <= event.end_ns + AFTER_NS
        and (each.device in event.devices if each.device else _is_near(each, around, watched))
        and (each.rule not in watched or watched[each.rule].sensors == (event.kind == _SILENCING))
    ]
    first = min(noticed, key=lambda each: each.known_ns, default=None)
    if first is None:
        return EventScore(event.kind, event.title, None, None)
    return EventScore(event.kind, event.title, first.rule, (first.known_ns - event.begin_ns) / 1e9)


def _is_near(alert: Told, around: Iterable[tuple[str, str]], watched: Mapping[str, Watched]) -> bool:
    """Whether devices that feel the event stand in the zone, of a kind that the rule watches."""
    kinds = watched[alert.rule].kinds if alert.rule in watched else frozenset()
    return any(zone == alert.zone and (not kinds or kind in kinds) for zone, kind in around)


class _Faulty:
    """Which device met with a fault when."""

    def __init__(self, kinds: Iterable[Readings]) -> None:
        self._times: dict[tuple[str, str], np.ndarray[tuple[int], np.dtype[np.int64]]] = {}
        for readings in kinds:
            clean = np.array([not names for names in readings.faults.names], np.bool_)
            rows = np.flatnonzero(~clean[readings.faults.number])
            for number in np.unique(readings.device.number[rows]).tolist():
                times = readings.measured_ns[rows[readings.device.number[rows] == number]]
                self._times[readings.kind, readings.device.names[number]] = np.sort(times)

    def was(self, alert: Told) -> bool:
        times = self._times.get((alert.kind, alert.device))
        if times is None:
            return False
        before = int(np.searchsorted(times, alert.fired_ns, side="right"))
        return before > 0 and int(times[before - 1]) >= alert.fired_ns - AFTER_NS

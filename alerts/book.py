"""The alerts that are firing, each with a number of its own, who sees to it, and how far it has climbed."""

from collections.abc import Iterable
from dataclasses import dataclass, field, fields
from enum import StrEnum
from typing import Any

from alerts.assets import Asset
from alerts.lifecycle import Change
from alerts.response import RESPONSE_NS, Wait, response
from config.iso_times import iso_utc
from processors.indicators.indicator_batch import IndicatorBatch

_ENDS = {Change.RESOLVED, Change.WITHDRAWN}


class Refusal(StrEnum):
    """Why somebody cannot do what they asked for."""

    UNKNOWN = "unknown"
    """No alert with this number is firing."""
    ACKNOWLEDGED = "acknowledged"
    """Somebody was quicker."""
    UNKNOWN_OFFICER = "unknown_officer"
    ASSIGNED = "assigned"
    """To this officer already."""


@dataclass(slots=True)
class Alert:
    """One that is firing; times in ns UTC."""

    number: int
    rule: str
    severity: str
    asset: Asset
    fired_ns: int
    """End of the window by which it fired."""
    learned_ns: int
    """When that was known here."""
    value: float
    """When it fired."""
    coverage: float
    stale: bool = False
    acknowledged_ns: int | None = None
    acknowledged_by: str = ""
    why: str = ""
    """Of who acknowledged it."""
    kind: str = ""
    """Of its device, or of those of which the zone's figure is made; empty: of several."""
    office: str = ""
    """Which answers for it; empty: none."""
    assigned_ns: int | None = None
    assigned_to: str = ""
    assigned_by: str = ""
    snoozed_until_ns: int | None = None
    snoozed_by: str = ""
    comments: int = 0
    ladder: str = ""
    step: int = 0
    """Steps of the ladder that have been taken."""
    climbs_from_ns: int = 0
    """From when on the steps count."""
    held_ns: int | None = None
    """Since when it climbs no further, because it is muted or snoozed."""
    muted: str = ""
    """Why nobody is told at present."""
    never: str = ""
    """Why nobody is ever told."""
    told: list[str] = field(default_factory=list)
    """Recipients, in the order in which they were told first."""

    @property
    def key(self) -> tuple[str, Asset]:
        return self.rule, self.asset

    @property
    def paged(self) -> bool:
        """Somebody was told."""
        return bool(self.told)

    @property
    def owned(self) -> bool:
        """Somebody sees to it: has acknowledged it since it was assigned the last time."""
        return self.acknowledged_ns is not None and self.acknowledged_ns >= (self.assigned_ns or 0)

    @property
    def state(self) -> str:
        """For people: the first of these that holds."""
        if self.owned:
            return "acknowledged"
        if self.stale:
            return "stale"
        return "snoozed" if self.snoozed_until_ns is not None else "firing"

    def describe(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "number": self.number,
            "rule": self.rule,
            "severity": self.severity,
            "state": self.state,
            **{name: text for name, text in self.asset._asdict().items() if text},
            "office": self.office,
            "fired": iso_utc(self.fired_ns),
            "learned": iso_utc(self.learned_ns),
            "value": self.value,
            "coverage": self.coverage,
            "stale": self.stale,
            "acknowledged": _iso(self.acknowledged_ns),
            "acknowledged_by": self.acknowledged_by,
            "why": self.why,
            "assigned": _iso(self.assigned_ns),
            "assigned_to": self.assigned_to,
            "assigned_by": self.assigned_by,
            "snoozed_until": _iso(self.snoozed_until_ns),
            "muted": self.never or self.muted,
            "ladder": self.ladder,
            "step": self.step,
            "told": [name.removeprefix("officer:") for name in self.told],
            "comments": self.comments,
        }


_FIELDS = tuple(each.name for each in fields(Alert))


def packed(alert: Alert) -> dict[str, Any]:
    return {name: getattr(alert, name) for name in _FIELDS}


def unpacked(saved: dict[str, Any]) -> Alert:
    return Alert(**{**saved, "asset": Asset(*saved["asset"])})


def _iso(time_ns: int | None) -> str | None:
    return None if time_ns is None else iso_utc(time_ns)


class Book:
    def __init__(self) -> None:
        self._next_number = 1
        self._open: dict[tuple[str, Asset], Alert] = {}
        self._numbered: dict[int, Alert] = {}
        """The same, by number; ascending."""
        self._answered: list[Wait] = []
        """Of alerts that were answered, the oldest answer first."""

    def __len__(self) -> int:
        return len(self._open)

    @property
    def alerts(self) -> list[Alert]:
        """By number."""
        return list(self._numbered.values())

    def numbered(self, number: int) -> Alert | None:
        return self._numbered.get(number)

    def of(self, rule: str, asset: Asset) -> Alert | None:
        return self._open.get((rule, asset))

    def fire(self, alert: Alert) -> None:
        """`alert.number` is given here."""
        alert.number = self._next_number
        self._next_number += 1
        self._add(alert)

    def change(self, rule: str, asset: Asset, change: Change) -> Alert | None:
        """Of one that is firing, or was until now; None for another, of which it says nothing."""
        alert = self._open.get((rule, asset))
        if alert is None:
            return None
        if change in _ENDS:
            del self._open[alert.key], self._numbered[alert.number]
        elif change in (Change.STALE, Change.HEARD):
            alert.stale = change is Change.STALE
        return alert

    def keep_only(self, firing: Iterable[tuple[str, Asset]]) -> None:
        """Drop the others, whose rules are gone."""
        kept = set(firing)
        self._open = {key: alert for key, alert in self._open.items() if key in kept}
        self._numbered = {number: alert for number, alert in self._numbered.items() if alert.key in kept}

    def move(self, alert: Alert, asset: Asset) -> None:
        """Its device stands in another zone now. Where one of the rule is open there already, this one is dropped."""
        del self._open[alert.key]
        alert.asset = asset
        if alert.key in self._open:
            del self._numbered[alert.number]
        else:
            self._open[alert.key] = alert

    def acknowledge(self, number: int, who: str, why: str, at_ns: int) -> Alert | Refusal:
        alert = self._numbered.get(number)
        if alert is None:
            return Refusal.UNKNOWN
        if alert.owned:
            return Refusal.ACKNOWLEDGED
        # An alert that was handed on has had its answer: only the first counts.
        if alert.acknowledged_ns is None:
            self._answered.append((alert.learned_ns, at_ns, alert.asset.city, alert.asset.zone))
        alert.acknowledged_ns, alert.acknowledged_by, alert.why = at_ns, who, why
        return alert

    def response(self, at_ns: int) -> IndicatorBatch:
        """How soon the alerts were answered that were learned of in the last 24 hours.

        One that waits still counts with the time it has waited; one that ended unanswered needed no answer.
        """
        since_ns = at_ns - RESPONSE_NS
        self._answered = [each for each in self._answered if each[0] > since_ns]
        waiting = [
            (alert.learned_ns, at_ns, alert.asset.city, alert.asset.zone)
            for alert in self._open.values()
            if alert.acknowledged_ns is None and alert.learned_ns > since_ns
        ]
        return response([*self._answered, *waiting], at_ns)

    def describe(self) -> dict[str, Any]:
        """As `restore` takes it."""
        return {
            "next": self._next_number,
            "alerts": list(map(packed, self.alerts)),
            "answered": [list(each) for each in self._answered],
        }

    def number_from(self, number: int) -> None:
        """Those before it were given to alerts that are known here no more."""
        self._next_number = number

    def restore(self, saved: dict[str, Any]) -> None:
        self._next_number = saved["next"]
        for each in saved["alerts"]:
            self._add(unpacked(each))
        self._answered = [(learned, until, city, zone) for learned, until, city, zone in saved["answered"]]

    def _add(self, alert: Alert) -> None:
        self._open[alert.key] = alert
        self._numbered[alert.number] = alert

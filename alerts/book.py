"""The alerts that are firing, each with a number of its own, and how soon people answer them."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from enum import StrEnum
from statistics import median
from typing import Any

import numpy as np

from alerts.assets import Asset
from alerts.lifecycle import Change
from config.durations import UNITS_NS
from config.iso_times import iso_utc
from processors.indicators.indicator_batch import CITY_ZONE, IndicatorBatch

RESPONSE = "alert_response"
RESPONSE_NS = 24 * UNITS_NS["h"]
"""Alerts that fired in this time make the figure."""
_ENDS = {Change.RESOLVED, Change.WITHDRAWN}


class Refusal(StrEnum):
    UNKNOWN = "unknown"
    """No alert with this number is firing."""
    ACKNOWLEDGED = "acknowledged"
    """Somebody was quicker."""


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

    def describe(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "number": self.number,
            "rule": self.rule,
            "severity": self.severity,
            **{name: text for name, text in self.asset._asdict().items() if text},
            "fired": iso_utc(self.fired_ns),
            "learned": iso_utc(self.learned_ns),
            "value": self.value,
            "coverage": self.coverage,
            "stale": self.stale,
            "acknowledged": None if self.acknowledged_ns is None else iso_utc(self.acknowledged_ns),
            "acknowledged_by": self.acknowledged_by,
            "why": self.why,
        }


class Book:
    def __init__(self) -> None:
        self._next_number = 1
        self._open: dict[tuple[str, Asset], Alert] = {}
        self._answered: list[tuple[int, int, str, str]] = []
        """(learned_ns, acknowledged_ns, city, zone) of alerts that were answered, the oldest answer first."""

    def __len__(self) -> int:
        return len(self._open)

    @property
    def alerts(self) -> list[Alert]:
        """By number."""
        return sorted(self._open.values(), key=lambda alert: alert.number)

    def fire(self, alert: Alert) -> None:
        """`alert.number` is given here."""
        alert.number = self._next_number
        self._next_number += 1
        self._open[alert.rule, alert.asset] = alert

    def change(self, rule: str, asset: Asset, change: Change) -> int:
        """Of one that is firing: its number; 0 for another, of which it says nothing."""
        alert = self._open.get((rule, asset))
        if alert is None:
            return 0
        if change in _ENDS:
            del self._open[rule, asset]
        elif change in (Change.STALE, Change.HEARD):
            alert.stale = change is Change.STALE
        return alert.number

    def keep_only(self, firing: Iterable[tuple[str, Asset]]) -> None:
        """Drop the others, whose rules are gone."""
        kept = set(firing)
        self._open = {key: alert for key, alert in self._open.items() if key in kept}

    def acknowledge(self, number: int, who: str, why: str, at_ns: int) -> Alert | Refusal:
        alert = next((alert for alert in self._open.values() if alert.number == number), None)
        if alert is None:
            return Refusal.UNKNOWN
        if alert.acknowledged_ns is not None:
            return Refusal.ACKNOWLEDGED
        alert.acknowledged_ns, alert.acknowledged_by, alert.why = at_ns, who, why
        self._answered.append((alert.learned_ns, at_ns, alert.asset.city, alert.asset.zone))
        return alert

    def response(self, at_ns: int) -> IndicatorBatch:
        """`alert_response` of each zone, and of each city as a whole: the median of the minutes until an answer.

        Of the alerts that were learned of in the last 24 hours. One that waits still counts with the time it has
        waited; one that ended unanswered needed no answer.
        """
        since_ns = at_ns - RESPONSE_NS
        self._answered = [each for each in self._answered if each[0] > since_ns]
        waiting = [
            (alert.learned_ns, at_ns, alert.asset.city, alert.asset.zone)
            for alert in self._open.values()
            if alert.acknowledged_ns is None and alert.learned_ns > since_ns
        ]
        minutes: dict[tuple[str, str], list[float]] = {}
        for learned_ns, until_ns, city, zone in [*self._answered, *waiting]:
            for place in {(city, zone), (city, CITY_ZONE)}:
                minutes.setdefault(place, []).append((until_ns - learned_ns) / UNITS_NS["m"])
        places = sorted(minutes)
        return IndicatorBatch(
            size_ns=RESPONSE_NS,
            end_ns=at_ns,
            city=[city for city, _ in places],
            zone=[zone for _, zone in places],
            indicator=[RESPONSE] * len(places),
            value=np.array([median(minutes[place]) for place in places]),
            coverage=np.ones(len(places)),
            quality=np.ones(len(places)),
            revision=np.zeros(len(places), np.int32),
        )

    def describe(self) -> dict[str, Any]:
        """As `restore` takes it."""
        alerts = [{**asdict(alert), "asset": list(alert.asset)} for alert in self.alerts]
        return {"next": self._next_number, "alerts": alerts, "answered": [list(each) for each in self._answered]}

    def restore(self, saved: dict[str, Any]) -> None:
        self._next_number = saved["next"]
        for each in saved["alerts"]:
            alert = Alert(**{**each, "asset": Asset(*each["asset"])})
            self._open[alert.rule, alert.asset] = alert
        self._answered = [(learned, until, city, zone) for learned, until, city, zone in saved["answered"]]

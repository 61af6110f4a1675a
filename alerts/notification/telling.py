"""What is to be told at one moment becomes notices: one for each recipient, way, reason and group of alerts."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from alerts.book import Alert
from alerts.causes import Cause
from alerts.consequences import AuditEntry, Card, Consequences, Count, Notice, Reason
from alerts.notification.budget import MOST_CARDS, Budget, Digest
from alerts.notification.cards import Cards
from alerts.notification.roster import Recipient, Roster, gravity
from config.alert_rules import Rule
from config.duty import Budget as BudgetSettings
from config.duty import Contact

_Entries = dict[tuple[int, str, str], list[str]]
"""(alert, what, why) -> whom."""


@dataclass(frozen=True, slots=True)
class Told:
    """An alert that somebody is told of."""

    alert: Alert
    ended_ns: int = 0
    detail: str = ""
    """A note, in somebody's own words."""
    cause: Cause | None = None


@dataclass(slots=True)
class _Bundle:
    """For one recipient."""

    recipient: Recipient
    reason: Reason
    step: int
    told: list[Told] = field(default_factory=list)


class Telling:
    """Collects until `flush`; between two entries of the journal it is empty."""

    def __init__(self, cards: Cards, rules: Mapping[str, Rule], budget: BudgetSettings, roster: Roster) -> None:
        self._cards = cards
        self._rules = rules
        self._budget = Budget(budget)
        self._roster = roster
        self._bundles: dict[tuple[str, Reason, tuple[str, ...]], _Bundle] = {}
        self._said: set[tuple[int, str]] = set()
        """(alert, recipient): nobody is told twice of one alert at one moment."""
        self._next_number = 1
        """Of the next notice."""

    def add(
        self, told: Told, reason: Reason, step: int, group: tuple[str, ...], recipients: Iterable[Recipient]
    ) -> None:
        """`step` is counted from 1; 0 where it has nothing to do with a ladder."""
        for recipient in recipients:
            if (told.alert.number, recipient.id) in self._said:
                continue
            self._said.add((told.alert.number, recipient.id))
            key = recipient.id, reason, group
            self._bundles.setdefault(key, _Bundle(recipient, reason, step)).told.append(told)

    def flush(self, now_ns: int, out: Consequences) -> None:
        """The notices of this moment, and the digests that are due."""
        entries: _Entries = {}
        for bundle in self._bundles.values():
            self._tell(bundle, now_ns, out, entries)
        for (number, what, why), names in entries.items():
            out.entries.append(AuditEntry(now_ns, what, alert=number, why=why, detail={"to": ", ".join(names)}))
        self._bundles.clear()
        self._said.clear()
        for digest in self._budget.advance(now_ns):
            self._tell_digest(digest, now_ns, out)

    def next_due_ns(self) -> int | None:
        return self._budget.next_due_ns()

    def describe(self) -> dict[str, Any]:
        """As `restore` takes it."""
        return {"next": self._next_number, "budget": self._budget.describe()}

    def restore(self, saved: dict[str, Any]) -> None:
        self._next_number = saved["next"]
        self._budget.restore(saved["budget"])

    def _tell(self, bundle: _Bundle, now_ns: int, out: Consequences, entries: _Entries) -> None:
        recipient, reason = bundle.recipient, bundle.reason
        reached = [each for each in bundle.told if recipient.ways(each.alert.severity)]
        if not reached:
            return
        cards = self._cards_of(reached, recipient.language)
        alerts = [each.alert for each in reached]
        severity = max((alert.severity for alert in alerts), key=gravity)
        what = "told"
        if recipient.officer and not self._budget.take(recipient.officer, severity, reason, alerts, cards, now_ns):
            what = "told in a digest"
        else:
            self._by_each_way(bundle, reached, cards, now_ns, out)
        for alert in alerts:
            entries.setdefault((alert.number, what, reason.value), []).append(recipient.id)
            if recipient.id not in alert.told:
                alert.told.append(recipient.id)

    def _by_each_way(
        self, bundle: _Bundle, reached: Sequence[Told], cards: Sequence[Card], now_ns: int, out: Consequences
    ) -> None:
        for way in bundle.recipient.contacts:
            told = [each for each in reached if gravity(each.alert.severity) >= gravity(way.severity)]
            if told:
                own = cards if len(told) == len(reached) else self._cards_of(told, bundle.recipient.language)
                alerts = tuple(each.alert.number for each in told)
                self._send(bundle, way, own, alerts, now_ns, out, ladder=told[0].alert.ladder)

    def _tell_digest(self, digest: Digest, now_ns: int, out: Consequences) -> None:
        recipient = self._roster.recipient(f"officer:{digest.officer}")
        told = [recipient] if recipient is not None else []
        if not any(each.ways(digest.severity) for each in told):
            # The configuration has changed since.
            told = self._roster.fallback(digest.office)
            why = f"a digest of {len(digest.alerts)} alerts for {digest.officer}"
            instead = {"instead": ", ".join(each.id for each in told)}
            out.entries.append(AuditEntry(now_ns, "nobody to tell", why=why, detail=instead))
        for each in told:
            for way in each.ways(digest.severity):
                bundle = _Bundle(each, Reason.DIGEST, 0)
                self._send(bundle, way, digest.cards, digest.alerts, now_ns, out, digest.severity, digest.counts)

    def _send(
        self,
        bundle: _Bundle,
        way: Contact,
        cards: Sequence[Card],
        alerts: tuple[int, ...],
        now_ns: int,
        out: Consequences,
        severity: str = "",
        counts: tuple[Count, ...] = (),
        ladder: str = "",
    ) -> None:
        recipient = bundle.recipient
        out.notices.append(
            Notice(
                number=self._next_number,
                at_ns=now_ns,
                reason=bundle.reason,
                severity=severity or cards[0].severity,
                channel=way.channel,
                to=way.to,
                officer=recipient.officer,
                office=recipient.office,
                language=recipient.language,
                step=bundle.step,
                cards=tuple(cards),
                alerts=alerts,
                ladder=ladder,
                counts=counts,
            )
        )
        self._next_number += 1

    def _cards_of(self, told: Sequence[Told], language: str) -> list[Card]:
        """Of the gravest first."""
        first = sorted(told, key=lambda each: (-gravity(each.alert.severity), each.alert.number))[:MOST_CARDS]
        return [
            self._cards.card(
                each.alert,
                self._rules[each.alert.rule],
                language,
                ended_ns=each.ended_ns,
                detail=each.detail,
                cause=each.cause,
            )
            for each in first
        ]

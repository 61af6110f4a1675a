"""Alerts whose rule is another one now, or gone: they end, so that nobody waits for their end and no siren stays on."""

from collections.abc import Mapping, Set
from typing import Any

from alerts.actuation.commands import Commander
from alerts.book import Alert, Book, packed, unpacked
from alerts.consequences import Consequences
from alerts.engine import RULE_CHANGED
from alerts.handling import changed, entry_of
from alerts.lifecycle import Change
from alerts.notification.dispatcher import Changed, Dispatcher
from config.alert_rules import Rule


class LeftAlerts:
    def __init__(self, book: Book, dispatcher: Dispatcher, commander: Commander) -> None:
        self._book = book
        self._dispatcher = dispatcher
        self._commander = commander
        self._held: list[tuple[Rule, Alert]] = []
        """With the rule as it was."""

    def __bool__(self) -> bool:
        return bool(self._held)

    @property
    def numbers(self) -> Set[int]:
        return {alert.number for _, alert in self._held}

    def take_out(self, outdated: Mapping[str, Rule]) -> None:
        """Of the book, those that fired by these rules: what the rules are now may fire there meanwhile."""
        self._held += [(outdated[alert.rule], alert) for alert in self._book.alerts if alert.rule in outdated]
        self._book.keep_only(alert.key for alert in self._book.alerts if alert.rule not in outdated)

    def end(self, now_ns: int, out: Consequences) -> None:
        """Where the rule has fired again by now, the new alert speaks for itself; what the old one began still ends."""
        held, self._held = self._held, []
        events = [(changed(rule, alert, Change.RESOLVED, now_ns, why=RULE_CHANGED), alert) for rule, alert in held]
        gone = [Changed(event, alert) for event, alert in events if self._book.of(*alert.key) is None]
        for rule, _ in held:
            self._dispatcher.remember(rule)
        out.events += [change.event for change in gone]
        out.entries += [entry_of(change.event) for change in gone]
        self._dispatcher.take(gone, now_ns, out)
        for event, alert in events:
            out.extend(self._commander.take(event, alert, now_ns))

    def describe(self) -> list[Any]:
        """As `restore` takes it."""
        return [[rule.model_dump_json(), packed(alert)] for rule, alert in self._held]

    def restore(self, saved: list[Any]) -> None:
        self._held = [(Rule.model_validate_json(settings), unpacked(content)) for settings, content in saved]

"""Whom a step of a ladder reaches, and who is told instead where it reaches nobody."""

from collections.abc import Callable

from alerts.book import Alert
from alerts.consequences import AuditEntry, Consequences
from alerts.notification.ladders import step_of
from alerts.notification.roster import Recipient, Roster
from config.duty import Ladder


class Addressing:
    def __init__(self, roster: Roster, ladder: Callable[[str, str], Ladder]) -> None:
        self._roster = roster
        self._ladder = ladder
        self._found: dict[tuple[tuple[str, ...], str], list[Recipient]] = {}
        """Whom targets of an office mean at this moment: in a storm thousands mean the same."""

    def of_step(self, alert: Alert, step: int, now_ns: int, out: Consequences) -> list[Recipient]:
        """`step` is counted from 0. That nobody can be told as it is meant is on record."""
        targets = step_of(self._ladder(alert.ladder, alert.severity), step).to
        meant = self._found.get((targets, alert.office))
        if meant is None:
            meant = self._found[targets, alert.office] = self._roster.recipients(targets, alert.office, now_ns)
        if any(recipient.contacts for recipient in meant):
            return meant
        instead = self._roster.fallback(alert.office)
        why = f"{', '.join(targets)} of {alert.office or 'no office'}"
        told = {"instead": ", ".join(recipient.id for recipient in instead)}
        out.entries.append(AuditEntry(now_ns, "nobody to tell", alert=alert.number, why=why, detail=told))
        return instead

    def told_before(self, alert: Alert) -> list[Recipient]:
        return [recipient for name in alert.told if (recipient := self._roster.recipient(name)) is not None]

    def concerned(self, alert: Alert, now_ns: int, out: Consequences) -> list[Recipient]:
        """Those who were told of it, else those who would be now."""
        return self.told_before(alert) or self.of_step(alert, max(0, alert.step - 1), now_ns, out)

    def forget(self) -> None:
        """The moment is over."""
        self._found.clear()

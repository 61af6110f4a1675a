"""Whom a step of a ladder reaches, and who is told instead where it reaches nobody."""

from collections.abc import Callable, Iterable, Sequence

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
        if any(each.contacts for each in meant if each.officer or not _means_people(targets)):
            self._note_who_wants_none_of_it(alert, meant, now_ns, out)
            return meant
        instead = self._roster.fallback(alert.office)
        why = f"{', '.join(targets)} of {alert.office or 'no office'}"
        told = {"instead": ", ".join(recipient.id for recipient in instead)}
        out.entries.append(AuditEntry(now_ns, "nobody to tell", alert=alert.number, why=why, detail=told))
        return list({each.id: each for each in (*meant, *instead)}.values())

    def told_before(self, alert: Alert) -> list[Recipient]:
        return [recipient for name in alert.told if (recipient := self._roster.recipient(name)) is not None]

    def concerned(self, alert: Alert, now_ns: int, out: Consequences) -> list[Recipient]:
        """Those who were told of it, else those who would be now."""
        return self.told_before(alert) or self.of_step(alert, max(0, alert.step - 1), now_ns, out)

    def _note_who_wants_none_of_it(
        self, alert: Alert, meant: Sequence[Recipient], now_ns: int, out: Consequences
    ) -> None:
        """It is their choice, so nobody else is told; but that the step is told to nobody stands in the log."""
        if not any(recipient.ways(alert.severity) for recipient in meant):
            names = ", ".join(recipient.id for recipient in meant)
            why = f"no contact of {names} is for {alert.severity} alerts"
            out.entries.append(AuditEntry(now_ns, "not told", alert=alert.number, why=why))

    def forget(self) -> None:
        """The moment is over."""
        self._found.clear()


def _means_people(targets: Iterable[str]) -> bool:
    """Not other systems alone."""
    return not all(target.startswith("channel:") for target in targets)

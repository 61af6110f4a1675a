"""What people do about an alert: see to it, hand it on, say something, put it off, or ask for silence."""

from dataclasses import replace

from alerts.acts import Acknowledge, Assign, Close, Comment, EndSilence, Silence, Snooze
from alerts.book import Alert, Book, Refusal
from alerts.consequences import AuditEntry, Consequences
from alerts.engine import AlertEvent
from alerts.lifecycle import Change
from alerts.notification.dispatcher import Dispatcher
from alerts.notification.silences import SilenceRefusal, SilenceState
from config.alert_rules import Rule
from config.duty import OWN_NAME
from config.iso_times import iso_utc

OfAlert = Acknowledge | Assign | Comment | Snooze
OfSilence = Silence | EndSilence


class Handling:
    def __init__(self, book: Book, dispatcher: Dispatcher, rules: dict[str, Rule]) -> None:
        self._book = book
        self._dispatcher = dispatcher
        self._rules = rules

    def of_alert(self, act: OfAlert, now_ns: int, out: Consequences) -> Alert | Refusal:
        """What is refused is on record too, with who asked for it."""
        match act:
            case Acknowledge():
                outcome = self._acknowledge(act, now_ns, out)
            case Assign():
                outcome = self._assign(act, now_ns, out)
            case Comment():
                outcome = self._comment(act, now_ns, out)
            case Snooze():
                outcome = self._snooze(act, now_ns, out)
        return self.refused(act, outcome, now_ns, out) if isinstance(outcome, Refusal) else outcome

    def refused(self, act: OfAlert | Close, refusal: Refusal, now_ns: int, out: Consequences) -> Refusal:
        detail = {"act": type(act).__name__.lower(), "reason": refusal.value}
        out.entries.append(AuditEntry(now_ns, "refused", alert=act.alert, who=act.who, why=act.why, detail=detail))
        return refusal

    def of_silence(self, act: OfSilence, now_ns: int, out: Consequences) -> SilenceState | SilenceRefusal:
        silences = self._dispatcher.muting.silences
        is_new = isinstance(act, Silence)
        outcome = silences.begin(act, now_ns) if isinstance(act, Silence) else silences.end(act, now_ns)
        what = "silence" if is_new else "end_silence"
        if isinstance(outcome, SilenceRefusal):
            detail: dict[str, str | float | int | bool | None] = {"act": what, "reason": outcome.value}
            out.entries.append(AuditEntry(now_ns, "refused", who=act.who, why=act.why, detail=detail))
            return outcome
        scope = {name: ", ".join(getattr(outcome, name)) for name in ("rules", "zones", "kinds", "devices")}
        times = {"begin": iso_utc(outcome.begin_ns), "end": iso_utc(outcome.end_ns)}
        detail = {"silence": outcome.number, **times, **{name: text for name, text in scope.items() if text}}
        out.entries.append(AuditEntry(now_ns, what, who=act.who, why=act.why, detail=detail))
        self._dispatcher.judge_all(now_ns, out)
        self._dispatcher.advance(now_ns, out)
        return outcome

    def _acknowledge(self, act: Acknowledge, now_ns: int, out: Consequences) -> Alert | Refusal:
        alert = self._book.acknowledge(act.alert, act.who, act.why, now_ns)
        if isinstance(alert, Alert):
            self._note_acknowledged(alert, act.who, act.why, now_ns, out)
        return alert

    def _note_acknowledged(self, alert: Alert, who: str, why: str, now_ns: int, out: Consequences) -> None:
        event = changed(self._rules[alert.rule], alert, Change.ACKNOWLEDGED, now_ns, who=who)
        out.events.append(event)
        out.entries.append(replace(entry_of(event), why=why))
        out.figures.append(self._book.response(now_ns))
        self._dispatcher.owned(alert)

    def _assign(self, act: Assign, now_ns: int, out: Consequences) -> Alert | Refusal:
        """Who takes an alert has acknowledged it; another assignee is told, and is to acknowledge it."""
        alert = self._book.numbered(act.alert)
        if alert is None:
            return Refusal.UNKNOWN
        if self._dispatcher.roster.officer(act.to) is None:
            return Refusal.UNKNOWN_OFFICER
        if alert.assigned_to == act.to:
            return Refusal.ASSIGNED
        alert.assigned_ns, alert.assigned_to, alert.assigned_by = now_ns, act.to, act.who
        self._record(act, alert, now_ns, out, to=act.to)
        if act.who == act.to:
            self._book.acknowledge(act.alert, act.who, act.why, now_ns)
            self._note_acknowledged(alert, act.who, act.why, now_ns, out)
        else:
            # In the same moment as an acknowledgement it comes after it.
            if alert.acknowledged_ns is not None:
                alert.assigned_ns = max(now_ns, alert.acknowledged_ns + 1)
            self._dispatcher.assigned(alert, act.why, now_ns, out)
        return alert

    def _comment(self, act: Comment, now_ns: int, out: Consequences) -> Alert | Refusal:
        alert = self._book.numbered(act.alert)
        if alert is None:
            return Refusal.UNKNOWN
        alert.comments += 1
        self._record(act, alert, now_ns, out)
        return alert

    def _snooze(self, act: Snooze, now_ns: int, out: Consequences) -> Alert | Refusal:
        """Once more: the new time takes the place of the old."""
        alert = self._book.numbered(act.alert)
        if alert is None:
            return Refusal.UNKNOWN
        alert.snoozed_until_ns, alert.snoozed_by = now_ns + act.for_ns, act.who
        self._record(act, alert, now_ns, out, until=iso_utc(alert.snoozed_until_ns))
        self._dispatcher.snoozed(alert, now_ns)
        return alert

    def _record(self, act: OfAlert, alert: Alert, now_ns: int, out: Consequences, **detail: str) -> None:
        out.entries.append(
            AuditEntry(
                now_ns,
                type(act).__name__.lower(),
                alert=alert.number,
                rule=alert.rule,
                asset=alert.asset,
                who=act.who,
                why=act.why,
                detail=detail,
            )
        )


def changed(rule: Rule, alert: Alert, change: Change, now_ns: int, *, who: str = "", why: str = "") -> AlertEvent:
    """By what somebody did, `who`, or by what was configured: no figure has changed."""
    return AlertEvent(
        rule=rule,
        asset=alert.asset,
        change=change,
        event_ns=now_ns,
        learned_ns=now_ns,
        value=alert.value,
        coverage=alert.coverage,
        who=who,
        number=alert.number,
        why=why,
    )


def entry_of(event: AlertEvent) -> AuditEntry:
    return AuditEntry(
        at_ns=event.learned_ns,
        what=event.change.value,
        event_ns=event.event_ns,
        alert=event.number,
        rule=event.rule.id,
        asset=event.asset,
        who=event.who or OWN_NAME,
        why=event.why,
        detail={"value": event.value, "coverage": event.coverage},
    )

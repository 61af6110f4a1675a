"""Who is told of an alert, and when.

backlog ─▶ flapping ─▶ maintenance ─▶ silences ─▶ inhibition ─▶ route
    ─▶ group ─▶ ladder ─▶ recipients ─▶ budget ─▶ notices
         ▲        │
         └────────┘ nobody answers

In this order; where it ends for an alert there is an entry in the audit log.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from alerts.book import Alert, Book
from alerts.causes import Cause, Code
from alerts.consequences import AuditEntry, Consequences, Reason
from alerts.engine import OUTSIDE_HOURS, RULE_CHANGED, AlertEvent
from alerts.lifecycle import Change
from alerts.notification.addressing import Addressing
from alerts.notification.backlog import is_backlog, late_by_ns, note_backlog
from alerts.notification.calming import Calming
from alerts.notification.cards import Cards
from alerts.notification.climbing import Climbing
from alerts.notification.flapping import Key as AlertKey
from alerts.notification.gateways import Gateways
from alerts.notification.groups import Groups, Key
from alerts.notification.leaving import Leaving
from alerts.notification.muting import Muting
from alerts.notification.roster import Recipient, Roster
from alerts.notification.routes import Routes
from alerts.notification.telling import Telling, Told
from config.alert_rules import Rule
from config.periods import usual_size_ns
from config.settings import Settings

_CODES = {OUTSIDE_HOURS: Code.OUTSIDE_HOURS, RULE_CHANGED: Code.RULE_CHANGED}
_ENDS = {Change.RESOLVED: Reason.RESOLVED, Change.WITHDRAWN: Reason.WITHDRAWN}


@dataclass(frozen=True, slots=True)
class Changed:
    """An alert and what has become of it; one that has ended is in the book no more."""

    event: AlertEvent
    alert: Alert


@dataclass(slots=True)
class _Met:
    """Numbers of alerts."""

    touched: dict[int, None] = field(default_factory=dict)
    """Hidden by one that has begun or ended."""
    flaps: set[int] = field(default_factory=set)
    """They begin to flap with this."""
    news: set[int] = field(default_factory=set)
    """They came out of a backlog, and go on."""


class Dispatcher:
    """Times given must not step back. At rest a look at the clock costs a few comparisons."""

    def __init__(self, settings: Settings, book: Book) -> None:
        self._settings = settings.notification
        self._enabled = settings.notification.enabled and bool(settings.channels)
        self._book = book
        self._rules = {rule.id: rule for rule in settings.rules}
        self._gateways = Gateways(settings.devices)
        self.muting = Muting(settings, self._gateways)
        self.roster = Roster(settings)
        self._routes = Routes(settings, self._gateways)
        self._addressing = Addressing(self.roster, self._routes.ladder)
        self._groups = Groups(settings.notification.group_interval)
        self._climbing = Climbing(book, self._routes.ladder, self._groups, tells=self._enabled)
        self._telling = Telling(Cards(settings), self._rules, settings.notification.budget, self.roster)
        self._leaving = Leaving()
        self._calming = Calming()
        self._opened: set[Key] = set()
        """Groups whose first alert is told at this moment, and with it all that come now."""
        self._judged_ns = 0
        """When it was last asked whether planned works and silences hold."""

    def remember(self, rule: Rule) -> None:
        """One that is configured no more, and of whose alerts there is still something to say."""
        self._rules.setdefault(rule.id, rule)

    def take(self, changes: Sequence[Changed], now_ns: int, out: Consequences) -> None:
        """All that has changed at one moment: the cause may come last."""
        met = self._met(changes, now_ns)
        for change in changes:
            alert = change.alert
            match change.event.change:
                case Change.FIRING:
                    self._begin(alert, now_ns, out)
                case Change.GOES_ON if alert.number in met.news:
                    self._begin_after_backlog(alert, now_ns, out)
                case Change.STALE:
                    self._stale(alert)
                case Change.RESOLVED | Change.WITHDRAWN:
                    self._end(alert, change.event, alert.number in met.flaps, now_ns, out)
        for number in met.touched:
            if (hidden := self._book.numbered(number)) is not None:
                self.judge(hidden, now_ns, out)
        self.advance(now_ns, out)

    def _met(self, changes: Sequence[Changed], now_ns: int) -> _Met:
        """What has to be known of all of them before anybody is told of one."""
        met = _Met()
        inhibitions = self.muting.inhibitions
        for change in changes:
            alert = change.alert
            match change.event.change:
                case Change.FIRING:
                    self._routes.place(alert, change.event.rule)
                    note_backlog(alert, self._settings.backlog_limit)
                    self._may_hide(alert)
                    met.touched.update(dict.fromkeys(inhibitions.hides(alert)))
                case Change.RESOLVED | Change.WITHDRAWN:
                    met.touched.update(dict.fromkeys(inhibitions.hides(alert)))
                    inhibitions.end(alert)
                case Change.GOES_ON if self._leaves_backlog(change):
                    met.news.add(alert.number)
                    met.touched.update(dict.fromkeys(inhibitions.hides(alert)))
                    continue
                case _:
                    continue
            if self._begins_to_flap(change, now_ns):
                met.flaps.add(alert.number)
        return met

    def advance(self, now_ns: int, out: Consequences) -> None:
        """What is due by now."""
        self._judge_all_that_changed(now_ns, out)
        for alert in self._climbing.due(now_ns):
            if alert.snoozed_until_ns is not None:
                out.entries.append(AuditEntry(now_ns, "snooze over", alert=alert.number))
                alert.snoozed_until_ns = None
                self._climbing.hold_or_go_on(alert, now_ns)
            elif self._is_told_now(alert, self._key(alert, self._reason(alert), alert.step + 1), now_ns):
                self._step(alert, now_ns, out)
        for numbers in self._groups.advance(now_ns):
            for number in numbers:
                self._told_together(number, now_ns, out)
        self._flush(now_ns, out)

    @property
    def next_due_ns(self) -> int | None:
        """When `advance` has something to do."""
        if self.muting.is_reconfigured:
            return self._judged_ns
        times = (
            self._climbing.next_due_ns(),
            self._groups.next_due_ns(),
            self.muting.flapping.next_due_ns(),
            self.muting.change_ns(self._judged_ns),
            self._telling.next_due_ns(),
        )
        return min((time for time in times if time is not None), default=None)

    @property
    def untold(self) -> int:
        """Open alerts whose turn has come and of which nobody could be told."""
        return sum(alert.step > 0 and not alert.paged for alert in self._book.alerts)

    def judge(self, alert: Alert, now_ns: int, out: Consequences) -> None:
        """Whether it is muted now; each change of the reason is on record."""
        reason = "" if alert.never else self.muting.reason(alert, now_ns)
        if self.muting.flapping.is_untold(alert.key) and not alert.never and not self.muting.otherwise(alert, now_ns):
            self._tell_flapping(Told(alert), now_ns, out)
        if reason != alert.muted:
            what, why = ("muted", reason) if reason else ("unmuted", alert.muted)
            out.entries.append(AuditEntry(now_ns, what, alert=alert.number, why=why))
            # A device is heard a little after its gateway: now it has to be silent for as long as its own rule asks.
            is_behind = self.muting.inhibitions.is_of_gateway(alert.muted)
            rest_ns = self._rules[alert.rule].lasting if is_behind else 0
            alert.muted = reason
            self._climbing.hold_or_go_on(alert, now_ns, rest_ns)

    def judge_all(self, now_ns: int, out: Consequences) -> None:
        for alert in self._book.alerts:
            self.judge(alert, now_ns, out)
        self._judged_ns = now_ns

    def snoozed(self, alert: Alert, now_ns: int) -> None:
        self._climbing.hold_or_go_on(alert, now_ns)

    def owned(self, alert: Alert) -> None:
        """Somebody has acknowledged it: it climbs no further."""
        self._groups.leave(alert.number)

    def assigned(self, alert: Alert, why: str, now_ns: int, out: Consequences) -> None:
        """The assignee is told; who does not acknowledge has as long as the next step of the ladder would have had."""
        self._groups.leave(alert.number)
        recipient = self.roster.recipient(f"officer:{alert.assigned_to}")
        if recipient is not None and self._enabled:
            if not recipient.contacts:
                out.entries.append(AuditEntry(now_ns, "nobody to tell", alert=alert.number, why=recipient.id))
            self._tell(Told(alert, detail=why), Reason.ASSIGNED, [recipient])
        self._climbing.begin_again(alert, now_ns)
        self._flush(now_ns, out)

    def command_failed(self, alert: Alert, cause: Cause, now_ns: int, out: Consequences) -> None:
        """Those who were told of the alert, or would be now, learn that nothing came of its command."""
        if self._enabled and not alert.never:
            concerned = self._addressing.concerned(alert, now_ns, out)
            self._tell(Told(alert, cause=cause), Reason.COMMAND_FAILED, concerned)
            self._flush(now_ns, out)

    def _begins_to_flap(self, change: Changed, now_ns: int) -> bool:
        """Of a backlog all comes at one moment, however far apart it was, so it does not count."""
        event = change.event
        is_late = late_by_ns(event.event_ns, event.learned_ns, self._settings.backlog_limit)
        return not is_late and self.muting.flapping.note(change.alert.key, now_ns)

    def _may_hide(self, alert: Alert) -> None:
        """Not out of a backlog: nobody is told of that one, and what is new would be hidden behind it."""
        if not is_backlog(alert):
            self.muting.inhibitions.begin(alert, alert.kind)

    def _leaves_backlog(self, change: Changed) -> bool:
        """Whether it is news from now on: a window that was known in time shows that it goes on."""
        alert = change.alert
        if not is_backlog(alert) or self._book.numbered(alert.number) is None:
            return False
        alert.never = ""
        self._routes.place(alert, change.event.rule)
        self._may_hide(alert)
        return not alert.never

    def _begin_after_backlog(self, alert: Alert, now_ns: int, out: Consequences) -> None:
        """Whoever was told meanwhile, because it is theirs, is not told again."""
        self.judge(alert, now_ns, out)
        is_told = self._climbing.climbs(alert) and not alert.owned
        what = "told after a backlog" if is_told else "quiet after a backlog"
        out.entries.append(AuditEntry(now_ns, what, alert=alert.number, why="it goes on"))
        if alert.step:
            self._climbing.begin_again(alert, now_ns)
            return
        alert.climbs_from_ns = now_ns
        alert.held_ns = None if self._climbing.climbs(alert) else now_ns
        self._climbing.push(alert)

    def _begin(self, alert: Alert, now_ns: int, out: Consequences) -> None:
        alert.climbs_from_ns = now_ns + self._wait_ns(alert)
        is_over = self._book.numbered(alert.number) is None
        if why := alert.never or ("it was over when it was known here" if is_over else ""):
            out.entries.append(AuditEntry(now_ns, "not told", alert=alert.number, why=why))
            return
        self.judge(alert, now_ns, out)
        self._climbing.push(alert)

    def _wait_ns(self, alert: Alert) -> int:
        """Devices and their gateway are not silent for the same time: a window and a quarter later both are known."""
        rule = self._rules[alert.rule]
        if not rule.size or not self.muting.inhibitions.awaits_gateway(alert):
            return 0
        return usual_size_ns(rule.size) * 5 // 4

    def _stale(self, alert: Alert) -> None:
        if alert.paged and self._climbing.climbs(alert) and self._book.numbered(alert.number) is not None:
            self._tell(Told(alert), Reason.STALE, self._addressing.told_before(alert))

    def _end(self, alert: Alert, event: AlertEvent, flaps: bool, now_ns: int, out: Consequences) -> None:
        waited = self._groups.leave(alert.number)
        now_stands = replace(alert, value=event.value, coverage=event.coverage)
        ended = Told(now_stands, ended_ns=event.event_ns, cause=self._cause(event))
        self._calming.ends(ended)
        if flaps and not alert.never and not alert.muted and not self.muting.by_somebody(alert, now_ns):
            self._tell_flapping(ended, now_ns, out)
            return
        if not alert.paged:
            if waited:
                why = "it was over before it was told"
                out.entries.append(AuditEntry(now_ns, "not told", alert=alert.number, why=why))
            return
        reason = _ENDS[event.change]
        muted = self.muting.by_somebody(alert, now_ns)
        if not muted and self.muting.flapping.is_flapping(alert.key):
            muted = "flapping"
        if muted:
            out.entries.append(AuditEntry(now_ns, "not told", alert=alert.number, why=f"{reason.value}: {muted}"))
        elif self._settings.tell_resolved:
            self._leaving.add(ended, reason)
            if self._is_told_now(alert, self._key(alert, reason), now_ns):
                self._told_together(alert.number, now_ns, out)

    def _cause(self, event: AlertEvent) -> Cause | None:
        """Why it ended, where the figure alone does not say it."""
        if event.who:
            officer = self.roster.officer(event.who)
            who = officer.name if officer and officer.name else event.who
            return Cause(Code.CLOSED.value, {"who": who, "why": event.why})
        return Cause(_CODES[event.why].value) if event.why in _CODES else None

    def _tell_flapping(self, told: Told, now_ns: int, out: Consequences) -> None:
        """Once: to those who were told of the alert, else to those who would be."""
        alert = told.alert
        self.muting.flapping.told(alert.key)
        if self._enabled:
            concerned = self._addressing.concerned(alert, now_ns, out)
            self._tell(told, Reason.FLAPPING, concerned, step=1)
            self._calming.flaps(told, [recipient.id for recipient in concerned])
            alert.step = max(1, alert.step)

    def _tell_calm(self, key: AlertKey, now_ns: int, out: Consequences) -> None:
        """Those who were told that it flaps; of one that still fires they are told as of any other."""
        taken = self._calming.take(key)
        if taken is None or self._book.of(*key) is not None:
            return
        told, names = taken
        if muted := self.muting.by_somebody(told.alert, now_ns):
            out.entries.append(AuditEntry(now_ns, "not told", alert=told.alert.number, why=f"calm: {muted}"))
        elif self._settings.tell_resolved:
            found = [self.roster.recipient(name) for name in names]
            self._tell(told, Reason.CALM, [recipient for recipient in found if recipient is not None])

    def _told_together(self, number: int, now_ns: int, out: Consequences) -> None:
        """An alert, or the end of one, that waited in its group."""
        if (ended := self._leaving.take(number)) is not None:
            told, reason = ended
            self._tell(told, reason, self._addressing.told_before(told.alert))
        elif (alert := self._book.numbered(number)) is not None:
            self._step(alert, now_ns, out)

    def _step(self, alert: Alert, now_ns: int, out: Consequences) -> None:
        """It climbs by one."""
        recipients = self._addressing.of_step(alert, alert.step, now_ns, out)
        self._tell(Told(alert), self._reason(alert), recipients, step=alert.step + 1)
        self._climbing.climbed(alert, now_ns)

    def _tell(self, told: Told, reason: Reason, recipients: Sequence[Recipient], *, step: int = 0) -> None:
        """`step` of the ladder, counted from 1; 0: none."""
        self._telling.add(told, reason, step, self._key(told.alert, reason, step), recipients)

    def _reason(self, alert: Alert) -> Reason:
        return Reason.ESCALATED if alert.paged else Reason.FIRING

    def _key(self, alert: Alert, reason: Reason, step: int = 0) -> Key:
        """Notices of different reasons, and of different steps of the ladder, never become one."""
        return reason.value, str(step), *self._routes.group(alert, self._rules[alert.rule])

    def _is_told_now(self, alert: Alert, key: Key, now_ns: int) -> bool:
        """Else it waits in its group."""
        if key in self._opened:
            return True
        is_first = self._groups.join(key, alert.number, now_ns)
        if is_first:
            self._opened.add(key)
        return is_first

    def _judge_all_that_changed(self, now_ns: int, out: Consequences) -> None:
        for rule, asset in self.muting.flapping.advance(now_ns):
            alert = self._book.of(rule, asset)
            number = alert.number if alert else 0
            out.entries.append(AuditEntry(now_ns, "calm", alert=number, rule=rule, asset=asset))
            self._tell_calm((rule, asset), now_ns, out)
            if alert is not None:
                self.judge(alert, now_ns, out)
        change_ns = self.muting.change_ns(self._judged_ns)
        if self.muting.is_reconfigured or (change_ns is not None and change_ns <= now_ns):
            self.muting.is_reconfigured = False
            self.judge_all(now_ns, out)

    def _flush(self, now_ns: int, out: Consequences) -> None:
        """The moment is over."""
        self._telling.flush(now_ns, out)
        self._opened.clear()
        self._addressing.forget()

    def describe(self) -> dict[str, Any]:
        """As `restore` takes it."""
        return {
            "muting": self.muting.describe(),
            "groups": self._groups.describe(),
            "telling": self._telling.describe(),
            "leaving": self._leaving.describe(),
            "calming": self._calming.describe(),
            "judged": self._judged_ns,
        }

    def restore(self, saved: dict[str, Any]) -> None:
        """The book must have been restored before."""
        self.muting.restore(saved["muting"])
        self._groups.restore(saved["groups"])
        self._telling.restore(saved["telling"])
        self._leaving.restore(saved["leaving"], self._rules)
        self._calming.restore(saved.get("calming", []), self._rules)
        for alert in self._book.alerts:
            self._may_hide(alert)
            self._climbing.push(alert)
        self._judged_ns = saved["judged"]

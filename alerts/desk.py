"""The one place where what happens to alerts comes together.

windows, indicators, readings ──▶ Engine ──events──▶ Book ──▶ Dispatcher ──▶ notices   (who is told)
what people and devices do, the clock ──────────────▶  │                    audit entries
                                                       └────▶ Commander ──▶ orders    (what the street is told)

A pure function of the journal's entries: everything it brings about leaves as `Consequences`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from zoneinfo import ZoneInfo

import msgspec

from alerts.acts import (
    Acknowledge,
    Assign,
    Close,
    CommandAnswered,
    CommandSent,
    Comment,
    EndSilence,
    Measured,
    RulesChanged,
    SendCommand,
    Silence,
    Snooze,
    decode,
)
from alerts.actuation.command_state import CommandState
from alerts.actuation.commands import Commander
from alerts.book import Alert, Book, Refusal
from alerts.consequences import Consequences
from alerts.engine import AlertEvent, Engine
from alerts.figures.readings import recent
from alerts.handling import Handling, changed, entry_of
from alerts.left_alerts import LeftAlerts
from alerts.lifecycle import Change
from alerts.notification.dispatcher import Changed, Dispatcher
from alerts.notification.silences import SilenceRefusal, SilenceState
from alerts.own_health import figures_of
from config.default_kinds import effective_kinds
from config.durations import UNITS_NS
from config.periods import usual_size_ns
from config.settings import Settings
from ingest.devices import DeviceTable
from ingest.readings import ReadingBatch
from processors.processor import Output

VERSION = 3
_QUIET = {Change.PENDING, Change.LAPSED}
"""Not yet an alert."""


Outcome = Alert | SilenceState | CommandState | Refusal | SilenceRefusal


@dataclass(frozen=True, slots=True)
class Decided:
    """What came of an act."""

    outcome: Outcome | None
    """None: nobody waits for an answer, or of a command, nobody knows it."""
    consequences: Consequences


class Alerts:
    def __init__(self, settings: Settings, devices: DeviceTable) -> None:
        self._rules = {rule.id: rule for rule in settings.rules}
        self._devices = devices
        self._city = settings.city.id
        self._backlog_limit_ns = settings.notification.backlog_limit
        zone = ZoneInfo(settings.city.timezone)
        self.engine = Engine(
            settings.rules, devices, effective_kinds(settings), settings.calendar, zone, self._backlog_limit_ns
        )
        self.book = Book()
        self.dispatcher = Dispatcher(settings, self.book)
        self.commander = Commander(settings, self.book, self.dispatcher.command_failed)
        self._handling = Handling(self.book, self.dispatcher, self._rules)
        self._left = LeftAlerts(self.book, self.dispatcher, self.commander)
        self._unsure_ns: dict[str, int] = {}
        """Kind -> when the newest reading was received of which nobody knows how old it was."""
        self._now_ns = 0
        """The newest time that was heard of: it never goes back."""

    @property
    def active(self) -> int:
        """Alerts that are firing."""
        return len(self.book)

    @property
    def left(self) -> bool:
        """Rules have changed by which alerts fired: `RulesChanged` ends those."""
        return bool(self._left)

    @property
    def hears(self) -> frozenset[str]:
        """Kinds of device whose readings `hear` is to be given."""
        return self.engine.readings.kinds

    def doubt(self, kind: str, received_ns: int) -> None:
        """Readings of this kind came out of a backlog without a time of their own: windows hold them as if new."""
        self._unsure_ns[kind] = max(received_ns, self._unsure_ns.get(kind, 0))

    def hear(self, readings: Sequence[ReadingBatch], learned_ns: int | None) -> Consequences:
        """What single readings bring that were accepted and are news of their devices; `learned_ns` as in `observe`.

        Neither a backlog nor what was old when it came calls anybody.
        """
        news = readings if learned_ns is None else recent(readings, self._backlog_limit_ns)
        return self._taken(list(self.engine.hear(news, learned_ns)), learned_ns)

    def observe(self, output: Output, learned_ns: int | None) -> Consequences:
        """What windows and indicators bring, in the order in which they closed.

        `learned_ns`: the receive time; None: each window is known at its end.
        """
        out = Consequences()
        for batch in output.indicators:
            # Before anything is decided: interlocks ask for the newest figures.
            # In recorded data the clock stands still meanwhile: what changes comes at the time of its own window.
            heard_ns = max(self._now_ns, batch.end_ns) if learned_ns is None else self._at(learned_ns)
            out.extend(self.commander.hear_figures(batch, heard_ns))
        out.extend(self._taken(list(self.engine.observe(output, learned_ns)), learned_ns))
        return out

    def advance(self, now_ns: int) -> Consequences:
        """The clock: ladders, snoozes, groups, digests, the ends of silences, commands that expire."""
        out = Consequences()
        self._go_on(self._at(now_ns), out)
        return out

    @property
    def next_due_ns(self) -> int | None:
        """When `advance` has something to do; None: not until something happens."""
        times = (self.engine.next_due_ns, self.dispatcher.next_due_ns, self.commander.next_due_ns)
        return min((time for time in times if time is not None), default=None)

    def _taken(self, changes: Sequence[AlertEvent], learned_ns: int | None) -> Consequences:
        """One moment of live data is all that a journal entry brings, in recorded data each time is one."""
        out = Consequences()
        for at_ns, events in groupby(changes, key=lambda event: event.learned_ns):
            if learned_ns is None:
                self._go_on_until(at_ns, out)
            self._take_in(events, self._at(at_ns), out)
        if learned_ns is not None:
            self._go_on(self._at(learned_ns), out)
        return out

    def _take_in(self, events: Iterable[AlertEvent], now_ns: int, out: Consequences) -> None:
        """All that changes at one moment."""
        noted = [self._noted(event) for event in events]
        changes = [event for event, _ in noted if event.change is not Change.GOES_ON]
        out.events += changes
        out.entries += [entry_of(event) for event in changes if event.number]
        self.dispatcher.take([Changed(event, alert) for event, alert in noted if alert], now_ns, out)
        for event, alert in noted:
            if alert is not None:
                judged = replace(event, of_unknown_age=self._is_of_unknown_age(event, alert))
                out.extend(self.commander.take(judged, alert, now_ns))

    def _is_of_unknown_age(self, event: AlertEvent, alert: Alert) -> bool:
        """In a window that is longer than a backlog may be late, a few such readings weigh little."""
        rule = event.rule
        if rule.quantity is not None or not self._unsure_ns:
            return False
        size_ns = usual_size_ns(rule.size) if rule.size else UNITS_NS["m"]
        # What is made of several kinds has none of its own.
        unsure_ns = self._unsure_ns.get(alert.kind, 0) if alert.kind else max(self._unsure_ns.values())
        return size_ns <= self._backlog_limit_ns and unsure_ns > event.event_ns - size_ns

    def _go_on(self, now_ns: int, out: Consequences) -> None:
        if silent := self.engine.fall_silent(now_ns):
            self._take_in(silent, now_ns, out)
        out.extend(self.commander.advance(now_ns))
        self.dispatcher.advance(now_ns, out)

    def _go_on_until(self, at_ns: int, out: Consequences) -> None:
        """Recorded data has no clock: what was due before is done at its time."""
        while (due_ns := self.next_due_ns) is not None and self._now_ns < due_ns < at_ns:
            self._go_on(self._at(due_ns), out)

    def _at(self, time_ns: int) -> int:
        """Nothing is told twice because somebody has set the clock back."""
        self._now_ns = max(self._now_ns, time_ns)
        return self._now_ns

    def act(self, content: bytes, at_ns: int) -> Decided:
        """What somebody does, at a receive time. Raises ValueError for what is no act."""
        act = decode(content)
        now_ns, out = self._at(at_ns), Consequences()
        match act:
            case Acknowledge() | Assign() | Comment() | Snooze():
                return Decided(self._handling.of_alert(act, now_ns, out), out)
            case Close():
                return Decided(self._close(act, now_ns, out), out)
            case RulesChanged():
                self._left.end(now_ns, out)
                return Decided(None, out)
            case Silence() | EndSilence():
                return Decided(self._handling.of_silence(act, now_ns, out), out)
            case SendCommand() | CommandSent() | CommandAnswered():
                state, brought = self.commander.act(act, now_ns)
                return Decided(state, brought)
            case Measured():
                figures = figures_of(self._city, act.figures, now_ns)
                out.extend(self.observe(Output([], [figures]), now_ns))
                out.figures.append(figures)
                return Decided(None, out)

    def _close(self, act: Close, now_ns: int, out: Consequences) -> Alert | Refusal:
        alert = self.book.numbered(act.alert)
        if alert is None:
            return self._handling.refused(act, Refusal.UNKNOWN, now_ns, out)
        self.engine.forget(alert.rule, alert.asset)
        event = changed(self._rules[alert.rule], alert, Change.RESOLVED, now_ns, who=act.who, why=act.why)
        self._take_in([event], now_ns, out)
        return alert

    def _noted(self, event: AlertEvent) -> tuple[AlertEvent, Alert | None]:
        """With the number of its alert."""
        if event.change in _QUIET:
            return event, None
        rule, asset = event.rule, event.asset
        alert: Alert | None
        if event.change is Change.FIRING:
            alert = Alert(
                0, rule.id, rule.severity, asset, event.event_ns, event.learned_ns, event.value, event.coverage
            )
            self.book.fire(alert)
        else:
            alert = self.book.change(rule.id, asset, event.change)
        return replace(event, number=alert.number if alert else 0), alert

    def _follow_devices(self) -> None:
        """The configuration may place a device elsewhere now; what ends its alert will speak of it there."""
        for alert in self.book.alerts:
            city, zone, kind, device = alert.asset
            found = self._devices.known(city, kind, device) if device else None
            if found is not None and found.zone != zone:
                self.book.move(alert, alert.asset._replace(zone=found.zone))

    def dump(self) -> bytes:
        """What `load` takes; the same bytes for the same state."""
        return msgspec.msgpack.encode(
            {
                "version": VERSION,
                "now": self._now_ns,
                "unsure": dict(sorted(self._unsure_ns.items())),
                "engine": self.engine.describe(),
                "book": self.book.describe(),
                "dispatcher": self.dispatcher.describe(),
                "commander": self.commander.describe(),
                "left": self._left.describe(),
            }
        )

    def load(self, content: bytes) -> list[str]:
        """Go on from there; the ids of the rules that had alerts and are other now, or gone: see `left`.

        All alerts that an earlier version saved are dropped: what is still wrong fires again, and by another number.
        Raises ValueError for bytes of a later version, or of something else.
        """
        saved = msgspec.msgpack.decode(content)
        if saved["version"] > VERSION:
            raise ValueError(f"the saved alerts have version {saved['version']}, this program reads version {VERSION}")
        if saved["version"] < VERSION:
            self.book.number_from(saved["book"]["next"])
            return sorted({alert["rule"] for alert in saved["book"]["alerts"]})
        outdated = {rule.id: rule for rule in self.engine.restore(saved["engine"])}
        self.book.restore(saved["book"])
        self._left.restore(saved.get("left", []))
        self._left.take_out(outdated)
        self._follow_devices()
        self.dispatcher.restore(saved["dispatcher"])
        self.commander.restore(saved["commander"])
        self.commander.keep_only({*self._left.numbers, *(alert.number for alert in self.book.alerts)})
        self._now_ns = saved["now"]
        self._unsure_ns = saved.get("unsure", {})
        return list(outdated)

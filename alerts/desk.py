"""The one place where what happens to alerts comes together.

windows, indicators, readings ──▶ Engine ──events──▶ Book ──▶ Dispatcher ──▶ notices   (who is told)
what people and devices do, the clock ──────────────▶  │                    audit entries
                                                       └────▶ Commander ──▶ orders    (what the street is told)

A pure function of the journal's entries: everything it brings about leaves as `Consequences`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import msgspec

from alerts.acts import Acknowledge, Measured, decode
from alerts.book import Alert, Book, Refusal
from alerts.consequences import AuditEntry, Consequences
from alerts.engine import AlertEvent, Engine
from alerts.figures.readings import recent
from alerts.lifecycle import Change
from alerts.own_health import figures_of
from config.default_kinds import effective_kinds
from config.settings import Settings
from ingest.devices import DeviceTable
from ingest.readings import ReadingBatch
from processors.processor import Output

VERSION = 2
_QUIET = {Change.PENDING, Change.LAPSED}
"""Not yet an alert."""


@dataclass(frozen=True, slots=True)
class Decided:
    """What came of an act."""

    outcome: Alert | Refusal | None
    """None: nobody waits for an answer."""
    consequences: Consequences


class Alerts:
    def __init__(self, settings: Settings, devices: DeviceTable) -> None:
        self._rules = {rule.id: rule for rule in settings.rules}
        self._city = settings.city.id
        self._backlog_limit_ns = settings.notification.backlog_limit
        self.engine = Engine(settings.rules, devices, effective_kinds(settings))
        self.book = Book()

    @property
    def active(self) -> int:
        """Alerts that are firing."""
        return len(self.book)

    @property
    def hears(self) -> frozenset[str]:
        """Kinds of device whose readings `hear` is to be given."""
        return self.engine.readings.kinds

    def hear(self, readings: Sequence[ReadingBatch], learned_ns: int | None) -> Consequences:
        """What single readings bring that were accepted and are news of their devices; `learned_ns` as in `observe`.

        Neither a backlog nor what was old when it came calls anybody.
        """
        news = readings if learned_ns is None else recent(readings, self._backlog_limit_ns)
        return self._noted_all(self.engine.hear(news, learned_ns))

    def observe(self, output: Output, learned_ns: int | None) -> Consequences:
        """What windows and indicators bring, in the order in which they closed.

        `learned_ns`: the receive time; None: each window is known at its end.
        """
        return self._noted_all(self.engine.observe(output, learned_ns))

    def _noted_all(self, changes: Iterable[AlertEvent]) -> Consequences:
        events = [self._noted(event) for event in changes]
        return Consequences(events=events, entries=[entry_of(event) for event in events if event.number])

    def act(self, content: bytes, at_ns: int) -> Decided:
        """What somebody does, at a receive time. Raises ValueError for what is no act."""
        act = decode(content)
        match act:
            case Acknowledge():
                return self._acknowledge(act, at_ns)
            case Measured():
                figures = figures_of(self._city, act.figures, at_ns)
                consequences = self.observe(Output([], [figures]), at_ns)
                consequences.figures.append(figures)
                return Decided(None, consequences)
            case _:
                raise ValueError(f"nothing is done about {type(act).__name__} here")

    def _acknowledge(self, act: Acknowledge, at_ns: int) -> Decided:
        outcome = self.book.acknowledge(act.alert, act.who, act.why, at_ns)
        if isinstance(outcome, Refusal):
            return Decided(outcome, Consequences())
        event = AlertEvent(
            rule=self._rules[outcome.rule],
            asset=outcome.asset,
            change=Change.ACKNOWLEDGED,
            event_ns=at_ns,
            learned_ns=at_ns,
            value=outcome.value,
            coverage=outcome.coverage,
            who=act.who,
            number=outcome.number,
        )
        entry = replace(entry_of(event), who=act.who, why=act.why)
        return Decided(outcome, Consequences([event], [entry], figures=[self.book.response(at_ns)]))

    def _noted(self, event: AlertEvent) -> AlertEvent:
        """With the number of its alert."""
        if event.change in _QUIET:
            return event
        rule, asset = event.rule, event.asset
        if event.change is Change.FIRING:
            alert = Alert(
                0, rule.id, rule.severity, asset, event.event_ns, event.learned_ns, event.value, event.coverage
            )
            self.book.fire(alert)
            return replace(event, number=alert.number)
        return replace(event, number=self.book.change(rule.id, asset, event.change))

    def dump(self) -> bytes:
        """What `load` takes; the same bytes for the same state."""
        return msgspec.msgpack.encode(
            {"version": VERSION, "engine": self.engine.describe(), "book": self.book.describe()}
        )

    def load(self, content: bytes) -> list[str]:
        """Go on from there; the ids of the rules that had alerts and are other now, or gone: those alerts are dropped.

        Raises ValueError for bytes of another version, or of something else.
        """
        saved = msgspec.msgpack.decode(content)
        if saved["version"] != VERSION:
            raise ValueError(f"the saved alerts have version {saved['version']}, this program reads version {VERSION}")
        dropped = self.engine.restore(saved["engine"])
        self.book.restore(saved["book"])
        self.book.keep_only((alert.rule, alert.asset) for alert in self.book.alerts if alert.rule not in dropped)
        return dropped


def entry_of(event: AlertEvent) -> AuditEntry:
    return AuditEntry(
        at_ns=event.learned_ns,
        what=event.change.value,
        event_ns=event.event_ns,
        alert=event.number,
        rule=event.rule.id,
        asset=event.asset,
        detail={"value": event.value, "coverage": event.coverage},
    )

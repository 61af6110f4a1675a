"""What follows from a journal entry, for those who make it durable and carry it out: all of it pure data.

The same entry brings the same consequences again after a crash; whoever takes them knows by the entry's offset what it
already has.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

import msgspec

from alerts.assets import Asset
from alerts.causes import Cause
from alerts.engine import AlertEvent
from config.duty import OWN_NAME
from processors.indicators.indicator_batch import IndicatorBatch

Detail = Mapping[str, str | float | int | bool | None]


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """A line of the log that is only ever appended to: what happened, to what, by whom and why."""

    at_ns: int
    """Receive time at which it was known here."""
    what: str
    """A `Change`, the tag of an act, "told", "muted", "escalated", "refused" and so on."""
    event_ns: int = 0
    """Event time, where it has one; 0: `at_ns`."""
    alert: int = 0
    """Its number; 0: none."""
    command: int = 0
    rule: str = ""
    asset: Asset | None = None
    who: str = OWN_NAME
    why: str = ""
    detail: Detail = field(default_factory=dict)


class Reason(StrEnum):
    """Of a notice."""

    FIRING = "firing"
    ESCALATED = "escalated"
    ASSIGNED = "assigned"
    STALE = "stale"
    RESOLVED = "resolved"
    WITHDRAWN = "withdrawn"
    FLAPPING = "flapping"
    CALM = "calm"
    """What was told as flapping is over, and stays so."""
    DIGEST = "digest"
    COMMAND_FAILED = "command_failed"


class Card(msgspec.Struct, frozen=True, kw_only=True):
    """One alert as a notice tells of it, in the recipient's language; times in ns UTC."""

    number: int
    rule: str
    title: str = ""
    severity: str
    city: str = ""
    zone: str = ""
    zone_name: str = ""
    kind: str = ""
    device: str = ""
    device_name: str = ""
    figure: str
    """Indicator, or field of a window."""
    value: float | None
    """None: unknown."""
    unit: str = ""
    when: str
    limit: float
    coverage: float
    fired_ns: int
    learned_ns: int
    ended_ns: int = 0
    advice: str = ""
    link: str = ""
    detail: str = ""
    """Of who assigned it: a note, in their own words."""
    cause: Cause | None = None
    """Of a command that failed: which, and why; of an alert that ended: why, where its figure does not say it."""


class Count(msgspec.Struct, frozen=True):
    """Of a digest: how many notices of one reason, rule and zone it stands for."""

    reason: Reason
    rule: str
    zone: str
    count: int


class Notice(msgspec.Struct, frozen=True, kw_only=True):
    """To be told once to one recipient by one channel."""

    number: int
    """Ascending, never given twice: with the id of the data directory the idempotency key."""
    at_ns: int
    reason: Reason
    severity: str
    channel: str
    to: str = ""
    """Of the contact; empty where the channel needs none."""
    officer: str = ""
    """Empty: the channel as such, another system."""
    office: str = ""
    language: str
    step: int = 0
    """Of the ladder."""
    cards: tuple[Card, ...]
    """The first of them, at most 20."""
    alerts: tuple[int, ...] = ()
    """Numbers of all of them."""
    ladder: str = ""
    counts: tuple[Count, ...] = ()
    """Of a digest, the largest first, at most 50."""


class CommandOrder(msgspec.Struct, frozen=True, kw_only=True):
    """To be published at most once."""

    number: int
    actuator: str
    command: str
    source: str
    topic: str
    qos: int
    payload: bytes
    decided_ns: int
    expires_ns: int
    """After this receive time nobody may send it any more."""
    answers: bool = True


@dataclass(slots=True)
class Consequences:
    events: list[AlertEvent] = field(default_factory=list)
    entries: list[AuditEntry] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)
    orders: list[CommandOrder] = field(default_factory=list)
    figures: list[IndicatorBatch] = field(default_factory=list)
    """To be stored, and heard by the processor."""

    def __bool__(self) -> bool:
        return bool(self.events or self.entries or self.notices or self.orders or self.figures)

    def extend(self, other: "Consequences") -> None:
        self.events += other.events
        self.entries += other.entries
        self.notices += other.notices
        self.orders += other.orders
        self.figures += other.figures

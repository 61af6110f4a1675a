"""Who answers for what: offices, officers, shifts, how an alert climbs, and what is not to disturb anybody."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, SecretStr

from config.alert_rules import Severity
from config.calendar import Hours
from config.durations import LONGEST_NS, SECOND_NS, UNITS_NS
from config.section import Duration, File, Name, Section, Wait, between

OWN_NAME = "denyut"
"""In the log, of what follows from rules and the clock: no officer's id."""
TARGETS = ("shift", "office", "head")
"""Of the alert's own office: who is on duty now, all of its officers, its head. Others are named: "office:ID",
"shift:OFFICE", "head:OFFICE", "officer:ID", "channel:ID"."""


def _target(text: str) -> str:
    kind, _, name = text.partition(":")
    if text not in TARGETS and not (name and kind in (*TARGETS, "officer", "channel")):
        raise ValueError(f"must be one of {', '.join(TARGETS)}, office:ID, officer:ID, channel:ID, not {text!r}")
    return text


Target = Annotated[str, AfterValidator(_target)]


class Office(Section):
    """An OPD (organisasi perangkat daerah) and what it answers for."""

    id: Name
    name: str = ""
    kinds: tuple[str, ...] = ()
    """Of device; "denyut": the backend itself, and what no office answers for otherwise."""
    head: str = ""
    """Officer to whom what nobody answers climbs."""


class Contact(Section):
    channel: Name
    to: str = ""
    """Whatever the channel's address has as {to}: a chat id, a number, a mail address."""
    severity: Severity = "info"
    """Only alerts at least as severe come by this way."""


class Officer(Section):
    id: Name
    name: str = ""
    office: Name
    language: Literal["id", "en"] | None = None
    """Absent: that of the city."""
    contacts: tuple[Contact, ...] = ()
    may_operate: bool = False
    """Over HTTP: all that an operator may. Others acknowledge, comment, and send the commands that name them."""
    token: SecretStr | None = None
    token_env: str | None = None
    token_file: File | None = None


class Shift(Section):
    """Officers who are on duty at these hours."""

    id: Name
    office: Name
    officers: Annotated[tuple[Name, ...], Field(min_length=1)]
    hours: Hours = Hours()


class Step(Section):
    after: Wait = 0
    """Since the alert was learned of, while nobody has acknowledged it."""
    to: Annotated[tuple[Target, ...], Field(min_length=1)]


class Ladder(Section):
    """How an alert climbs while nobody answers."""

    id: Name
    steps: Annotated[tuple[Step, ...], Field(min_length=1)]
    repeat: Annotated[Duration, between(SECOND_NS, LONGEST_NS)] | None = None
    """The last step again and again, so far apart; absent: once."""


GroupBy = Literal["rule", "zone", "kind", "gateway", "cause", "office", "severity", "city"]


class Route(Section):
    """The first route that an alert fits is its own; what is empty fits all."""

    id: Name = "route"
    rules: tuple[Name, ...] = ()
    zones: tuple[Name, ...] = ()
    kinds: tuple[Name, ...] = ()
    severities: tuple[Severity, ...] = ()
    office: str = ""
    """Who answers; empty: the office of the device, else of its kind, else that of the indicator."""
    ladder: str = ""
    """Empty: the default of `notification.ladders` for the severity."""
    group_by: tuple[GroupBy, ...] = ("rule", "zone")
    notify: bool = True
    """False: recorded and shown, and nobody is told."""


class Inhibition(Section):
    """While an alert of `source` is firing, those of `target` disturb nobody, where both agree in `equal`."""

    id: Name
    source: Annotated[tuple[Name, ...], Field(min_length=1)]
    """Rules."""
    target: tuple[Name, ...] = ()
    """Rules; empty: all others, and with "gateway" those of `source` too, as they are about other devices there."""
    equal: Annotated[tuple[Literal["zone", "kind", "gateway", "device", "city"], ...], Field(min_length=1)] = ("zone",)
    """"gateway": the target's device is heard through the source's. What one of both lacks agrees with nothing."""


class Maintenance(Section):
    """Planned works: from `begin` to `end` once, or at `hours` again and again. Alerts are recorded, nobody is told."""

    id: Name
    why: str = ""
    rules: tuple[Name, ...] = ()
    zones: tuple[Name, ...] = ()
    kinds: tuple[Name, ...] = ()
    devices: tuple[Name, ...] = ()
    begin: datetime | None = None
    """By the city's clock where it has no offset."""
    end: datetime | None = None
    hours: Hours | None = None


class Flapping(Section):
    changes: Annotated[int, Field(ge=2, le=1000)] = 6
    """So many beginnings and ends within `within`: further ones are recorded, and nobody is told until it is calm."""
    within: Duration = UNITS_NS["h"]


class Budget(Section):
    notices: Annotated[int, Field(ge=1, le=10_000)] = 20
    """For each officer and each severity; what is beyond comes as a digest."""
    within: Duration = UNITS_NS["h"]
    digest_every: Annotated[Duration, between(UNITS_NS["s"], UNITS_NS["d"])] = 15 * UNITS_NS["m"]


class Notification(Section):
    enabled: bool = True
    backlog_limit: Duration = 15 * UNITS_NS["m"]
    """What happened longer ago than this when it is learned of is recorded, and nobody is told before a window that is
    known in time shows that it goes on."""
    group_interval: Annotated[Wait, between(0, UNITS_NS["d"])] = UNITS_NS["m"]
    """The first alert of a group is told at once; what joins it is told together, so far apart."""
    tell_resolved: bool = True
    flapping: Flapping = Flapping()
    budget: Budget = Budget()
    ladders: dict[Severity, str] = Field(default={})
    """Severity -> its ladder, where the route names none."""
    link: str = ""
    """Where people see an alert: "https://denyut.example.go.id/alerts/{number}"."""
    keep: Duration = 365 * UNITS_NS["d"]
    """How long it is kept who was told when; the log of alerts is kept for ever."""
    templates: File | None = None
    """Folder with texts of your own; what it lacks is taken from those that ship."""

"""What is configured, as types of answers over HTTP, with how it stands now."""

from typing import Literal, NotRequired, TypedDict

from config.actuators import Comparison
from config.alert_rules import Severity
from config.calendar import Day
from dashboard.http.answers import Command, Duration, Time

# Names that are words of the language.
_For = TypedDict("_For", {"for": Duration})
_From = TypedDict("_From", {"from": Time})


class Hours(TypedDict):
    """By the city's clock."""

    days: list[Day]
    begin: str
    end: str
    holidays: Literal["too", "only", "never"]


class Work(TypedDict):
    """Planned works."""

    id: str
    why: str
    rules: list[str]
    zones: list[str]
    kinds: list[str]
    devices: list[str]
    begin: Time | None
    end: Time | None
    hours: Hours | None
    holds: bool
    next_change: Time | None


class Works(TypedDict):
    maintenance: list[Work]


class Inhibition(TypedDict):
    id: str
    source: list[str]
    target: list[str]
    equal: list[str]


class Inhibitions(TypedDict):
    inhibitions: list[Inhibition]


class Order(TypedDict):
    actuator: str
    command: str
    on: Literal["firing", "resolved"]


class Rule(_For):
    """With the keys of the configuration; what does not apply is null or empty."""

    id: str
    severity: Severity
    title: dict[str, str]
    advice: dict[str, str]
    indicator: str | None
    against: str | None
    kind: str | None
    field: str | None
    quantity: str | None
    all: list[str]
    any: list[str]
    over: Duration | None
    size: str
    zones: list[str]
    devices: list[str]
    when: Comparison
    enter: float
    exit: float | None
    unit: str
    keep: Duration | None
    stale_after: Duration | None
    min_coverage: float
    hours: Hours | None
    cause: str
    orders: list[Order]
    shipped: bool
    firing: int


class Rules(TypedDict):
    rules: list[Rule]


class Office(TypedDict):
    id: str
    name: str
    kinds: list[str]
    head: str
    officers: list[str]
    firing: int


class Offices(TypedDict):
    offices: list[Office]


class Contact(TypedDict):
    """`to` is shown to operators, and to the officer."""

    channel: str
    severity: Severity
    to: NotRequired[str]


class Officer(TypedDict):
    id: str
    name: str
    office: str
    language: Literal["id", "en"]
    may_operate: bool
    contacts: list[Contact]
    on_duty: bool


class Officers(TypedDict):
    officers: list[Officer]


class Shift(TypedDict):
    id: str
    hours: Hours


class OnDuty(TypedDict):
    shifts: list[Shift]
    officers: list[str]


class NextOnDuty(OnDuty, _From):
    """From the next change on."""


class OfficeDuty(TypedDict):
    office: str
    now: OnDuty
    next: NextOnDuty | None


class Duty(TypedDict):
    at: Time
    offices: list[OfficeDuty]


class Step(TypedDict):
    after: Duration
    to: list[str]


class Ladder(TypedDict):
    id: str
    steps: list[Step]
    repeat: Duration | None


class Ladders(TypedDict):
    """`usual`: severity -> the ladder of alerts whose route names none."""

    ladders: list[Ladder]
    usual: dict[str, str]


class Proof(TypedDict):
    """The figure that shows that the street has changed."""

    indicator: str
    zone: str
    size: str
    when: Comparison
    value: float
    within: Duration


class Commandable(TypedDict):
    proof: Proof | None


class Interlock(TypedDict):
    commands: list[str]
    actuator: str
    not_in: list[str]
    indicator: str
    zone: str
    size: str
    when: Comparison
    value: float
    why: str


class Actuator(TypedDict):
    """`does`: what it is doing, or is being told to do."""

    id: str
    kind: str
    name: str
    zone: str
    office: str
    commands: dict[str, Commandable]
    does: list[str]
    newest: Command | None
    dry_run: bool
    expires: Duration
    most: int
    within: Duration
    apart: Duration
    interlocks: list[Interlock]
    officers: list[str]
    offices: list[str]


class Actuators(TypedDict):
    actuators: list[Actuator]

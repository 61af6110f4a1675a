"""What is answered over HTTP, as types: the description of the API is made of them. Times are ISO 8601, UTC."""

from typing import Annotated, Any, Literal, NotRequired, TypedDict

import msgspec

from alerts.actuation.command_state import Phase, Proven
from config.alert_rules import Severity

Duration = Annotated[str, msgspec.Meta(examples=["15m"])]
Time = Annotated[str, msgspec.Meta(extra_json_schema={"format": "date-time"})]


class Place(TypedDict):
    """Of a zone `kind` and `device` are absent."""

    city: NotRequired[str]
    zone: NotRequired[str]
    kind: NotRequired[str]
    device: NotRequired[str]


class Alert(Place):
    """One that is firing."""

    number: int
    rule: str
    severity: Severity
    state: Literal["firing", "acknowledged", "stale", "snoozed"]
    office: str
    fired: Time
    learned: Time
    value: float | None
    coverage: float
    stale: bool
    acknowledged: Time | None
    acknowledged_by: str
    why: str
    assigned: Time | None
    assigned_to: str
    assigned_by: str
    snoozed_until: Time | None
    muted: str
    ladder: str
    step: int
    told: list[str]
    comments: int


class ClosedAlert(TypedDict):
    number: int
    state: Literal["ended"]


class PastAlert(Place):
    """One that was recorded; it has ended, or is about to be known as ended."""

    number: int
    rule: str
    severity: Severity
    state: Literal["ended", "open"]
    fired: Time | None
    learned: Time | None
    value: float | None
    coverage: float | None
    acknowledged: Time | None
    acknowledged_by: str
    ended: Time | None
    end_learned: Time | None
    ending: str


class LogLine(Place):
    """Of the log that is only ever appended to."""

    id: int
    at: Time
    event: Time | None
    what: str
    alert: int | None
    command: int | None
    rule: str
    who: str
    why: str
    detail: dict[str, Any]


class Delivery(TypedDict):
    """A notice and its way to one recipient; `to` is shown to operators alone."""

    id: int
    key: str
    state: Literal["waiting", "sending", "sent", "failed"]
    reason: str
    severity: str
    alerts: list[int]
    officer: str
    office: str
    channel: str
    to: NotRequired[str]
    language: str
    ladder: str
    step: int
    decided: Time
    recorded: Time | None
    due: Time | None
    attempts: int
    told: Time | None
    error: str


class Attempt(TypedDict):
    at: Time
    outcome: str
    error: str


class TriedDelivery(Delivery):
    tried: list[Attempt]


class Command(TypedDict):
    """How far it is, and whether the street has changed."""

    number: int
    actuator: str
    command: str
    state: Phase
    refused: str
    reason: str
    proof: Proven
    figure: float | None
    figure_before: float | None
    alert: int | None
    rule: str
    who: str
    why: str
    asked: Time
    decided: Time | None
    expires: Time | None
    sent: Time | None
    ended: Time | None
    answered: Time | None


class Sending(TypedDict):
    """How a command went out."""

    number: int
    actuator: str
    command: str
    sending: str
    decided: Time | None
    expires: Time | None
    sent: Time | None
    error: str


class WholeAlert(Alert):
    audit: list[LogLine]
    deliveries: list[Delivery]
    commands: list[Command]


class WholePastAlert(PastAlert):
    audit: list[LogLine]
    deliveries: list[Delivery]
    commands: list[Command]


class WholeCommand(TypedDict):
    number: int
    command: Command | None
    sending: Sending | None
    audit: list[LogLine]


class Alerts(TypedDict):
    """`newest_event`: number of the newest event of /api/events that is in it."""

    newest_event: int
    alerts: list[Alert]
    next: int | None


class PastAlerts(TypedDict):
    newest_event: int
    alerts: list[PastAlert]
    next: int | None


class Audit(TypedDict):
    audit: list[LogLine]
    next: int | None


class Deliveries(TypedDict):
    deliveries: list[Delivery]
    next: int | None


class Commands(TypedDict):
    commands: list[Command]
    next: int | None


class Silence(TypedDict):
    number: int
    state: Literal["waiting", "active", "ended"]
    who: str
    why: str
    made: Time
    begin: Time
    end: Time
    rules: list[str]
    zones: list[str]
    kinds: list[str]
    devices: list[str]
    ended_by: str
    ended_why: str


class Silences(TypedDict):
    silences: list[Silence]
    next: int | None


class DeviceCount(TypedDict):
    """What became of a device's messages; `published`, `missing` and `restarts` are null without a counter."""

    city: str
    kind: str
    device: str
    zone: str
    published: int | None
    missing: int | None
    restarts: int | None
    received: int
    accepted: int
    duplicate: int
    rejected: dict[str, int]
    late: int
    readings: int
    last_seen: Time | None


class Devices(TypedDict):
    as_of: Time
    total: int
    offset: int
    devices: list[DeviceCount]


class Status(TypedDict):
    """What is sure to be there; docs/operations.md has the other keys."""

    received: int
    accepted: int
    duplicate: int
    rejected: dict[str, int]
    readings: int
    late: int
    too_late: int
    journal_lag_s: float
    windows_closed: int
    points_written: int
    points_pending: int
    alerts_active: int
    watermark: Time | None
    uptime_s: float


class Health(TypedDict):
    """`checks`: what is wrong by each check, or "ok"."""

    status: Literal["ok", "failing"]
    checks: dict[str, str]


class Refused(TypedDict):
    """Why a request was not done; `now`: how things stand, for who was too late."""

    error: str
    now: NotRequired[Any]

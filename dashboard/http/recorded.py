"""Rows of the record of alerts, asked beside the event loop, and as they are shown."""

import asyncio
from collections.abc import Callable, Mapping
from typing import Annotated, Any, TypeVar

import msgspec

from alerts.consequences import AuditEntry
from alerts.record.reading import Chosen, Delivery, LogLine, Page, PastAlert, SentCommand
from alerts.record.schema import RecordUnavailableError, RecordUnusableError
from config.iso_times import iso_utc, parse_time
from dashboard.http.page import Parameter
from dashboard.http.refusal import RefusedError

Rows = TypeVar("Rows")
_ABOUT_TIMES = "ISO 8601, without an offset UTC, or a duration back from now, such as 24h."
TIMES = (
    Parameter("from", f"Not before: {_ABOUT_TIMES}", Annotated[str, msgspec.Meta(max_length=64)]),
    Parameter("to", f"Before: {_ABOUT_TIMES}", Annotated[str, msgspec.Meta(max_length=64)]),
)


async def recorded(read: Callable[[], Rows]) -> Rows:
    """What the reader gives. Raises RefusedError while the file cannot be read."""
    try:
        return await asyncio.to_thread(read)
    except (RecordUnusableError, RecordUnavailableError) as error:
        raise RefusedError(503, str(error)) from None


def chosen(query: Mapping[str, Any], columns: Mapping[str, str], now_ns: int) -> Chosen:
    """`columns`: parameter -> column; those that were not given choose all. Raises RefusedError."""
    equal = {column: query[name] for name, column in columns.items() if query[name] is not None}
    return Chosen(equal, _time(query, "from", now_ns), _time(query, "to", now_ns))


def page_of(query: Mapping[str, Any]) -> Page:
    """With one row more than was asked for: whether there are more is seen by it."""
    return Page(query["cursor"], query["limit"] + 1)


def _time(query: Mapping[str, Any], name: str, now_ns: int) -> int | None:
    if query.get(name) is None:
        return None
    try:
        return parse_time(query[name], now_ns)
    except ValueError as error:
        raise RefusedError(400, f"{name}: {error}") from None


def iso(time_ns: int | None) -> str | None:
    return None if time_ns is None else iso_utc(time_ns)


def describe_past(alert: PastAlert) -> dict[str, Any]:
    """With the keys of one that is firing, as far as they are recorded."""
    return {
        "number": alert.number,
        "rule": alert.rule,
        "severity": alert.severity,
        "state": "ended" if alert.ended_ns is not None else "open",
        **_place(alert.city, alert.zone, alert.kind, alert.device),
        "fired": iso(alert.fired_ns),
        "learned": iso(alert.learned_ns),
        "value": alert.value,
        "coverage": alert.coverage,
        "acknowledged": iso(alert.acknowledged_ns),
        "acknowledged_by": alert.acknowledged_by,
        "ended": iso(alert.ended_ns),
        "end_learned": iso(alert.end_learned_ns),
        "ending": alert.ending,
    }


def describe_line(line: LogLine) -> dict[str, Any]:
    place = _place(line.city, line.zone, line.kind, line.device)
    return {"id": line.id, **_happened(line, line.event_ns, place)}


def describe_entry(entry: AuditEntry) -> dict[str, Any]:
    """As the line of the log that it becomes, but for its id."""
    return _happened(entry, entry.event_ns or entry.at_ns, _place(*entry.asset) if entry.asset else {})


def _happened(what: LogLine | AuditEntry, event_ns: int, place: Mapping[str, str]) -> dict[str, Any]:
    return {
        "at": iso(what.at_ns),
        "event": iso(event_ns),
        "what": what.what,
        "alert": what.alert or None,
        "command": what.command or None,
        "rule": what.rule,
        **place,
        "who": what.who,
        "why": what.why,
        "detail": dict(what.detail),
    }


def describe_delivery(delivery: Delivery, address: bool) -> dict[str, Any]:
    """`address`: also where it goes to, which is nobody's business but the operators'."""
    notice = delivery.notice
    return {
        "id": delivery.id,
        "key": delivery.key,
        "state": delivery.state,
        "reason": notice.reason.value,
        "severity": notice.severity,
        "alerts": list(notice.alerts) or [card.number for card in notice.cards],
        "officer": notice.officer,
        "office": notice.office,
        "channel": notice.channel,
        **({"to": notice.to} if address else {}),
        "language": notice.language,
        "ladder": notice.ladder,
        "step": notice.step,
        "decided": iso(notice.at_ns),
        "recorded": iso(delivery.kept_ns),
        "due": iso(delivery.due_ns) if delivery.state == "waiting" and delivery.due_ns else None,
        "attempts": delivery.attempts,
        "told": iso(delivery.told_ns),
        "error": delivery.error,
    }


def describe_sent(sent: SentCommand) -> dict[str, Any]:
    """How it went out."""
    order = sent.order
    return {
        "number": order.number,
        "actuator": order.actuator,
        "command": order.command,
        "sending": sent.state,
        "decided": iso(order.decided_ns),
        "expires": iso(order.expires_ns),
        "sent": iso(sent.sent_ns),
        "error": sent.error,
    }


def _place(city: str, zone: str, kind: str, device: str) -> dict[str, str]:
    named = {"city": city, "zone": zone, "kind": kind, "device": device}
    return {name: text for name, text in named.items() if text}

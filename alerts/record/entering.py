"""What consequences become in the record: rows of alerts, of the log, of what is to be told and to be sent."""

import math
import sqlite3
import time
from collections.abc import Iterable, Sequence

import msgspec

from alerts.assets import Asset
from alerts.book import Alert
from alerts.consequences import AuditEntry, CommandOrder, Consequences, Notice
from alerts.engine import AlertEvent
from alerts.lifecycle import Change
from config.alert_rules import Severity

DROPPED = "dropped"
"""How an alert ended whose rule is another one now, or which a run that lost its state forgot."""
URGENCY: dict[Severity, int] = {"critical": 0, "warning": 1, "info": 2}
"""Who goes first."""
_NOWHERE = Asset("", "")
_ENDINGS = {Change.RESOLVED, Change.WITHDRAWN}
_OPEN = "ended_ns IS NULL AND rule = ? AND city = ? AND zone = ? AND kind = ? AND device = ?"
_AUDIT = """
INSERT INTO audit (offset, at_ns, event_ns, what, alert, command, rule, city, zone, kind, device, who, why, detail)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""
_DELIVERY = """
INSERT INTO delivery (key, number, offset, kept_ns, at_ns, reason, severity, urgency, channel, officer, office, notice)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id
"""
_COMMAND = """
INSERT OR IGNORE INTO command (number, offset, actuator, command, source, decided_ns, expires_ns, content)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?)
"""


def enter(db: sqlite3.Connection, identity: str, offset: int, consequences: Consequences) -> None:
    """Within a transaction of the caller's."""
    for event in consequences.events:
        _enter_event(db, event)
    enter_audit(db, offset, consequences.entries)
    for notice in consequences.notices:
        _enter_notice(db, identity, offset, notice)
    db.executemany(_COMMAND, [_command_row(order, offset) for order in consequences.orders])


def enter_audit(db: sqlite3.Connection, offset: int, entries: Iterable[AuditEntry]) -> None:
    """`offset`: -1 where no entry of the journal brought it about."""
    db.executemany(_AUDIT, [_audit_row(offset, entry) for entry in entries])


def reconcile(db: sqlite3.Connection, alerts: Sequence[Alert], at_ns: int) -> None:
    """Make the open alerts those that there are: after a rule has changed, or where this file or the state is older."""
    _follow(db, alerts)
    known = {(alert.rule, *alert.asset): alert for alert in alerts}
    held = db.execute(
        "SELECT rule, city, zone, kind, device, number FROM alert WHERE ended_ns IS NULL ORDER BY number"
    ).fetchall()
    for *key, number in held:
        alert = known.get(tuple(key))
        if alert is None or alert.number != number:
            asset = Asset(*key[1:])
            _end(db, key[0], asset, at_ns, at_ns, DROPPED)
            enter_audit(db, -1, [AuditEntry(at_ns, DROPPED, alert=number, rule=key[0], asset=asset)])
    held_numbers = {(*key, number) for *key, number in held}
    for key, alert in known.items():
        if (*key, alert.number) not in held_numbers:
            what, times = (alert.number, alert.rule, alert.severity), (alert.fired_ns, alert.learned_ns)
            _begin(db, what, alert.asset, times, (alert.value, alert.coverage))


def _follow(db: sqlite3.Connection, alerts: Iterable[Alert]) -> None:
    """A device stands in another zone now, and its alert goes on there."""
    same = "ended_ns IS NULL AND number = ? AND rule = ? AND city = ? AND kind = ? AND device = ?"
    for alert in alerts:
        city, zone, kind, device = alert.asset
        if device:
            which = (alert.number, alert.rule, city, kind, device)
            # Where one is open there already, `reconcile` ends what there is not.
            db.execute(f"UPDATE OR IGNORE alert SET zone = ? WHERE zone <> ? AND {same}", (zone, zone, *which))  # noqa: S608


def _enter_event(db: sqlite3.Connection, event: AlertEvent) -> None:
    rule, asset = event.rule, event.asset
    if event.change is Change.FIRING:
        _end(db, rule.id, asset, event.event_ns, event.learned_ns, DROPPED)
        times = (event.event_ns, event.learned_ns)
        _begin(db, (event.number, rule.id, rule.severity), asset, times, (event.value, event.coverage))
    elif event.change in _ENDINGS:
        _end(db, rule.id, asset, event.event_ns, event.learned_ns, event.change.value, event.number)
    elif event.change is Change.ACKNOWLEDGED:
        values = (event.learned_ns, event.who, rule.id, *asset)
        db.execute(f"UPDATE alert SET acknowledged_ns = ?, acknowledged_by = ? WHERE {_OPEN}", values)  # noqa: S608


def _begin(
    db: sqlite3.Connection,
    what: tuple[int, str, str],
    asset: Asset,
    times: tuple[int, int],
    figures: tuple[float, float],
) -> None:
    """`what`: number, rule and severity; `times`: when it fired and when that was known; `figures`: value, coverage."""
    db.execute(
        "INSERT INTO alert (number, rule, severity, city, zone, kind, device, fired_ns, learned_ns, value, coverage)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (*what, *asset, *times, *map(_known, figures)),
    )


def _end(
    db: sqlite3.Connection, rule: str, asset: Asset, event_ns: int, learned_ns: int, ending: str, number: int = 0
) -> None:
    """`number`: only where it is this alert that is open there; 0: whichever is."""
    values = (event_ns, learned_ns, ending, rule, *asset, number)
    which = f"{_OPEN} AND ? IN (0, number)"
    db.execute(f"UPDATE alert SET ended_ns = ?, end_learned_ns = ?, ending = ? WHERE {which}", values)  # noqa: S608


def _audit_row(offset: int, entry: AuditEntry) -> tuple[object, ...]:
    return (
        *(offset, entry.at_ns, entry.event_ns or entry.at_ns, entry.what, entry.alert, entry.command, entry.rule),
        *(entry.asset or _NOWHERE),
        *(entry.who, entry.why, msgspec.json.encode(entry.detail).decode()),
    )


def _enter_notice(db: sqlite3.Connection, identity: str, offset: int, notice: Notice) -> None:
    # With its time: where an older copy of the directory was put back, numbers come again, of other notices.
    key = f"{identity}-{notice.at_ns // 1_000_000:x}-{notice.number}"
    if db.execute("SELECT 1 FROM delivery WHERE key = ?", (key,)).fetchone() is not None:
        # A run that lost its state counts from the beginning again: this is another notice, not the same one.
        key = f"{key}.{offset}"
    row = (
        *(key, notice.number, offset, time.time_ns(), notice.at_ns, notice.reason.value, notice.severity),
        *(_urgency(notice.severity), notice.channel, notice.officer, notice.office, msgspec.msgpack.encode(notice)),
    )
    (delivery,) = db.execute(_DELIVERY, row).fetchone()
    numbers = notice.alerts or tuple(card.number for card in notice.cards)
    db.executemany("INSERT OR IGNORE INTO told_of VALUES (?, ?)", [(number, delivery) for number in numbers if number])


def _command_row(order: CommandOrder, offset: int) -> tuple[object, ...]:
    return (
        *(order.number, offset, order.actuator, order.command, order.source, order.decided_ns, order.expires_ns),
        msgspec.msgpack.encode(order),
    )


def _urgency(severity: str) -> int:
    return next((urgency for name, urgency in URGENCY.items() if name == severity), len(URGENCY))


def _known(value: float) -> float | None:
    return None if math.isnan(value) else value

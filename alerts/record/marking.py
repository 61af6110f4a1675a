"""What those who carry something out note in the record: how far a notice or a command has come."""

import sqlite3
from collections.abc import Iterable, Sequence
from typing import Literal

from alerts.consequences import AuditEntry, Notice
from alerts.record.entering import enter_audit
from alerts.record.record import Mark

CommandState = Literal["sending", "sent", "failed", "unknown"]
_ATTEMPT = "INSERT INTO attempt (delivery, at_ns, outcome, error) VALUES (?, ?, ?, ?)"
_OUTCOME = """
UPDATE delivery SET state = ?, due_ns = ?, told_ns = ?, error = ?, attempts = attempts + 1 WHERE id = ?
"""
_AUDITED = {"sent": "delivered", "failed": "undelivered"}


def sending(deliveries: Sequence[int]) -> Mark:
    """Before they are handed to their channels."""

    def mark(db: sqlite3.Connection) -> None:
        db.executemany("UPDATE delivery SET state = 'sending' WHERE id = ?", [(each,) for each in deliveries])

    return mark


def interrupted(db: sqlite3.Connection) -> None:
    """What was under way when a run ended: perhaps told, perhaps not. It is sent again, by the same key.

    What waits for another attempt need not wait longer: whoever has started the run has perhaps mended what failed,
    taken its channel away, or set the clock.
    """
    db.execute("UPDATE delivery SET state = 'waiting', due_ns = 0 WHERE state IN ('waiting', 'sending')")


def tried(
    delivery: int,
    notice: Notice,
    state: Literal["sent", "waiting", "failed"],
    at_ns: int,
    due_ns: int = 0,
    error: str = "",
) -> Mark:
    """One attempt has ended; "waiting": it is tried again at `due_ns`. Both in wall-clock time."""

    def mark(db: sqlite3.Connection) -> None:
        told_ns = at_ns if state == "sent" else None
        db.execute(_OUTCOME, (state, due_ns, told_ns, error, delivery))
        db.execute(_ATTEMPT, (delivery, at_ns, state, error))
        if state in _AUDITED:
            enter_audit(db, -1, _entries(delivery, notice, _AUDITED[state], at_ns, error))

    return mark


def _entries(delivery: int, notice: Notice, what: str, at_ns: int, error: str) -> Iterable[AuditEntry]:
    """One for each alert that the notice shows."""
    detail = {
        "delivery": delivery,
        "notice": notice.number,
        "reason": notice.reason.value,
        "channel": notice.channel,
        "officer": notice.officer,
    }
    for number in [card.number for card in notice.cards] or [0]:
        yield AuditEntry(at_ns, what, alert=number, why=error, detail=detail)


def command(order: int, state: CommandState, at_ns: int, error: str = "") -> Mark:
    """`order`: the id of a `SentCommand`; wall clock. Nothing goes back from "sending" to "waiting"."""

    def mark(db: sqlite3.Connection) -> None:
        sent_ns = at_ns if state == "sent" else None
        update = "UPDATE command SET state = ?, sent_ns = coalesce(?, sent_ns), error = ? WHERE id = ?"
        db.execute(update, (state, sent_ns, error, order))

    return mark

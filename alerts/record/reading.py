"""What is asked of the record: the history of alerts, the log, who was told when, and commands. Newest first."""

import sqlite3
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

from alerts.consequences import CommandOrder, Notice
from alerts.record.schema import RecordUnavailableError, error_in_words, open_for_reading
from ingest.opened_file import OpenedFile

MOST = 1000
"""Rows of a page."""


class PastAlert(msgspec.Struct, frozen=True, kw_only=True):
    """One that was or is firing; times in ns UTC."""

    id: int
    """Of the record; pages go by it."""
    number: int
    rule: str
    severity: str
    city: str
    zone: str
    kind: str
    device: str
    fired_ns: int
    learned_ns: int
    value: float | None
    coverage: float | None
    acknowledged_ns: int | None
    acknowledged_by: str
    ended_ns: int | None
    end_learned_ns: int | None
    ending: str
    """"resolved", "withdrawn", "dropped"; empty: it is firing."""


class LogLine(msgspec.Struct, frozen=True, kw_only=True):
    """Of the log; see `AuditEntry`."""

    id: int
    at_ns: int
    event_ns: int
    what: str
    alert: int
    command: int
    rule: str
    city: str
    zone: str
    kind: str
    device: str
    who: str
    why: str
    detail: dict[str, Any]


class Attempt(msgspec.Struct, frozen=True, kw_only=True):
    at_ns: int
    """Wall clock."""
    outcome: str
    error: str


class Delivery(msgspec.Struct, frozen=True, kw_only=True):
    """A notice on its way to one recipient."""

    id: int
    key: str
    """By which a receiver knows it again."""
    kept_ns: int
    """Wall clock, when it was recorded."""
    state: str
    """"waiting", "sending", "sent" or "failed"."""
    due_ns: int
    attempts: int
    told_ns: int | None
    """Wall clock, when the channel had taken it."""
    error: str
    """Of the last attempt."""
    notice: Notice


class SentCommand(msgspec.Struct, frozen=True, kw_only=True):
    id: int
    state: str
    """"waiting", "sending", "sent", "failed" or "unknown"; what the device said is in the log."""
    sent_ns: int | None
    error: str
    order: CommandOrder


@dataclass(frozen=True, slots=True)
class Page:
    """Of those older than `before` (an id; None: from the newest) at most `limit`."""

    before: int | None = None
    limit: int = 100


@dataclass(frozen=True, slots=True)
class Chosen:
    """What is empty or None chooses all. Times are receive times, of [since_ns, until_ns)."""

    equal: Mapping[str, str | int] = field(default_factory=dict)
    """Columns that must hold these."""
    since_ns: int | None = None
    until_ns: int | None = None


ALERT_COLUMNS = frozenset({"number", "rule", "severity", "city", "zone", "kind", "device", "ending", "acknowledged_by"})
LOG_COLUMNS = frozenset({"alert", "command", "rule", "city", "zone", "kind", "device", "who", "what"})
DELIVERY_COLUMNS = frozenset({"number", "channel", "officer", "office", "state", "severity", "reason", "key"})
COMMAND_COLUMNS = frozenset({"number", "actuator", "command", "state"})
_ALL = Chosen()
_NEWEST = Page()
# Names of columns are our own; what is asked for comes as arguments.
_ALERTS = f"SELECT {', '.join(PastAlert.__struct_fields__)} FROM alert"  # noqa: S608
_LOG = f"SELECT {', '.join(LogLine.__struct_fields__)} FROM audit"  # noqa: S608
_DELIVERIES = "SELECT id, key, kept_ns, state, due_ns, attempts, told_ns, error, notice FROM delivery"
_COMMANDS = "SELECT id, state, sent_ns, error, content FROM command"
_TOLD_OF = "id IN (SELECT delivery FROM told_of WHERE alert = ?)"


class RecordReader:
    """Any thread may call.

    Each call may raise `RecordUnusableError` or `RecordUnavailableError`, and ValueError for a column that nothing can
    be chosen by.
    """

    def __init__(self, path: Path) -> None:
        """Opens the file at the first question."""
        self._path = path
        self._lock = threading.Lock()
        self._opened: tuple[sqlite3.Connection, OpenedFile] | None = None

    def alerts(self, chosen: Chosen = _ALL, page: Page = _NEWEST, *, ended: bool | None = None) -> list[PastAlert]:
        """`ended`: only those that are (True) or are not (False)."""
        more = "" if ended is None else f"ended_ns IS {'NOT ' if ended else ''}NULL"
        rows = self._rows(_ALERTS, ALERT_COLUMNS, chosen, page, "learned_ns", more)
        return [PastAlert(**dict(zip(PastAlert.__struct_fields__, row, strict=True))) for row in rows]

    def log(self, chosen: Chosen = _ALL, page: Page = _NEWEST) -> list[LogLine]:
        rows = self._rows(_LOG, LOG_COLUMNS, chosen, page, "at_ns")
        return [_log_line(row) for row in rows]

    def deliveries(self, chosen: Chosen = _ALL, page: Page = _NEWEST, *, alert: int | None = None) -> list[Delivery]:
        """`alert`: only notices that tell of it."""
        more, values = (_TOLD_OF, (alert,)) if alert is not None else ("", ())
        rows = self._rows(_DELIVERIES, DELIVERY_COLUMNS, chosen, page, "kept_ns", more, values)
        return [_delivery(row) for row in rows]

    def attempts(self, delivery: int) -> list[Attempt]:
        """The oldest first."""
        query = "SELECT at_ns, outcome, error FROM attempt WHERE delivery = ? ORDER BY id"
        with self._connection() as db:
            rows = db.execute(query, (delivery,)).fetchall()
        return [Attempt(at_ns=at_ns, outcome=outcome, error=error) for at_ns, outcome, error in rows]

    def commands(self, chosen: Chosen = _ALL, page: Page = _NEWEST) -> list[SentCommand]:
        rows = self._rows(_COMMANDS, COMMAND_COLUMNS, chosen, page, "decided_ns")
        return [_command(row) for row in rows]

    def close(self) -> None:
        with self._lock:
            self._close()

    def _rows(
        self,
        query: str,
        columns: frozenset[str],
        chosen: Chosen,
        page: Page,
        time: str,
        more: str = "",
        values: Sequence[object] = (),
    ) -> list[tuple[Any, ...]]:
        if unknown := sorted(chosen.equal.keys() - columns):
            raise ValueError(f"nothing can be chosen by {', '.join(unknown)}; by {', '.join(sorted(columns))}")
        conditions = [(f"{column} = ?", value) for column, value in chosen.equal.items()]
        bounds = ((f"{time} >= ?", chosen.since_ns), (f"{time} < ?", chosen.until_ns), ("id < ?", page.before))
        conditions += [(condition, bound) for condition, bound in bounds if bound is not None]
        where = " AND ".join([*([more] if more else []), *(condition for condition, _ in conditions)]) or "1"
        limit = max(0, min(page.limit, MOST))
        arguments = [*values, *(value for _, value in conditions), limit]
        with self._connection() as db:
            return db.execute(f"{query} WHERE {where} ORDER BY id DESC LIMIT ?", arguments).fetchall()

    @contextmanager
    def _connection(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            try:
                yield self._open()
            except sqlite3.Error as error:
                self._close()
                raise RecordUnavailableError(error_in_words(error, self._path)) from error

    def _open(self) -> sqlite3.Connection:
        if self._opened is not None and not self._opened[1].is_in_place:
            self._close()
        if self._opened is None:
            self._opened = open_for_reading(self._path), OpenedFile(self._path)
        return self._opened[0]

    def _close(self) -> None:
        if self._opened is not None:
            self._opened[0].close()
            self._opened = None


def _log_line(row: tuple[Any, ...]) -> LogLine:
    *known, detail = row
    return LogLine(**dict(zip(LogLine.__struct_fields__, known, strict=False)), detail=msgspec.json.decode(detail))


def _delivery(row: tuple[Any, ...]) -> Delivery:
    *known, notice = row
    fields = dict(zip(Delivery.__struct_fields__, known, strict=False))
    return Delivery(**fields, notice=msgspec.msgpack.decode(notice, type=Notice))


def _command(row: tuple[Any, ...]) -> SentCommand:
    number, state, sent_ns, error, content = row
    order = msgspec.msgpack.decode(content, type=CommandOrder)
    return SentCommand(id=number, state=state, sent_ns=sent_ns, error=error, order=order)

"""The orders of the record on their way out: each is marked on disk before it leaves, and leaves once at most."""

import asyncio
import sqlite3

from alerts.record.reading import Chosen, Page, RecordReader, SentCommand
from alerts.record.record import AlertRecord, Mark
from config.durations import SECOND_NS

WAITING, SENDING, SENT, FAILED, UNKNOWN = "waiting", "sending", "sent", "failed", "unknown"
_LOOKED_AT = 1000


class Outgoing:
    """On the event loop; the file is read and written by other threads."""

    def __init__(self, record: AlertRecord, reader: RecordReader) -> None:
        self._record = record
        self._reader = reader

    def id_of(self, sent: SentCommand) -> str:
        """By which a device knows it: numbers begin anew where the state was lost, or an older copy of it was put back.

        With the time it was decided at, which does not.
        """
        return f"{self._record.identity}-{_stamp(sent)}-{sent.id}"

    async def waiting(self) -> list[SentCommand]:
        """The oldest first. Raises `RecordUnusableError` or `RecordUnavailableError`, as the others do."""
        return await self._chosen(Chosen({"state": WAITING}))

    async def left(self) -> list[SentCommand]:
        """What waits, and what was on its way when the run ended."""
        return [*await self.waiting(), *await self._chosen(Chosen({"state": SENDING}))]

    async def newest(self, number: int) -> SentCommand | None:
        """The order of this command."""
        found = await self._chosen(Chosen({"number": number}), 1)
        return found[0] if found else None

    async def numbered(self, command_id: str) -> SentCommand | None:
        """The order whose id came back."""
        _, _, text = command_id.rpartition("-")
        if not (text.isascii() and text.isdigit() and len(text) < 16):
            return None
        found = await asyncio.to_thread(self._reader.commands, Chosen(), Page(before=int(text) + 1, limit=1))
        return found[0] if found and self.id_of(found[0]) == command_id else None

    async def mark(self, sent: SentCommand, state: str, error: str = "", sent_ns: int | None = None) -> None:
        """Returns once it is on disk."""
        await asyncio.wrap_future(self._record.mark(_marked(sent.id, state, error, sent_ns)))

    async def _chosen(self, chosen: Chosen, most: int = _LOOKED_AT) -> list[SentCommand]:
        found = await asyncio.to_thread(self._reader.commands, chosen, Page(limit=most))
        return found[::-1]


def _stamp(sent: SentCommand) -> str:
    """Unix seconds."""
    return f"{sent.order.decided_ns // SECOND_NS:x}"


def _marked(row: int, state: str, error: str, sent_ns: int | None) -> Mark:
    def mark(db: sqlite3.Connection) -> None:
        db.execute("UPDATE command SET state = ?, error = ?, sent_ns = ? WHERE id = ?", (state, error, sent_ns, row))

    return mark

"""A batch on its way from the connection to its processing: journal first, then PUBACK, then processing.

Everything here runs on the event loop; only the commit itself is the journal's own thread.
"""

import asyncio
import logging
import time
from collections import deque
from collections.abc import Callable
from typing import Any

from alerts.desk import Decided
from denyut.intake import Intake
from denyut.set_aside import SetAside
from ingest.journal.entries import Act, Entry, Messages, Tick
from ingest.journal.journal import Journal
from ingest.mqtt.receipts import Receipt
from ingest.reasons import Reason

LOG = logging.getLogger("denyut")
_MESSAGE_BYTES = 80
Acknowledge = Callable[[], None]
Applied = Callable[[], None]


class Admission:
    def __init__(self, journal: Journal | None, intake: Intake, set_aside: SetAside) -> None:
        """Without a journal an entry counts as committed at once."""
        self._journal = journal
        self._intake = intake
        self._set_aside = set_aside
        self._loop = asyncio.get_running_loop()
        self.failed: asyncio.Future[Any] = self._loop.create_future()
        """Ends with the exception that processing raised; nothing is applied from then on."""
        self.bytes_waiting = 0
        """Received and not processed yet."""
        self._waiting_since: deque[float] = deque()
        """Of each entry that is not processed yet, in their order; monotonic."""
        self._unanswered: deque[tuple[int, object]] = deque()
        """Offsets and receipts of batches that were acknowledged, and perhaps not yet to the last message."""
        self.ticking = False
        """A tick is under way: one at a time is enough."""

    def take(self, entry: Entry, acknowledge: Acknowledge | None = None, applied: Applied | None = None) -> None:
        """Into the journal; when that is safe, `acknowledge` is called, the entry applied, and `applied` called."""
        size = size_of(entry)
        self.bytes_waiting += size
        self._waiting_since.append(time.monotonic())

        def committed(offset: int) -> None:
            self.bytes_waiting -= size
            self._waiting_since.popleft()
            if acknowledge is not None:
                acknowledge()
                self._unanswered.append((offset, entry.batch.receipt if isinstance(entry, Messages) else None))
            self._tell_journal()
            self.apply(offset, entry)
            if applied is not None:
                applied()

        if self._journal is None:
            committed(self._intake.next_offset)
        else:
            self._journal.append(entry, lambda offset: self._later(committed, offset))

    @property
    def lag_s(self) -> float:
        """Age of the oldest entry that is not safe and processed yet, 0 where none waits."""
        return time.monotonic() - self._waiting_since[0] if self._waiting_since else 0.0

    def _tell_journal(self) -> None:
        """Up to where all is answered: at QoS 2 an answer waits for its turn."""
        while self._unanswered and _is_answered(self._unanswered[0][1]):
            offset, _ = self._unanswered.popleft()
            if self._journal is not None:
                self._journal.acknowledged(offset)

    def tick(self, received_ns: int) -> None:
        self.ticking = True
        self.take(Tick(received_ns))

    async def act(self, act: Act) -> Decided:
        """Once it is safe, what came of it. Waits for as long as the disk takes nothing. Raises what `failed` has."""
        decided: asyncio.Future[Decided] = self._loop.create_future()

        def applied() -> None:
            if decided.done():
                return
            if self.failed.done() or self._intake.decided is None:
                decided.set_exception(RuntimeError("the run ends: processing failed"))
            else:
                decided.set_result(self._intake.decided)

        self.take(act, applied=applied)
        return await decided

    def apply(self, offset: int, entry: Entry) -> None:
        """Also for entries of the journal when a run starts. A failure is kept in `failed`."""
        if self.failed.done():
            return
        try:
            if offset in self._set_aside:
                LOG.error("journal entry %d ended an earlier run and is set aside", offset)
                self._intake.set_aside(offset, entry, Reason.FAILED)
            else:
                self._intake.apply(offset, entry)
        except (OSError, MemoryError) as error:
            # The machine's fault, not the entry's: the next start applies it again.
            self.failed.set_exception(error)
        except Exception as error:
            LOG.exception("journal entry %d cannot be processed; the next start sets it aside", offset)
            self._set_aside.add(offset)
            self.failed.set_exception(error)
        if isinstance(entry, Tick):
            self.ticking = False

    def _later(self, committed: Callable[[int], None], offset: int) -> None:
        """From the journal's thread, whose commits come in order; so do the calls. A loop that has ended needs none."""
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(committed, offset)


def _is_answered(receipt: object) -> bool:
    return not isinstance(receipt, Receipt) or receipt.answered


def size_of(entry: Entry) -> int:
    """Bytes in memory, about: topics and payloads, and what Python needs for each of them."""
    return entry.batch.nbytes + _MESSAGE_BYTES * len(entry.batch) if isinstance(entry, Messages) else 0

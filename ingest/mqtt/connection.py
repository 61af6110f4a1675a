"""The connection of one source to its broker: it stays, whatever the network and the broker do."""

import asyncio
import os
import socket
import ssl
import time
from collections.abc import Callable, Coroutine, Sequence
from typing import Any, TypeVar

import mqtt5

from ingest.messages import MessageBatch
from ingest.mqtt.backlog import Backlog
from ingest.mqtt.backoff import CAP_S, Backoff
from ingest.mqtt.deliveries import Deliveries
from ingest.mqtt.endings import Ending, Next
from ingest.mqtt.events import ConnectionEvent, Happening, Statistics
from ingest.mqtt.legacy import LegacyLink
from ingest.mqtt.link import Link, open_link
from ingest.mqtt.listener import Listener
from ingest.mqtt.options import ConnectionOptions
from ingest.mqtt.receipts import Receipt

STABLE_S = 10.0
"""A connection that lasted this long starts the backoff anew."""
_REFUSED_FROM = 0x80
_UNANSWERED_BEFORE_OLDER = 2
"""Connections closed on CONNECT before MQTT 3.1.1 is tried: one may be a broker that is just restarting."""

T = TypeVar("T")


class Connection:
    """Every method is called on the event loop that runs `run`; so are `on_batch` and `on_event`."""

    def __init__(
        self,
        options: ConnectionOptions,
        on_batch: Callable[[MessageBatch], None],
        on_event: Callable[[ConnectionEvent], None] | None = None,
        now_ns: Callable[[], int] = time.time_ns,
        already_held: Sequence[MessageBatch] = (),
    ) -> None:
        """`already_held`: what an earlier process took in and perhaps could not acknowledge, in its order."""
        self.statistics = Statistics()
        self._options = options
        self._on_event = on_event
        self._listener = Listener(on_batch, self._connected, self._answered_subscribe, now_ns)
        self._deliveries = Deliveries()
        for batch in already_held:
            self._deliveries.hold(batch)
        self._backlog = Backlog(self._deliveries)
        self._backoff = Backoff()
        self._link: Link | LegacyLink | None = None
        self._held = False
        self._connected_at: float | None = None
        self._subscribed = False
        self._older = False
        self._unanswered = 0

    async def run(self, stop: asyncio.Event) -> None:
        """Returns after `stop` is set, what was read handed over. Raises what `on_batch` raised."""
        self._backlog.start(asyncio.get_running_loop().time())
        stopped: asyncio.Future[Any] = asyncio.ensure_future(stop.wait())
        try:
            while not stop.is_set():
                ending = await self._connect_and_stay(stopped)
                if stop.is_set():
                    self._report(ending.happening, ending.reason)
                else:
                    await self._wait_after(ending, stopped)
        finally:
            stopped.cancel()

    def acknowledge(self, batch: MessageBatch) -> None:
        """PUBACK and PUBREC for the whole batch in one write. The broker sends a batch of an older connection again."""
        receipt = batch.receipt
        if not isinstance(receipt, Receipt) or not receipt.size:
            return
        acknowledged = self._link.acknowledge(receipt) if self._link is not None else 0
        self.statistics.acknowledged += acknowledged
        self.statistics.stale_receipts += not acknowledged

    def pause_reading(self) -> None:
        """Back-pressure: the broker holds what we do not read. The connection is kept alive meanwhile."""
        self._held = True
        if self._link is not None:
            self._link.hold(True)

    def resume_reading(self) -> None:
        self._held = False
        self._backlog.resumed(asyncio.get_running_loop().time())
        if self._link is not None:
            self._link.hold(False)

    @property
    def behind(self) -> bool:
        """Whether messages are known or feared to wait that are older than those we have: time must wait for them.

        So it is while reading is paused, from the start until the broker is reached, and while a backlog is read; the
        latter two end after `LONGEST_ABSENCE_S` and `LONGEST_S` in any case.
        """
        return self._held or self._backlog.lasts(asyncio.get_running_loop().time())

    @property
    def saturated_for_s(self) -> float:
        """How long reading has not come to rest once."""
        return self._link.saturated_for_s if self._link is not None else 0.0

    async def _connect_and_stay(self, stopped: asyncio.Future[Any]) -> Ending:
        self._connected_at = None
        try:
            link = await _unless(stopped, self._open())
        except (OSError, ValueError) as error:
            return Ending(Happening.UNREACHABLE, _plain(error))
        if link is None:
            return Ending(Happening.CLOSED, "")
        try:
            await _first(link.ended, stopped)
            if not link.ended.done():
                await link.close()
        finally:
            link.end(Ending(Happening.CLOSED, "cancelled"))
            self._backlog.lost()
        await link.closed
        if link.failure is not None:
            raise link.failure
        return link.ended.result()

    async def _open(self) -> Link | LegacyLink:
        older = self._older or self._unanswered >= _UNANSWERED_BEFORE_OLDER
        kind: type[Link] | type[LegacyLink] = LegacyLink if older else Link
        self._link = kind(
            self._options,
            self._deliveries,
            self.statistics,
            self._backlog,
            subscribe_always=not self._subscribed,
            listener=self._listener,
        )
        if isinstance(self._link, LegacyLink):
            self._unanswered = 0
            await self._link.open()
        else:
            await open_link(self._link, self._options)
        return self._link

    async def _wait_after(self, ending: Ending, stopped: asyncio.Future[Any]) -> None:
        self._count(ending)
        lasted = self._connected_at is not None and asyncio.get_running_loop().time() - self._connected_at >= STABLE_S
        if lasted:
            self._backoff.reset()
        if ending.next is Next.OLDER:
            self._older = True
            self._report(ending.happening, f"{ending.reason}; trying MQTT 3.1.1", retry_s=0.0)
            return
        self._unanswered = self._unanswered + 1 if ending.next is Next.PERHAPS_OLDER else 0
        delay_s = CAP_S if ending.next is Next.LATE else self._backoff.delay_s()
        self._report(ending.happening, ending.reason, retry_s=delay_s)
        await asyncio.wait({stopped}, timeout=delay_s)

    def _count(self, ending: Ending) -> None:
        statistics = self.statistics
        if self._connected_at is not None:
            statistics.losses += 1
        else:
            statistics.failed_attempts += 1
        statistics.refused += ending.happening is Happening.REFUSED
        statistics.protocol_errors += ending.happening is Happening.PROTOCOL_ERROR

    def _connected(self, session_present: bool) -> None:
        self._connected_at = asyncio.get_running_loop().time()
        self._backlog.connected(self._connected_at, session_present)
        self.statistics.connects += 1
        self._report(Happening.CONNECTED, "the session goes on" if session_present else "a new session")
        if isinstance(self._link, LegacyLink):
            lowered = ", QoS 2 received as QoS 1" if self._options.qos == 2 else ""
            self._report(Happening.OLDER_PROTOCOL, f"the broker speaks MQTT 3.1.1, not 5{lowered}")
        if self._held and self._link is not None:
            self._link.hold(True)

    def _answered_subscribe(self, codes: list[int]) -> None:
        """A filter that is refused is asked for again at the next connection; with none granted that is soon."""
        asked = dict(zip(self._options.filters, codes, strict=False))
        refused = {pattern: code for pattern, code in asked.items() if code >= _REFUSED_FROM}
        for pattern, code in refused.items():
            self._report(Happening.FILTER_REFUSED, f"{pattern!r}: {_words(code)}")
        for pattern, code in asked.items():
            if code < min(self._options.qos, 1 if isinstance(self._link, LegacyLink) else 2):
                self._report(Happening.QOS_LOWERED, f"{pattern!r}: QoS {code} granted, {self._options.qos} asked for")
        self._subscribed = not refused
        granted = [pattern for pattern in asked if pattern not in refused]
        if granted:
            self._report(Happening.SUBSCRIBED, ", ".join(granted))
        elif self._link is not None:
            self._link.end(Ending(Happening.REFUSED, "the broker grants no topic filter", Next.LATE))

    def _report(self, happening: Happening, reason: str = "", retry_s: float | None = None) -> None:
        if self._on_event is not None:
            options = self._options
            self._on_event(ConnectionEvent(happening, options.name, options.host, options.port, reason, retry_s))


async def _first(*awaited: asyncio.Future[Any]) -> None:
    await asyncio.wait(awaited, return_when=asyncio.FIRST_COMPLETED)


async def _unless(stopped: asyncio.Future[Any], work: Coroutine[Any, Any, T]) -> T | None:
    """What `work` returns, or None, the work cancelled, where `stopped` came first."""
    task = asyncio.ensure_future(work)
    try:
        await _first(task, stopped)
    finally:
        if not task.done():
            task.cancel()
    return task.result() if task.done() else None


def _words(code: int) -> str:
    try:
        name = mqtt5.SubAckReasonCode(code).name.lower().replace("_", " ")
    except ValueError:
        name = "an unknown reason"
    return f"{name} (0x{code:02x})"


def _plain(error: Exception) -> str:
    """In plain words, without the address, which stands at the head of the line anyway."""
    if isinstance(error, TimeoutError):
        return "no answer in time"
    if isinstance(error, ssl.SSLError | socket.gaierror) or not isinstance(error, OSError) or not error.errno:
        return error.args[-1] if isinstance(error, socket.gaierror) else str(error)
    return os.strerror(error.errno)

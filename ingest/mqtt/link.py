"""One network connection to an MQTT 5 broker, from CONNECT to its end: reading, resting, keep-alive, closing."""

import asyncio
from collections.abc import Callable

import mqtt5

from ingest.messages import MessageBatch
from ingest.mqtt.backlog import ASK_EVERY_S, Backlog
from ingest.mqtt.conversation import Conversation, connect_packet
from ingest.mqtt.deliveries import Deliveries
from ingest.mqtt.endings import Ending, Next
from ingest.mqtt.events import Happening, Statistics
from ingest.mqtt.gathering import Gathering
from ingest.mqtt.listener import Listener
from ingest.mqtt.options import ConnectionOptions
from ingest.mqtt.receipts import Receipt

REST_S = 0.002
"""While messages trickle in, each read costs a system call and a wake-up: let bytes gather this long."""
_BUSY_BYTES = 32 * 1024
"""A read of this size means load: go on at once."""
ANSWER_S = 10.0
"""How long the broker may take to accept the connection, and again to answer CONNECT."""
_ASK_AFTER = 65_536
"""Acknowledged messages whose answers may be unread before the broker is asked: they are held until it answers."""
_LAST_ANSWERS_S = 2.0
_CLOSING_S = 1.0
_PINGREQ = mqtt5.PingReqPacket().write()
_DISCONNECT = mqtt5.DisconnectPacket().write()


class Link(asyncio.BufferedProtocol):
    def __init__(
        self,
        options: ConnectionOptions,
        deliveries: Deliveries,
        statistics: Statistics,
        backlog: Backlog,
        *,
        subscribe_always: bool,
        listener: Listener,
    ) -> None:
        loop = asyncio.get_running_loop()
        self.ended: asyncio.Future[Ending] = loop.create_future()
        """Known before the connection is closed; `closed` follows at once."""
        self.closed: asyncio.Future[None] = loop.create_future()
        self.failure: Exception | None = None
        """What the receiver of the batches raised, which ends the connection."""
        self._options = options
        self._statistics = statistics
        self._deliveries = deliveries
        self._backlog = backlog
        self._listener = listener
        self._gathering = Gathering(
            deliveries, statistics, self._hand_over, listener.now_ns, lambda: backlog.lasts(loop.time())
        )
        self._conversation = Conversation(
            options,
            deliveries,
            self._gathering,
            backlog,
            subscribe_always=subscribe_always,
            write=self._write,
            end=self.end,
            on_keep_alive=self._accepted,
            listener=listener,
        )
        self._heard = False
        self._unreleased: int | None = None
        """Messages settled when it was last looked whether the broker owes a PUBREL; None: it owed none then."""
        self._unasked = 0
        """Messages acknowledged since the last PINGREQ."""
        self._held = self._resting = self._paused = self._discarding = False
        self._busy_since_s: float | None = None
        self._timers: dict[str, asyncio.TimerHandle] = {}

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport: asyncio.Transport = transport  # type: ignore[assignment] # a stream, as BufferedProtocol has
        late = Ending(Happening.UNREACHABLE, f"no answer to CONNECT within {ANSWER_S:.0f} s")
        self._timers["answer"] = asyncio.get_running_loop().call_later(ANSWER_S, self.end, late)
        self._write(connect_packet(self._options))

    def get_buffer(self, sizehint: int) -> memoryview:  # noqa: ARG002 - the name is asyncio's
        return self._conversation.buffer.space()

    def buffer_updated(self, nbytes: int) -> None:
        self._heard = True
        if self._discarding:
            return
        self._statistics.bytes += nbytes
        self._conversation.buffer.filled(nbytes)
        self._conversation.received()
        if nbytes >= _BUSY_BYTES:
            self._busy_since_s = self._busy_since_s or asyncio.get_running_loop().time()
            return
        self._busy_since_s = None
        if self._conversation.accepted:
            self._rest()

    @property
    def saturated_for_s(self) -> float:
        """How long each read has found so much that the next could follow at once."""
        return 0.0 if self._busy_since_s is None else asyncio.get_running_loop().time() - self._busy_since_s

    def connection_lost(self, exc: Exception | None) -> None:
        for timer in self._timers.values():
            timer.cancel()
        self._gathering.hand_over()
        self._gathering.outstanding.clear()
        reason = str(exc) if exc else "the broker closed the connection"
        unanswered = "" if self._conversation.accepted else " without an answer to CONNECT"
        self.end(Ending(Happening.LOST, reason + unanswered, Next.PERHAPS_OLDER if unanswered else Next.SOON))
        if not self.closed.done():
            self.closed.set_result(None)

    def acknowledge(self, receipt: Receipt) -> int:
        """The number of messages acknowledged; 0 where it came too late or a second time."""
        if receipt not in self._gathering.outstanding:
            return 0
        self._gathering.outstanding.remove(receipt)
        self._write(self._deliveries.acknowledge(receipt))
        self._unasked += receipt.size
        if self._unasked >= _ASK_AFTER:
            self._ping()
        return receipt.size

    def hold(self, held: bool) -> None:
        """Back-pressure. The broker's answer to CONNECT is still read."""
        self._held = held and self._conversation.accepted
        self._heard = True
        self._unreleased = None
        self._busy_since_s = None
        self._pause_or_resume()
        if self._conversation.accepted:
            self._ask()

    def end(self, ending: Ending) -> None:
        self._ending(ending)
        self._transport.abort()

    def _ending(self, ending: Ending) -> None:
        if not self.ended.done():
            self.ended.set_result(ending)

    async def close(self) -> None:
        """Hands over what has come, waits a little for its acknowledgement, says DISCONNECT."""
        self.hold(True)
        self._gathering.hand_over()
        await self._until(lambda: not self._gathering.outstanding, _LAST_ANSWERS_S)
        self._ending(Ending(Happening.CLOSED, ""))
        self._write(self._deliveries.last_answers() + _DISCONNECT)
        # Closing with unread bytes would reset the connection, and the broker might lose the DISCONNECT.
        self._discarding = True
        self.hold(False)
        await self._until(self.closed.done, _CLOSING_S)
        self._transport.abort()
        await self.closed

    async def _until(self, done: Callable[[], bool], timeout_s: float) -> None:
        loop = asyncio.get_running_loop()
        deadline = loop.time() + timeout_s
        while not done() and not self.closed.done() and loop.time() < deadline:
            await asyncio.sleep(0.005)

    def _hand_over(self, batch: MessageBatch) -> None:
        try:
            self._listener.on_batch(batch)
        except Exception as error:
            self.failure = self.failure or error
            self.end(Ending(Happening.LOST, f"the receiver of the messages failed: {error!r}"))

    def _write(self, data: bytes) -> None:
        if data and not self._transport.is_closing():
            self._transport.write(data)

    def _accepted(self, keep_alive_s: int) -> None:
        self._timers["answer"].cancel()
        if keep_alive_s:
            self._check_alive(keep_alive_s / 2)
        self._ask()

    def _check_alive(self, interval_s: float) -> None:
        """Every half keep-alive: silence since the last PINGREQ is the end, unless it is us who do not read.

        So is an exchange of QoS 2 that the broker does not finish: no other would ever take its place.
        """
        if not (self._heard or self._held):
            self.end(Ending(Happening.LOST, f"no answer to PINGREQ within {interval_s:.0f} s"))
            return
        settled = self._deliveries.settled
        owes = self._deliveries.awaits_release and not self._held and not self._backlog.unanswered
        if owes and self._unreleased == settled:
            self.end(Ending(Happening.LOST, f"no PUBREL within {interval_s:.0f} s, though PINGREQ was answered"))
            return
        self._unreleased = settled if owes else None
        self._heard = False
        self._ping()
        loop = asyncio.get_running_loop()
        self._timers["alive"] = loop.call_later(interval_s, self._check_alive, interval_s)

    def _ask(self) -> None:
        """While the broker may hold a backlog, and we read: whether it does."""
        loop = asyncio.get_running_loop()
        if "backlog" in self._timers:
            self._timers["backlog"].cancel()
        if not (self._held or self._discarding) and self._backlog.lasts(loop.time()):
            if not self._backlog.unanswered:
                self._ping()
            self._timers["backlog"] = loop.call_later(ASK_EVERY_S, self._ask)

    def _ping(self) -> None:
        self._unasked = 0
        self._backlog.asked(asyncio.get_running_loop().time())
        self._write(_PINGREQ)

    def _rest(self) -> None:
        self._resting = True
        self._pause_or_resume()
        self._timers["rest"] = asyncio.get_running_loop().call_later(REST_S, self._rested)

    def _rested(self) -> None:
        self._resting = False
        self._pause_or_resume()

    def _pause_or_resume(self) -> None:
        pause = self._held or (self._resting and not self._discarding)
        if pause == self._paused or self._transport.is_closing():
            return
        self._paused = pause
        try:
            if pause:
                self._transport.pause_reading()
            else:
                self._transport.resume_reading()
        except (OSError, RuntimeError) as error:
            # A connection that has just broken may say so here, before it is said to be closing.
            self.end(Ending(Happening.LOST, str(error)))


async def open_link(link: Link, options: ConnectionOptions) -> None:
    """OSError where the broker cannot be reached."""
    loop = asyncio.get_running_loop()
    async with asyncio.timeout(ANSWER_S):
        await loop.create_connection(lambda: link, options.host, options.port, ssl=options.tls)

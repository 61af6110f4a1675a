"""A broker that knows no MQTT 5: the same as `Link`, in MQTT 3.1.1 over paho-mqtt, on the same event loop.

QoS 2 is subscribed as QoS 1: paho confirms a QoS 2 message before it hands it over, so a process that is killed in
between would lose it. While reading is held for longer than two keep-alive intervals, paho gives the connection up.
"""

import asyncio

import numpy as np
from paho.mqtt.client import Client, ConnectFlags, DisconnectFlags, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode, MQTTProtocolVersion
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from ingest.messages import MessageBatch
from ingest.mqtt.backlog import ASK_EVERY_S, Backlog
from ingest.mqtt.deliveries import Deliveries
from ingest.mqtt.endings import Ending, Next
from ingest.mqtt.events import Happening, Statistics
from ingest.mqtt.frames import Frames
from ingest.mqtt.gathering import Gathering
from ingest.mqtt.listener import Listener
from ingest.mqtt.options import ConnectionOptions
from ingest.mqtt.receipts import Receipt

_READS_A_TURN = 256
_HOUSEKEEPING_S = 1.0
_ANSWER_S = 10.0
_LAST_ANSWERS_S = 2.0
_PASSING = {"Server unavailable", "Server busy"}


class LegacyLink:
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
        self.closed: asyncio.Future[None] = loop.create_future()
        self.failure: Exception | None = None
        self._options = options
        self._deliveries = deliveries
        self._statistics = statistics
        self._subscribe_always = subscribe_always
        self._listener = listener
        self._backlog = backlog
        self._gathering = Gathering(
            deliveries, statistics, self._hand_over, listener.now_ns, lambda: backlog.lasts(loop.time())
        )
        self._messages: list[MQTTMessage] = []
        self._descriptor = -1
        self._held = self._accepted = self._writing = False
        self._asking = False
        self._busy_since_s: float | None = None
        self._housekeeping: asyncio.TimerHandle | None = None
        self._next_question: asyncio.TimerHandle | None = None
        self._client = self._make_client()

    async def open(self) -> None:
        """OSError where the broker cannot be reached."""
        self._client.connect_timeout = _ANSWER_S
        options = self._options
        # The one step in which paho blocks: name look-up, TCP and TLS.
        connect = asyncio.to_thread(self._client.connect, options.host, options.port, options.keep_alive_s)
        attempt = asyncio.ensure_future(connect)
        try:
            await asyncio.shield(attempt)
        except asyncio.CancelledError:
            attempt.add_done_callback(lambda _done: self.end(Ending(Happening.CLOSED, "cancelled")))
            raise
        connected = self._client.socket()
        if connected is None:
            raise ConnectionError("closed before it was used")
        self._descriptor = connected.fileno()
        asyncio.get_running_loop().add_reader(self._descriptor, self._readable)
        self._keep_house(asyncio.get_running_loop().time() + _ANSWER_S)

    def acknowledge(self, receipt: Receipt) -> int:
        """The number of messages acknowledged; 0 where this was done before."""
        if receipt not in self._gathering.outstanding:
            return 0
        self._gathering.outstanding.remove(receipt)
        self._deliveries.settled += receipt.size
        # When paho asks and is answered it keeps to itself, so that what is sent passes for read.
        self._deliveries.receipts.answered(receipt)
        self._deliveries.receipts.asked()
        self._deliveries.receipts.heard()
        for qos, packet_ids in ((1, receipt.at_least_once), (2, receipt.exactly_once)):
            for packet_id in packet_ids.tolist():
                self._client.ack(packet_id, qos)
        self._flush()
        return receipt.size

    def hold(self, held: bool) -> None:
        held = held and self._accepted
        if self._descriptor < 0:
            return
        if held == self._held:
            self._ask()
            return
        self._held = held
        self._busy_since_s = None
        loop = asyncio.get_running_loop()
        if held:
            loop.remove_reader(self._descriptor)
        else:
            loop.add_reader(self._descriptor, self._readable)
            self._ask()

    @property
    def saturated_for_s(self) -> float:
        """How long each turn of reading has ended before there was nothing left to read."""
        return 0.0 if self._busy_since_s is None else asyncio.get_running_loop().time() - self._busy_since_s

    def end(self, ending: Ending) -> None:
        if self.closed.done():
            return
        if not self.ended.done():
            self.ended.set_result(ending)
        self.closed.set_result(None)
        for timer in (self._housekeeping, self._next_question):
            if timer is not None:
                timer.cancel()
        if self._descriptor >= 0:
            asyncio.get_running_loop().remove_reader(self._descriptor)
            asyncio.get_running_loop().remove_writer(self._descriptor)
            self._descriptor = -1
        connected = self._client.socket()
        if connected is not None:
            connected.close()
        self._gather()
        self._gathering.hand_over()
        self._gathering.outstanding.clear()

    async def close(self) -> None:
        """Hands over what has come, waits a little for its acknowledgement, says DISCONNECT."""
        self.hold(True)
        self._gathering.hand_over()
        loop = asyncio.get_running_loop()
        deadline = loop.time() + _LAST_ANSWERS_S
        while self._gathering.outstanding and not self.closed.done() and loop.time() < deadline:
            await asyncio.sleep(0.005)
        self._client.on_disconnect = None
        self._client.disconnect()
        self._flush()
        self.end(Ending(Happening.CLOSED, ""))

    def _make_client(self) -> Client:
        options = self._options
        client = Client(
            CallbackAPIVersion.VERSION2,
            options.client_id,
            clean_session=False,
            protocol=MQTTProtocolVersion.MQTTv311,
            reconnect_on_failure=False,
            manual_ack=True,
        )
        if options.username is not None:
            # paho encodes text as UTF-8 only; latin-1 would change a password, bytes pass through untouched.
            client.username_pw_set(options.username, options.password)  # type: ignore[arg-type]
        if options.tls is not None:
            client.tls_set_context(options.tls)
        client.on_connect = self._on_connect
        client.on_subscribe = self._on_subscribe
        client.on_disconnect = self._on_disconnect
        client.on_message = self._on_message
        return client

    def _on_connect(
        self, client: Client, _userdata: object, flags: ConnectFlags, reason: ReasonCode, _properties: Properties | None
    ) -> None:
        if reason.is_failure:
            text = reason.getName()
            self.end(Ending(Happening.REFUSED, text.lower(), Next.SOON if text in _PASSING else Next.LATE))
            return
        self._accepted = True
        self._deliveries.begin(flags.session_present)
        if self._subscribe_always or not flags.session_present:
            qos = min(self._options.qos, 1)
            client.subscribe([(pattern, qos) for pattern in self._options.filters])
        self._listener.on_connected(flags.session_present)
        self._ask()

    def _on_subscribe(
        self,
        _client: Client,
        _userdata: object,
        _packet_id: int,
        codes: list[ReasonCode],
        _properties: Properties | None,
    ) -> None:
        self._listener.on_subscribed([code.value for code in codes])

    def _on_disconnect(
        self,
        _client: Client,
        _userdata: object,
        _flags: DisconnectFlags,
        reason: ReasonCode,
        _properties: Properties | None,
    ) -> None:
        unanswered = "" if self._accepted else " without an answer to CONNECT"
        self.end(Ending(Happening.LOST, f"{reason.getName().lower()}{unanswered}"))

    def _on_message(self, _client: Client, _userdata: object, message: MQTTMessage) -> None:
        self._messages.append(message)

    def _readable(self) -> None:
        loop = asyncio.get_running_loop()
        for _ in range(_READS_A_TURN):
            before = len(self._messages)
            done = self._client.loop_read() != MQTTErrorCode.MQTT_ERR_SUCCESS
            self._hear_answer()
            if done or len(self._messages) == before:
                self._busy_since_s = None
                break
        else:
            self._busy_since_s = self._busy_since_s or loop.time()
            # TLS may hold decrypted bytes that make no socket readable.
            loop.call_soon(self._readable_again)
        self._gather()
        if self._backlog.ends():
            self._gathering.hand_over()
        self._flush()

    def _ask(self) -> None:
        """While the broker may hold a backlog, and we read: whether it does."""
        loop = asyncio.get_running_loop()
        if self._next_question is not None:
            self._next_question.cancel()
        if self._held or not self._accepted or self.closed.done() or not self._backlog.lasts(loop.time()):
            return
        # The wish for an answer and its coming are things that paho keeps to itself.
        if not self._asking and not self._client._ping_t:
            self._client._send_pingreq()
            self._backlog.asked(loop.time())
            self._asking = True
            self._flush()
        self._next_question = loop.call_later(ASK_EVERY_S, self._ask)

    def _hear_answer(self) -> None:
        if self._asking and not self._client._ping_t:
            self._asking = False
            self._backlog.answered()

    def _readable_again(self) -> None:
        if not self._held and not self.closed.done():
            self._readable()

    def _gather(self) -> None:
        messages, self._messages = self._messages, []
        if not messages:
            return
        size = sum(len(message.payload) for message in messages)
        self._statistics.bytes += size
        frames = Frames(
            # `topic` would refuse what is no UTF-8; whoever reads the message gives that its name.
            topics=[message._topic for message in messages],
            payloads=[bytes(message.payload) for message in messages],
            retained=np.array([message.retain for message in messages], np.bool_),
            qos=np.array([message.qos for message in messages], np.uint8),
            packet_ids=np.array([message.mid for message in messages], np.uint16),
            again=np.array([message.dup for message in messages], np.bool_),
            controls=[],
            consumed=size,
            awaiting=0,
            error=None,
        )
        self._deliveries.admit(frames)
        self._gathering.add(frames)

    def _flush(self) -> None:
        """Sends what paho has queued; the rest when the socket takes it."""
        if self._descriptor < 0:
            return
        if self._client.want_write():
            self._client.loop_write()
        loop = asyncio.get_running_loop()
        waiting = self._client.want_write() and self._descriptor >= 0
        if waiting and not self._writing:
            loop.add_writer(self._descriptor, self._flush)
        elif self._writing and not waiting and self._descriptor >= 0:
            loop.remove_writer(self._descriptor)
        self._writing = waiting

    def _keep_house(self, answer_by: float) -> None:
        loop = asyncio.get_running_loop()
        if not self._accepted and loop.time() > answer_by:
            self.end(Ending(Happening.UNREACHABLE, f"no answer to CONNECT within {_ANSWER_S:.0f} s"))
            return
        self._client.loop_misc()
        self._flush()
        if not self.closed.done():
            self._housekeeping = loop.call_later(_HOUSEKEEPING_S, self._keep_house, answer_by)

    def _hand_over(self, batch: MessageBatch) -> None:
        try:
            self._listener.on_batch(batch)
        except Exception as error:
            self.failure = self.failure or error
            self.end(Ending(Happening.LOST, f"the receiver of the messages failed: {error!r}"))

"""Two connections to the broker of a source: one hears answers, also those that came while we were away; one sends.

They are apart because a session that outlives its connection may hold half of a command (QoS 2), which a later one with
the same packet identifier would set free.
"""

import asyncio
import logging
from collections.abc import Callable
from hashlib import blake2b
from typing import Any

from aiomqtt import Client, Message, MqttError, ProtocolVersion
from aiomqtt.exceptions import MqttCodeError, MqttConnectError
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from alerts.actuation.wire import payload_of, properties_of
from alerts.consequences import CommandOrder
from ingest.mqtt.backoff import Backoff
from ingest.mqtt.options import ConnectionOptions

LOG = logging.getLogger("denyut.alerts")
_OF_PAHO = logging.getLogger("denyut.actuation")
_OF_PAHO.setLevel(logging.CRITICAL)
_ANSWER_S = 3.0
_LONGEST_PAUSE_S = 5.0
"""A command does not wait for long: see `Actuator.expires`."""
_GOODBYE_S = 1.0
_QUEUED = 1000
_VERSION_REFUSED = (1, 132)
"""Of MQTT 3.1.1 (2.2.3) and MQTT 5 (3.2.2.2): a broker that speaks no MQTT 5."""
_UNANSWERED_BEFORE_OLDER = 2
"""Some brokers without MQTT 5 say nothing to a CONNECT of it. None that has spoken it is asked otherwise."""
_NOBODY = 0x10
"""PUBACK, "No matching subscribers" (MQTT 5, 3.4.2.1)."""
_REFUSED_FROM = 0x80


class NotSentError(Exception):
    """The command has surely not reached anybody; one sentence."""


class UnsureError(Exception):
    """Perhaps it has; one sentence."""


class Broker:
    """On the event loop."""

    def __init__(self, options: ConnectionOptions, answers: str, hear: Callable[[Message], None]) -> None:
        self.name = options.name
        self.connected = asyncio.Event()
        self.last_error = ""
        """Why there is no connection."""
        self.turn = asyncio.Lock()
        """Of commands: in their order, one after the other."""
        self._options = options
        self._address = f"{options.host}:{options.port}"
        self._answers = answers
        self._hear = hear
        self._protocol = ProtocolVersion.V5
        self._spoke_5 = False
        self._unanswered = 0
        self._backoff = Backoff()
        self._commands: _Commands | None = None

    async def run(self, stop: asyncio.Event) -> None:
        """Returns soon after `stop` is set."""
        stopped = asyncio.ensure_future(stop.wait())
        try:
            while not stop.is_set():
                connection = asyncio.ensure_future(self._connection())
                await asyncio.wait({connection, stopped}, return_when=asyncio.FIRST_COMPLETED)
                if not connection.done():
                    connection.cancel()
                    await asyncio.wait({connection}, timeout=_GOODBYE_S)
                    return
                self._lost(connection.exception())
                await asyncio.wait({stopped}, timeout=min(_LONGEST_PAUSE_S, self._backoff.delay_s()))
        finally:
            stopped.cancel()

    async def publish(self, order: CommandOrder, command_id: str, lasts_s: int) -> None:
        """Returns once the broker has it. Raises NotSentError or UnsureError; tries once."""
        client = self._commands
        if client is None:
            raise NotSentError(f"{self._address}: {self.last_error or 'there is no connection'}")
        client.code = None
        if self._protocol is ProtocolVersion.V5:
            payload = payload_of(order, command_id)
            properties = properties_of(order, command_id, self._answers, lasts_s)
        else:
            payload, properties = payload_of(order, command_id, self._answers), None
        try:
            await client.publish(order.topic, payload, qos=order.qos, retain=False, properties=properties)
        except (MqttError, OSError, ValueError) as error:
            raise UnsureError(f"unknown whether it was sent: {self._address}: {error}") from None
        if client.code is not None and client.code >= _REFUSED_FROM:
            raise NotSentError(f"{self._address} refused it (reason code {client.code})")
        if client.code == _NOBODY:
            raise NotSentError(f"nobody listens on {order.topic!r}")

    async def _connection(self) -> None:
        """Ends by an exception, or not at all."""
        async with self._hearing() as hearing, self._sending() as sending:
            self._spoke_5 |= self._protocol is ProtocolVersion.V5
            self._unanswered = 0
            codes = await hearing.subscribe(self._answers, qos=1)
            if any((code if isinstance(code, int) else code.value) >= _REFUSED_FROM for code in codes):
                raise MqttError(f"it refuses the topic of answers, {self._answers}")
            self._backoff.reset()
            if self.last_error:
                LOG.info("%s: commands can be sent again", self.name)
            self._commands, self.last_error = sending, ""
            self.connected.set()
            ears = [asyncio.ensure_future(each) for each in (self._listen(hearing), _listen_in_vain(sending))]
            try:
                done, _ = await asyncio.wait(ears, return_when=asyncio.FIRST_COMPLETED)
                for ear in done:
                    await ear
            finally:
                self._commands = None
                self.connected.clear()
                for ear in ears:
                    ear.cancel()
                await asyncio.wait(ears)
                for client in (hearing, sending):
                    _forget_its_end(client)

    async def _listen(self, client: Client) -> None:
        async for message in client.messages:
            self._hear(message)

    def _lost(self, error: BaseException | None) -> None:
        if not isinstance(error, MqttError | OSError):
            raise error or RuntimeError("the connection ended without a reason")
        if str(error) != self.last_error:
            LOG.warning("%s: commands cannot be sent to %s: %s", self.name, self._address, error)
        self.last_error = str(error)
        if self._protocol is not ProtocolVersion.V5:
            # A broker that was too slow to answer may be one of MQTT 5 after all, which keeps what has expired back.
            self._protocol, self._unanswered = ProtocolVersion.V5, 0
        elif not self._spoke_5 and self._is_older(error):
            self._protocol = ProtocolVersion.V311
            LOG.warning("%s: no MQTT 5; what a device hears too late is for the device to pass over", self.name)

    def _is_older(self, error: MqttError | OSError) -> bool:
        if isinstance(error, MqttConnectError):
            return _code(error) in _VERSION_REFUSED
        cause = error.__context__
        silent = isinstance(cause, TimeoutError) or not isinstance(cause, OSError)
        self._unanswered += int(silent)
        return self._unanswered >= _UNANSWERED_BEFORE_OLDER

    def _hearing(self) -> Client:
        """Its session goes on without a connection, so that no answer is lost while a run starts again."""
        if self._protocol is not ProtocolVersion.V5:
            return Client(**self._with("answers"), clean_session=False, max_queued_incoming_messages=_QUEUED)
        lasting = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
        lasting.SessionExpiryInterval = self._options.session_expiry_s
        return Client(
            **self._with("answers"), clean_start=False, properties=lasting, max_queued_incoming_messages=_QUEUED
        )

    def _sending(self) -> "_Commands":
        """Nothing of it outlives the connection: what was not answered for is never sent again."""
        clean = None if self._protocol is ProtocolVersion.V5 else True
        return _Commands(**self._with("commands"), clean_session=clean)

    def _with(self, purpose: str) -> dict[str, Any]:
        options = self._options
        return {
            "hostname": options.host,
            "port": options.port,
            "username": options.username,
            # Paho encodes text as UTF-8 only; bytes pass through untouched.
            "password": options.password,
            "identifier": _client_id(options.client_id, purpose),
            "tls_context": options.tls,
            "timeout": _ANSWER_S,
            "keepalive": 10,
            "protocol": self._protocol,
            "logger": _OF_PAHO,
        }


class _Commands(Client):
    """Keeps what the broker says of a message, which aiomqtt passes over."""

    code: int | None = None

    def _on_publish(self, client: Any, userdata: Any, mid: int, reason_code: Any, properties: Any) -> None:
        self.code = reason_code.value
        super()._on_publish(client, userdata, mid, reason_code, properties)


async def _listen_in_vain(client: Client) -> None:
    """Nothing comes here; it ends by MqttError where the connection does."""
    async for _ in client.messages:
        continue


def _forget_its_end(client: Client) -> None:
    """A connection lost while we leave is an exception that aiomqtt never looks at, and asyncio would log it."""
    ended: asyncio.Future[None] = client._disconnected
    if ended.done() and not ended.cancelled():
        ended.exception()


def _client_id(of_source: str, purpose: str) -> str:
    # 23 characters are all that an MQTT 3.1.1 broker must take.
    return f"denyut-{blake2b(f'{of_source} {purpose}'.encode(), digest_size=8).hexdigest()}"


def _code(error: MqttCodeError) -> int | None:
    return error.rc if isinstance(error.rc, int) or error.rc is None else int(error.rc.value)

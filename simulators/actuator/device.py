"""A thing on the street that obeys, or does not: hears commands over MQTT 5 (or 3.1.1), and answers."""

import asyncio
import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from aiomqtt import Client, Message, MqttError, ProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from config.durations import SECOND_NS
from ingest.mqtt.options import ConnectionOptions
from simulators.actuator.conduct import Conduct

_RETRY_S = 0.2
_SESSION_S = 3600
_TIMEOUT_S = 5


@dataclass(slots=True)
class Heard:
    """A command as it came."""

    content: dict[str, Any]
    conduct: Conduct
    received_ns: int
    """Clock of this machine."""
    retained: bool
    qos: int
    expiry_s: int | None
    correlation: bytes = b""
    answer_to: str = ""
    answered_ns: int = field(default=0, init=False)
    """0: it was not, or not yet."""

    @property
    def id(self) -> str:
        return str(self.content.get("id", ""))


class SimulatedActuator:
    def __init__(
        self,
        broker: ConnectionOptions,
        topic: str,
        conduct: Callable[[], Conduct],
        heard: Callable[[Heard], None],
        connected: Callable[[], None] = lambda: None,
        dialects: Sequence[ProtocolVersion] = (ProtocolVersion.V5, ProtocolVersion.V311),
        lost: Callable[[str], None] = lambda _why: None,
    ) -> None:
        """`conduct` is asked once for each command, of which `heard` is told; the dialects are tried in turn.

        `lost`: told why, once until it is connected again.
        """
        self._broker = broker
        self._topic = topic
        self._conduct = conduct
        self._heard = heard
        self._connected = connected
        self._dialects = list(dialects)
        self._lost = lost
        self._answering: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Never ends; comes back whenever the broker does, with its session, as a device would."""
        was_there = False
        failures = 0
        while True:
            try:
                async with self._client() as client:
                    await client.subscribe(self._topic, qos=1)
                    was_there, failures = True, 0
                    self._connected()
                    async for message in client.messages:
                        self._obey(client, message)
            except MqttError as error:
                failures += 1
                # Before the first connection each dialect has its turn.
                if failures == (1 if was_there else len(self._dialects)):
                    self._lost(_reason(error))
                if not was_there:
                    self._dialects = [*self._dialects[1:], self._dialects[0]]
                await asyncio.sleep(_RETRY_S)

    def _client(self) -> Client:
        fifth = self._dialects[0] is ProtocolVersion.V5
        lasting = Properties(PacketTypes.CONNECT) if fifth else None  # type: ignore[no-untyped-call]
        if lasting is not None:
            lasting.SessionExpiryInterval = _SESSION_S
        password = self._broker.password
        return Client(
            self._broker.host,
            self._broker.port,
            identifier=f"actuator-{self._topic.replace('/', '-')}",
            protocol=self._dialects[0],
            clean_start=False if fifth else 3,
            clean_session=None if fifth else False,
            properties=lasting,
            username=self._broker.username,
            password=None if password is None else password.decode(),
            tls_context=self._broker.tls,
            timeout=_TIMEOUT_S,
        )

    def _obey(self, client: Client, message: Message) -> None:
        heard = _read(message, self._conduct)
        if heard is None:
            return
        self._heard(heard)
        if heard.answer_to and heard.conduct.behaviour != "never":
            task = asyncio.create_task(self._answer(client, heard))
            self._answering.add(task)
            task.add_done_callback(self._answering.discard)

    async def _answer(self, client: Client, heard: Heard) -> None:
        behaviour = heard.conduct.behaviour
        if behaviour == "late":
            await asyncio.sleep(heard.conduct.late / SECOND_NS)
        command, correlation = heard.id, heard.correlation
        said: dict[str, Any] = {"done": behaviour != "refuses"}
        if behaviour == "refuses":
            said["why"] = "no power"
        if behaviour == "stranger":
            command, correlation = "0123456789abcdef-1", correlation and b"0123456789abcdef-1"
        payload = b"\xff{" if behaviour == "garbage" else json.dumps({**said, "id": command}).encode()
        properties = None
        if correlation:
            properties = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]
            properties.CorrelationData = correlation
        retain = behaviour == "retained"
        for _ in range(2 if behaviour == "twice" else 1):
            try:
                await client.publish(heard.answer_to, payload, qos=1, retain=retain, properties=properties)
            except MqttError:
                return
        heard.answered_ns = time.time_ns()


def _reason(error: MqttError) -> str:
    return getattr(error.__context__, "strerror", None) or str(error)


def _read(message: Message, conduct: Callable[[], Conduct]) -> Heard | None:
    """None: it is no command."""
    try:
        content = json.loads(message.payload)
    except ValueError:
        return None
    if not isinstance(content, dict):
        return None
    heard = Heard(
        content=content,
        conduct=conduct(),
        received_ns=time.time_ns(),
        retained=message.retain,
        qos=message.qos,
        expiry_s=getattr(message.properties, "MessageExpiryInterval", None),
    )
    heard.correlation = getattr(message.properties, "CorrelationData", None) or b""
    heard.answer_to = getattr(message.properties, "ResponseTopic", "") or str(content.get("answer_to", ""))
    return heard

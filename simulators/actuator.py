"""A thing on the street that obeys, or does not: hears commands over MQTT 5 (or 3.1.1), keeps a log, and answers.

    python -m simulators.actuator --broker 127.0.0.1:1883 --topic street/siren --log siren.jsonl --behaviour done

Each command that it hears is a line of the log, so that somebody can count how often it came.
"""

import argparse
import asyncio
import json
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal, get_args

from aiomqtt import Client, Message, MqttError, ProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

Behaviour = Literal["done", "late", "twice", "never", "refuses", "retained", "stranger", "garbage"]
"""done: answers at once; late: after `--late` seconds; retained: leaves its answers on the broker; stranger: answers to
an id that nobody gave; garbage: answers what nobody can read."""
_RETRY_S = 0.2
_SESSION_S = 3600


class SimulatedActuator:
    def __init__(
        self, host: str, port: int, topic: str, log: Path, behaviour: Behaviour, late_s: float, mqtt: int
    ) -> None:
        self._address = host, port
        self._topic = topic
        self._log = log
        self._behaviour = behaviour
        self._late_s = late_s
        self._protocol = ProtocolVersion.V5 if mqtt == 5 else ProtocolVersion.V311
        self._answering: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Never ends; comes back whenever the broker does, with its session, as a device would."""
        while True:
            try:
                async with self._client() as client:
                    await client.subscribe(self._topic, qos=1)
                    self._note({"connected": time.time_ns()})
                    async for message in client.messages:
                        await self._obey(client, message)
            except MqttError:
                await asyncio.sleep(_RETRY_S)

    def _client(self) -> Client:
        host, port = self._address
        identifier = f"actuator-{self._topic.replace('/', '-')}"
        if self._protocol is not ProtocolVersion.V5:
            return Client(host, port, identifier=identifier, protocol=self._protocol, clean_session=False, timeout=5)
        lasting = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
        lasting.SessionExpiryInterval = _SESSION_S
        return Client(
            host, port, identifier=identifier, protocol=self._protocol, clean_start=False, properties=lasting, timeout=5
        )

    async def _obey(self, client: Client, message: Message) -> None:
        content = json.loads(message.payload)
        correlation: bytes | None = getattr(message.properties, "CorrelationData", None)
        answer_to = getattr(message.properties, "ResponseTopic", "") or content.get("answer_to", "")
        expiry = getattr(message.properties, "MessageExpiryInterval", None)
        received = {"received": time.time_ns(), "retained": message.retain, "qos": message.qos, "expiry_s": expiry}
        self._note({**content, **received, "correlation": (correlation or b"").decode()})
        if answer_to and self._behaviour != "never":
            task = asyncio.create_task(self._answer(client, answer_to, correlation, content["id"]))
            self._answering.add(task)
            task.add_done_callback(self._answering.discard)

    async def _answer(self, client: Client, topic: str, correlation: bytes | None, command: str) -> None:
        if self._behaviour == "late":
            await asyncio.sleep(self._late_s)
        said: dict[str, Any] = {"done": self._behaviour != "refuses"}
        if self._behaviour == "refuses":
            said["why"] = "no power"
        if self._behaviour == "stranger":
            command, correlation = "0123456789abcdef-1", correlation and b"0123456789abcdef-1"
        payload = b"\xff{" if self._behaviour == "garbage" else json.dumps({**said, "id": command}).encode()
        properties = None
        if correlation:
            properties = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]
            properties.CorrelationData = correlation
        for _ in range(2 if self._behaviour == "twice" else 1):
            try:
                await client.publish(topic, payload, qos=1, retain=self._behaviour == "retained", properties=properties)
            except MqttError:
                return

    def _note(self, line: dict[str, Any]) -> None:
        with self._log.open("a", encoding="utf-8") as log:
            log.write(f"{json.dumps(line)}\n")


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--broker", default="127.0.0.1:1883", metavar="HOST:PORT")
    parser.add_argument("--topic", required=True, help="where it listens for commands")
    parser.add_argument("--log", type=Path, required=True, help="one line for each command")
    parser.add_argument("--behaviour", choices=get_args(Behaviour), default="done")
    parser.add_argument("--late", type=float, default=5.0, metavar="SECONDS")
    parser.add_argument("--mqtt", type=int, choices=(3, 5), default=5)
    given = parser.parse_args(arguments)
    host, _, port = given.broker.rpartition(":")
    actuator = SimulatedActuator(host, int(port), given.topic, given.log, given.behaviour, given.late, given.mqtt)
    asyncio.run(actuator.run())


if __name__ == "__main__":
    main()

"""Sends a simulated city to a broker: MQTT 5 where the broker speaks it, else 3.1.1."""

import asyncio
import logging
import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

import aiomqtt

from config.durations import SECOND_NS
from ingest.mqtt.options import ConnectionOptions
from simulators.connections import Connections, Routes
from simulators.faults.sent import Mask
from simulators.fleet import Fleet
from simulators.pace import Pace
from simulators.payloads import Messages

_SILENT = logging.getLogger(__name__)
"""Of the library: what goes wrong is an exception too, and said once."""
_SILENT.addHandler(logging.NullHandler())
_SILENT.propagate = False
_FIRST_WAIT_S = 0.5
_LONGEST_WAIT_S = 15.0
_GRACE_S = 10.0
"""After the time, for a broker that has to be asked in its older dialect."""
_DIALECTS = ((aiomqtt.ProtocolVersion.V5, 2.0), (aiomqtt.ProtocolVersion.V311, 5.0))
"""Protocol, and seconds to wait for its CONNACK: some brokers without MQTT 5 drop the connection and say nothing."""


@dataclass
class Tally:
    sent: int = 0
    unsent: int = 0
    """Came due while there was no connection, or broke off with it; the broker may have a few of the latter."""
    by_kind: dict[str, int] = field(default_factory=dict)
    connections: int = 0
    """How often a connection was made to the broker, all of a try counted as one."""
    retained: int = 0
    """Of those sent, how many the broker was asked to keep."""
    returns: int = 0
    """How often one of several connections came back that a scenario had taken away."""
    seconds: float = 0.0

    def add(self, kind: str) -> None:
        self.sent += 1
        self.by_kind[kind] = self.by_kind.get(kind, 0) + 1


class MessageSource(Protocol):
    fleet: Fleet

    def topic(self, kind: str, device: int) -> str: ...

    def kind_of(self, topic: str) -> str: ...

    def messages(self, start_ns: int, end_ns: int) -> Messages: ...


def nobody(_time_ns: int) -> Mapping[str, Mask]:
    """No device is ever away."""
    return {}


class Publisher:
    """Publishes what comes due, and reconnects with growing pauses; what came due meanwhile is counted as unsent.

    A connection that came back after the end would have nothing to send, so that none is waited for.
    """

    def __init__(
        self,
        encoder: MessageSource,
        broker: ConnectionOptions,
        pace: Pace,
        note: Callable[[str], None],
        connections: int = 1,
        away: Callable[[int], Mapping[str, Mask]] = nobody,
    ) -> None:
        """`away`: of each kind (d,) the devices that have no connection at a time; where that is all of a connection's,
        it is closed, and made anew when one of them returns.
        """
        self.tally = Tally()
        self.cut_off = True
        """Whether there is no connection, or was none when it ended."""
        self._encoder = encoder
        self._away = away
        self._routes = Routes(encoder.fleet, encoder.topic, connections)
        self._broker = broker
        self._address = f"{broker.host}:{broker.port}"
        self._pace = pace
        self._note = note
        self._reached_ns = pace.start_ns
        self._dialect = 0
        self._give_up: float | None = None
        self._stopped = False
        self._sending = False

    def stop(self) -> bool:
        """Ask `run` to return after the batch at hand; False where it is waiting for a connection instead."""
        self._stopped = True
        return self._sending

    async def run(self) -> None:
        """Returns when the pace has ended, also if no broker was reached in that time, or none is there any more."""
        began = time.monotonic()
        if self._pace.lasts_ns is not None:
            self._give_up = began + self._pace.lasts_ns / SECOND_NS
        wait_s = _FIRST_WAIT_S
        try:
            while not self._over():
                connections = self.tally.connections
                reason = await self._connected_run()
                wait_s = _FIRST_WAIT_S if self.tally.connections > connections else wait_s
                if reason is None:
                    continue
                left_s = max(self._left_s(), 0.0)
                then = f"trying again in {wait_s:g} s" if wait_s < left_s else "no time is left to try again"
                self._note(f"{self._address}: {reason}; {then}")
                await asyncio.sleep(min(wait_s, left_s))
                wait_s = min(wait_s * 2, _LONGEST_WAIT_S)
        finally:
            if self.cut_off:
                self._miss(self._due_ns())
            self.tally.seconds = time.monotonic() - began

    def _over(self) -> bool:
        if self._stopped or (self._pace.end_ns is not None and self._reached_ns >= self._pace.end_ns):
            return True
        return self.cut_off and self._left_s() <= 0.0

    def _left_s(self) -> float:
        """How long a connection may still be tried for; the time of the city begins with the first one."""
        if self._give_up is None:
            return math.inf
        end_ns = self._pace.end_ns
        if self.tally.connections and end_ns is not None:
            return (end_ns - self._pace.now_ns()) / SECOND_NS / self._pace.speed
        return self._give_up + (_GRACE_S if self._dialect else 0.0) - time.monotonic()

    def _due_ns(self) -> int:
        """Until when readings have come due: where no broker was reached in all the time, all of them have."""
        never = self._give_up is not None and not self.tally.connections and self._left_s() <= 0.0
        return self._pace.end_ns if never and self._pace.end_ns is not None else self._pace.now_ns()

    def _miss(self, until_ns: int) -> None:
        self.tally.unsent += self._encoder.fleet.count(self._reached_ns, until_ns)
        self._reached_ns = until_ns

    async def _connected_run(self) -> str | None:
        """Why the connection failed or broke; None when all was sent, or the next try is due at once."""
        speaks = False
        try:
            async with self._client() as client:
                speaks = True
                connections = Connections(client, self._client, self._routes)
                try:
                    await connections.open(())
                    self.tally.connections += 1
                    self._note(self._greeting())
                    self._sending = True
                    self.cut_off = False
                    await self._send_all(connections)
                finally:
                    await connections.close_all()
        except aiomqtt.MqttError as error:
            self.cut_off = True
            if speaks or self.tally.connections or self._refused(error):
                return str(error)
            # A broker without MQTT 5 closes the connection or answers with a code; the next try speaks 3.1.1.
            self._dialect = (self._dialect + 1) % len(_DIALECTS)
            return None if self._dialect else str(error)
        finally:
            self._sending = False
        return None

    def _greeting(self) -> str:
        times = f" {self._routes.count} times" if self._routes.count > 1 else ""
        return f"connected to {self._address}{times} ({_DIALECTS[self._dialect][0].name})"

    def _refused(self, error: aiomqtt.MqttError) -> bool:
        return isinstance(error.__cause__, OSError) and not isinstance(error.__cause__, ConnectionResetError)

    def _client(self) -> aiomqtt.Client:
        protocol, timeout_s = _DIALECTS[self._dialect]
        return aiomqtt.Client(
            self._broker.host,
            self._broker.port,
            protocol=protocol,
            username=self._broker.username,
            password=None if self._broker.password is None else self._broker.password.decode(),
            tls_context=self._broker.tls,
            timeout=timeout_s,
            logger=_SILENT,
        )

    async def _send_all(self, connections: Connections) -> None:
        self._miss(self._pace.now_ns())
        async for start_ns, end_ns in self._pace.spans(self._reached_ns):
            idle = self._routes.idle(self._away(end_ns))
            there = connections.opened
            await connections.open(idle)
            self.tally.returns += connections.opened - there
            self._reached_ns = end_ns
            await self._send(connections, self._encoder.messages(start_ns, end_ns))
            await connections.close(idle)
            if self._stopped:
                return

    async def _send(self, connections: Connections, messages: Messages) -> None:
        sent_before = self.tally.sent
        try:
            await connections.publish(messages, self._broker.qos, self._count)
        finally:
            self.tally.unsent += len(messages) - (self.tally.sent - sent_before)
        self.tally.retained += 0 if messages.retain is None else int(messages.retain.sum())

    def _count(self, topic: str) -> None:
        self.tally.add(self._encoder.kind_of(topic))

"""A broker that only streams: one client, MQTT 3.1.1 or 5, as fast as the client takes it, Receive Maximum honoured.

It runs as a process of its own, takes orders as JSON lines on its standard input and reports on its standard output:
{"stream": {"messages": N, "devices": D, "qos": Q}}, {"trickle": {"devices": D, "every_s": E, "seconds": S}}. A stream
with a "rate" sends only so many messages a second. Started with the configuration of a city and a number of messages,
it streams what the devices of that city send.
"""

import json
import select
import socket
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.large_city import city_messages
from benchmarks.message_stream import MessageStream, payload, topic
from benchmarks.mqtt_packets import (
    CONNACK,
    CONNECT,
    DISCONNECT,
    PINGREQ,
    PINGRESP_BYTES,
    PUBACK,
    SUBSCRIBE,
    connect_facts,
    packet,
    packets,
    publish,
    suback,
)

SPAN_MS = 2000
PREPARE_MS = 500
SEND_BYTES = 1 << 18
_PACE_S = 0.001


def report(event: str, **facts: object) -> None:
    print(json.dumps({"event": event, **facts}), flush=True)


class ClientGoneError(Exception):
    pass


class Client:
    """The connection to the one client; counts its acknowledgements."""

    def __init__(self, connection: socket.socket) -> None:
        self.connection = connection
        connection.setblocking(False)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.version = 4
        self.receive_maximum = 65_535
        self.acknowledged = 0
        self.subscribed = False
        self._rest = b""
        self._answers = b""

    def take(self) -> None:
        """Read what the client has sent, and answer it."""
        try:
            data = self.connection.recv(1 << 20)
        except BlockingIOError:
            return
        if not data:
            raise ClientGoneError
        data = self._rest + data
        if not self._only_short_pubacks(data):
            end = 0
            for first, body, end in packets(data):  # noqa: B007 - the last end is used below
                self._answer(first >> 4, body)
            data = data[end:]
            self._rest = data

    def _only_short_pubacks(self, data: bytes) -> bool:
        if len(data) % 4 or data[:2] != b"\x40\x02":
            return False
        heads = np.frombuffer(data, ">u2")[::2]
        if not (heads == 0x4002).all():
            return False
        self.acknowledged += len(heads)
        self._rest = b""
        return True

    def _answer(self, kind: int, body: bytes) -> None:
        if kind == PUBACK:
            self.acknowledged += 1
        elif kind == CONNECT:
            self.version, self.receive_maximum = connect_facts(body)
            self._answers += packet(CONNACK, 0, b"\0\0\0" if self.version == 5 else b"\0\0")
        elif kind == SUBSCRIBE:
            self._answers += suback(body, self.version)
            self.subscribed = True
        elif kind == PINGREQ:
            self._answers += PINGRESP_BYTES
        elif kind == DISCONNECT:
            raise ClientGoneError

    @property
    def waits_for_answer(self) -> bool:
        return bool(self._answers)

    def answer(self) -> None:
        """To be called between two frames only."""
        if self._answers:
            self.send(self._answers)
            self._answers = b""

    def send(self, data: bytes) -> None:
        self.connection.setblocking(True)
        self.connection.sendall(data)
        self.connection.setblocking(False)


class Sending:
    """One stream on its way to the client."""

    def __init__(self, client: Client, stream: MessageStream, rate: float) -> None:
        self._client = client
        self._stream = stream
        self._rate = rate
        self._sent = 0
        self._acknowledged_before = client.acknowledged

    def until_acknowledged(self) -> dict[str, int]:
        """When the first byte left, the last byte left and the last acknowledgement came (CLOCK_MONOTONIC, ns).

        Also the longest time between two acknowledgements.
        """
        client, view = self._client, memoryview(self._stream.data)
        self._began_ns = first_byte_ns = last_byte_ns = acknowledged_ns = time.monotonic_ns()
        longest_gap_ns = 0
        while (before := self._acknowledged) < self._stream.acknowledgements:
            limit = self._limit()
            sending = [client.connection] if self._sent < limit else []
            readable, writable, _ = select.select([client.connection], sending, [], _PACE_S if self._rate else 5)
            if writable:
                self._sent += client.connection.send(view[self._sent : min(limit, self._sent + SEND_BYTES)])
                last_byte_ns = time.monotonic_ns()
            if readable:
                client.take()
                if self._acknowledged > before:
                    now_ns = time.monotonic_ns()
                    longest_gap_ns = max(longest_gap_ns, now_ns - acknowledged_ns)
                    acknowledged_ns = now_ns
        return {
            "first_byte_ns": first_byte_ns,
            "last_byte_ns": last_byte_ns,
            "consumed_ns": time.monotonic_ns(),
            "longest_gap_ns": longest_gap_ns,
        }

    @property
    def _acknowledged(self) -> int:
        return self._client.acknowledged - self._acknowledged_before

    def _limit(self) -> int:
        """The byte up to which may be sent now: Receive Maximum, the rate, and an answer waits for the frame's end."""
        starts = self._stream.starts
        if self._client.waits_for_answer:
            boundary = int(starts[np.searchsorted(starts, self._sent)])
            if self._sent < boundary:
                return boundary
            self._client.answer()
        messages = self._stream.messages
        if self._stream.qos:
            messages = min(messages, self._acknowledged + self._client.receive_maximum)
        if self._rate:
            messages = min(messages, int((time.monotonic_ns() - self._began_ns) / 1e9 * self._rate) + 1)
        return int(starts[messages])


class Broker:
    def __init__(self, city: Path | None = None, messages: int = 0) -> None:
        """What a city sends takes a while to make; nobody waits for it yet."""
        self._contents = None if city is None else city_messages(city, messages)
        self._streams: dict[tuple[int, int, int, int], MessageStream] = {}
        self._last_time_ms = 0

    def stream(self, client: Client, messages: int, devices: int, qos: int, rate: float = 0) -> None:
        """Send all, wait for the last acknowledgement, and report both times (CLOCK_MONOTONIC, ns)."""
        key = (messages, devices, qos, client.version)
        if key not in self._streams:
            self._streams[key] = MessageStream(*key, contents=self._contents)
        stream = self._streams[key]
        self._set_times(stream, on_time=self._contents is not None)
        report("streamed", **Sending(client, stream, rate).until_acknowledged())

    def _set_times(self, stream: MessageStream, on_time: bool) -> None:
        """Event times over the two seconds before the sending starts, later than those of any stream before.

        On time: over two seconds from the sending on, as long as it takes about, so that no window is revised.
        """
        lead_ms = 0 if on_time else SPAN_MS - PREPARE_MS
        first_ms = max(int(time.time() * 1000) - lead_ms, self._last_time_ms)
        stream.set_times(first_ms, SPAN_MS)
        self._last_time_ms = first_ms + SPAN_MS
        if not on_time:
            time.sleep(max(0.0, self._last_time_ms / 1000 - time.time()))

    def trickle(self, client: Client, devices: int, every_s: float, seconds: float) -> None:
        """Each device speaks once in `every_s`, evenly spread, QoS 1."""
        pause, start = every_s / devices, time.monotonic()
        count = int(seconds / pause)
        for message in range(count):
            while (wait := start + message * pause - time.monotonic()) > 0:
                if select.select([client.connection], [], [], wait)[0]:
                    client.take()
                    client.answer()
            device = message % devices
            now = b"%013d" % (time.time() * 1000)
            body = payload(message, device).replace(b"0" * 13, now)
            client.send(publish(topic(device), body, message % 65_535 + 1, client.version))
        report("trickled", messages=count)


def follow_orders(broker: Broker, client: Client) -> bool:
    """Serve the client until it leaves (True) or the orders end (False)."""
    announced = False
    while True:
        readable, _, _ = select.select([client.connection, sys.stdin.buffer], [], [])
        try:
            if client.connection in readable:
                client.take()
            client.answer()
            if client.subscribed and not announced:
                announced = True
                report("subscribed", version=client.version, receive_maximum=client.receive_maximum)
            if sys.stdin.buffer in readable:
                line = sys.stdin.buffer.readline()
                if not line:
                    return False
                follow(broker, client, json.loads(line))
        except (ClientGoneError, ConnectionError):
            client.connection.close()
            report("left", acknowledged=client.acknowledged)
            return True


def follow(broker: Broker, client: Client, order: dict[str, Any]) -> None:
    if "stream" in order:
        broker.stream(client, **order["stream"])
    else:
        broker.trickle(client, **order["trickle"])


def main() -> None:
    broker = Broker(Path(sys.argv[1]), int(sys.argv[2])) if len(sys.argv) > 2 else Broker()
    port, goes_on = 0, True
    while goes_on:
        # One client is served at a time; another one, such as Denyut's watch of $SYS, is refused meanwhile.
        with socket.create_server(("127.0.0.1", port)) as server:
            if not port:
                port = server.getsockname()[1]
                report("listening", port=port)
            client = Client(server.accept()[0])
        goes_on = follow_orders(broker, client)


if __name__ == "__main__":
    main()

"""Publishes one stream to a broker over several connections, as fast as the broker takes it. `PORT`; orders as JSON
lines like the stand-in broker: {"messages": N, "devices": D, "qos": Q}. With a "rate" only so many messages a second
go out, each with the time at which it does. MQTT 3.1.1.
"""

import json
import select
import socket
import sys
import time

import numpy as np

from benchmarks.message_stream import MessageStream
from benchmarks.mqtt_packets import connect
from benchmarks.stand_in_broker import SEND_BYTES, SPAN_MS, report

CONNECTIONS = 4
UNACKNOWLEDGED = 20_000
"""Messages on the way for each connection; packet ids are 16 bits wide."""
_PACE_S = 0.001


class Lane:
    """One connection and its part of the stream."""

    def __init__(self, port: int, number: int) -> None:
        self.connection = socket.create_connection(("127.0.0.1", port))
        self.connection.sendall(connect(b"publisher-%d" % number))
        self.connection.recv(4)
        self.connection.setblocking(False)
        self._acknowledged_bytes = 0

    def begin(self, stream: MessageStream, first: int, last: int, rate: float) -> None:
        """`rate`: messages a second of this lane; 0: as fast as it goes."""
        self._stream, self._first, self._last = stream, first, last
        self._rate, self._began_s = rate, time.monotonic()
        self._sent, self._end = int(stream.starts[first]), int(stream.starts[last])
        self._acknowledged_bytes = 0

    @property
    def _limit(self) -> int:
        allowed = self._last
        if self._rate:
            allowed = min(allowed, self._first + int((time.monotonic() - self._began_s) * self._rate) + 1)
        if self._stream.qos:
            allowed = min(allowed, self._first + self._acknowledged_bytes // 4 + UNACKNOWLEDGED)
        return int(self._stream.starts[allowed])

    @property
    def ready(self) -> bool:
        return self._sent < self._limit

    @property
    def done(self) -> bool:
        owed = 4 * (self._last - self._first) if self._stream.qos else 0
        return self._sent == self._end and self._acknowledged_bytes == owed

    def send(self) -> None:
        stop = min(self._limit, self._sent + SEND_BYTES)
        self._sent += self.connection.send(memoryview(self._stream.data)[self._sent : stop])

    def take(self) -> None:
        """PUBACKs; a 3.1.1 broker sends nothing else, and each has 4 bytes."""
        data = self.connection.recv(1 << 20)
        if not data:
            raise ConnectionError("the broker closed a publisher's connection")
        self._acknowledged_bytes += len(data)


def publish_all(lanes: list[Lane], stream: MessageStream, rate: float) -> None:
    share = -(-stream.messages // len(lanes))
    for number, lane in enumerate(lanes):
        first, last = (min(each * share, stream.messages) for each in (number, number + 1))
        lane.begin(stream, first, last, rate / len(lanes))
    by_socket = {lane.connection: lane for lane in lanes}
    while not all(lane.done for lane in lanes):
        ready = [lane.connection for lane in lanes if lane.ready]
        readable, writable, _ = select.select(list(by_socket), ready, [], _PACE_S if rate else 5)
        for connection in readable:
            by_socket[connection].take()
        for connection in writable:
            by_socket[connection].send()


def set_times(stream: MessageStream, rate: float) -> None:
    now_ms = int(time.time() * 1000)
    if not rate:
        stream.set_times(now_ms - SPAN_MS, SPAN_MS)
        return
    # Each lane has a part of the stream of its own, and all of them send at once.
    share = -(-stream.messages // CONNECTIONS)
    at = np.arange(stream.messages) % share * CONNECTIONS / rate
    stream.set_each_time(now_ms + (1000 * at).astype(np.int64))


def main(port: int) -> None:
    lanes = [Lane(port, number) for number in range(CONNECTIONS)]
    report("connected")
    for line in sys.stdin.buffer:
        order = json.loads(line)
        rate = order.pop("rate", 0)
        stream = MessageStream(version=4, sentinel=False, **order)
        set_times(stream, rate)
        report("publishing")
        start_ns = time.monotonic_ns()
        publish_all(lanes, stream, rate)
        report("published", start_ns=start_ns, end_ns=time.monotonic_ns())


if __name__ == "__main__":
    main(int(sys.argv[1]))

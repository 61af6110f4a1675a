"""Publishes one stream to a broker over several connections, as fast as the broker takes it. `PORT`; orders as JSON
lines like the stand-in broker: {"messages": N, "devices": D, "qos": Q}. MQTT 3.1.1.
"""

import json
import select
import socket
import sys
import time

from benchmarks.message_stream import MessageStream
from benchmarks.mqtt_packets import connect
from benchmarks.stand_in_broker import SEND_BYTES, SPAN_MS, report

CONNECTIONS = 4
UNACKNOWLEDGED = 20_000
"""Messages on the way for each connection; packet ids are 16 bits wide."""


class Lane:
    """One connection and its part of the stream."""

    def __init__(self, port: int, number: int) -> None:
        self.connection = socket.create_connection(("127.0.0.1", port))
        self.connection.sendall(connect(b"publisher-%d" % number))
        self.connection.recv(4)
        self.connection.setblocking(False)
        self._acknowledged_bytes = 0

    def begin(self, stream: MessageStream, first: int, last: int) -> None:
        self._stream, self._first, self._last = stream, first, last
        self._sent, self._end = int(stream.starts[first]), int(stream.starts[last])
        self._acknowledged_bytes = 0

    @property
    def _limit(self) -> int:
        if not self._stream.qos:
            return self._end
        allowed = self._first + self._acknowledged_bytes // 4 + UNACKNOWLEDGED
        return int(self._stream.starts[min(self._last, allowed)])

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


def publish_all(lanes: list[Lane], stream: MessageStream) -> None:
    share = -(-stream.messages // len(lanes))
    for number, lane in enumerate(lanes):
        lane.begin(stream, min(number * share, stream.messages), min((number + 1) * share, stream.messages))
    by_socket = {lane.connection: lane for lane in lanes}
    while not all(lane.done for lane in lanes):
        ready = [lane.connection for lane in lanes if lane.ready]
        readable, writable, _ = select.select(list(by_socket), ready, [], 5)
        for connection in readable:
            by_socket[connection].take()
        for connection in writable:
            by_socket[connection].send()


def main(port: int) -> None:
    lanes = [Lane(port, number) for number in range(CONNECTIONS)]
    report("connected")
    for line in sys.stdin.buffer:
        stream = MessageStream(version=4, sentinel=False, **json.loads(line))
        stream.set_times(int(time.time() * 1000) - SPAN_MS, SPAN_MS)
        start_ns = time.monotonic_ns()
        publish_all(lanes, stream)
        report("published", start_ns=start_ns, end_ns=time.monotonic_ns())


if __name__ == "__main__":
    main(int(sys.argv[1]))

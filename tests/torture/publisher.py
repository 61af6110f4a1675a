"""Publishes the readings of a fleet at a steady rate and QoS 0 or 1, each noted in a file before it goes out.

`PORT FILE --rate R [--devices N] [--qos Q] [--repeat S] [--clocks]`. It ends when its standard input does: then nothing
new is measured, what is owed an acknowledgement gets it, and the number of readings is printed. MQTT 3.1.1, one
connection.

A broker that is away is waited for, as a device does: readings are still taken, and sent when it is back, in order.
`--repeat` is for a broker that may forget what it acknowledged before it was killed: what was acknowledged in the last
S seconds before the connection broke is sent again.
"""

import argparse
import select
import socket
import sys
import time
from collections import deque
from pathlib import Path

from benchmarks.mqtt_packets import connect, publish
from tests.torture.fleet import Device, fleet

UNACKNOWLEDGED = 1000
"""Messages on the way at most."""
_RETRY_S = 0.05
_TURN_S = 0.002

Message = tuple[bytes, bytes]
"""Topic and payload."""


class Outgoing:
    """Messages that the broker has not acknowledged for good, oldest first."""

    def __init__(self, qos: int, repeat_s: float) -> None:
        self._qos = qos
        self._repeat_s = repeat_s
        self._waiting: deque[Message] = deque()
        self._sent: deque[Message] = deque()
        self._acknowledged: deque[tuple[float, Message]] = deque()
        self._next_id = 0

    def put(self, topic: bytes, payload: bytes) -> None:
        self._waiting.append((topic, payload))

    def take(self) -> bytes:
        """Packets that may be sent now."""
        packets = bytearray()
        while self._waiting and len(self._sent) < UNACKNOWLEDGED:
            topic, payload = self._waiting.popleft()
            if self._qos:
                self._sent.append((topic, payload))
            self._next_id = self._next_id % 65_535 + 1
            packets += publish(topic, payload, self._next_id if self._qos else None, 4)
        return bytes(packets)

    def acknowledged(self, count: int) -> None:
        """The broker answers in the order in which it was sent to."""
        now = time.monotonic()
        for _ in range(count):
            self._acknowledged.append((now, self._sent.popleft()))
        while self._acknowledged and self._acknowledged[0][0] < now - self._repeat_s:
            self._acknowledged.popleft()

    def disconnected(self) -> None:
        since = time.monotonic() - self._repeat_s
        again = [message for at, message in self._acknowledged if at >= since]
        self._waiting = deque([*again, *self._sent, *self._waiting])
        self._sent.clear()
        self._acknowledged.clear()

    @property
    def done(self) -> bool:
        return not (self._waiting or self._sent)


class Wire:
    """One connection; raises OSError once it is broken."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=5)
        self.socket.sendall(connect(b"torture-publisher"))
        if self.socket.recv(4)[:2] != b"\x20\x02":
            raise ConnectionError("no CONNACK")
        self.socket.setblocking(False)
        self._unsent = b""
        self._half = b""

    def exchange(self, outgoing: Outgoing) -> None:
        if not self._unsent:
            self._unsent = outgoing.take()
        readable, writable, _ = select.select([self.socket], [self.socket] if self._unsent else [], [], _TURN_S)
        if writable:
            self._unsent = self._unsent[self.socket.send(self._unsent) :]
        if readable:
            data = self.socket.recv(1 << 16)
            if not data:
                raise ConnectionError("the broker closed the connection")
            data = self._half + data
            # All that a broker of 3.1.1 says here are PUBACKs, of four bytes each.
            self._half = data[len(data) // 4 * 4 :]
            outgoing.acknowledged(len(data) // 4)

    @property
    def idle(self) -> bool:
        return not self._unsent


class Readings:
    """The fleet's readings as they fall due, `rate` a second altogether, noted in a file."""

    def __init__(self, rate: float, devices: list[Device], file: Path) -> None:
        self._devices = devices
        self._rate = rate
        self._file = file.open("wb", buffering=1 << 16)
        self._began = time.monotonic()
        self.count = 0

    def due(self, outgoing: Outgoing) -> None:
        time_ms = time.time_ns() // 1_000_000
        while self.count < (time.monotonic() - self._began) * self._rate:
            number, position = divmod(self.count, len(self._devices))
            device = self._devices[position]
            topic, payload = device.topic.encode(), device.payload(number, time_ms)
            self._file.write(topic + b" " + payload + b"\n")
            outgoing.put(topic, payload)
            self.count += 1
        self._file.flush()

    def close(self) -> None:
        self._file.close()


def main() -> None:
    options = _options()
    outgoing = Outgoing(options.qos, options.repeat)
    devices = [device for device in fleet(options.devices) if device.timed or not options.clocks]
    readings = Readings(options.rate, devices, options.file)
    wire: Wire | None = None
    ending = False
    while not (ending and outgoing.done and (wire is None or wire.idle)):
        ending = ending or bool(select.select([sys.stdin], [], [], 0)[0])
        if not ending:
            readings.due(outgoing)
        try:
            wire = wire or Wire(options.port)
            wire.exchange(outgoing)
        except OSError:
            if wire is not None:
                wire.socket.close()
                outgoing.disconnected()
            wire = None
            time.sleep(_RETRY_S)
    readings.close()
    print(readings.count, flush=True)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("port", type=int)
    parser.add_argument("file", type=Path)
    parser.add_argument("--rate", type=float, required=True, help="readings a second")
    parser.add_argument("--devices", type=int, default=4, help="devices of each kind")
    parser.add_argument("--qos", type=int, choices=[0, 1], default=1)
    parser.add_argument("--repeat", type=float, default=0.0, help="seconds")
    parser.add_argument("--clocks", action="store_true", help="only the devices that have a clock")
    return parser.parse_args()


if __name__ == "__main__":
    main()

"""The peer of the live benchmark: a socket that is only read, framed and, at QoS 1, acknowledged. `PORT QOS MESSAGES`.

When it has all it reports how many messages it had by when. MQTT 5 with the largest Receive Maximum, as Denyut has.
"""

import socket
import sys
import time

from benchmarks.mqtt_packets import SUBACK, connect, subscribe
from benchmarks.stand_in_broker import report

SNAPSHOT_NS = 100_000_000


class BareReader:
    def __init__(self, port: int, qos: int) -> None:
        self.messages = 0
        self.snapshots: list[tuple[int, int]] = []
        """(ns UTC, messages so far)."""
        self._socket = socket.create_connection(("127.0.0.1", port))
        self._socket.sendall(connect(b"bare-reader", 5) + subscribe(b"city/#", qos, 5))
        self._rest = b""

    def read(self, messages: int) -> None:
        while self.messages < messages:
            data = self._socket.recv(1 << 20)
            if not data:
                raise ConnectionError("the broker closed the connection")
            acknowledgements = self._count(self._rest + data)
            if acknowledgements:
                self._socket.sendall(b"\x40\x02" + b"\x40\x02".join(acknowledgements))
            self._note()

    def _note(self) -> None:
        now = time.time_ns()
        if not self.snapshots or now - self.snapshots[-1][0] >= SNAPSHOT_NS:
            self.snapshots.append((now, self.messages))

    def _count(self, data: bytes) -> list[bytes]:
        """Packet ids to acknowledge. Frames here are shorter than 16,384 bytes: one or two bytes of length."""
        at, end, ids = 0, len(data), []
        while end - at >= 3:
            length, body = data[at + 1], at + 2
            if length > 127:
                length = length & 127 | data[body] << 7
                body += 1
            if body + length > end:
                break
            if data[at] & 0xF0 == 0x30:
                self.messages += 1
                if data[at] & 6:
                    after_topic = body + 2 + (data[body] << 8 | data[body + 1])
                    ids.append(data[after_topic : after_topic + 2])
            elif data[at] == SUBACK << 4:
                report("subscribed")
            at = body + length
        self._rest = data[at:]
        return ids


def main(port: int, qos: int, messages: int) -> None:
    reader = BareReader(port, qos)
    reader.read(messages)
    report("read", messages=reader.messages, snapshots=reader.snapshots)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))

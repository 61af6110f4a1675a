"""The peer of the load benchmark: paho-mqtt publishing one message after the other. `PORT FILE MESSAGES QOS`.

The file has a topic, a space and a payload in each line, and is gone through again and again. Each publish writes to
the socket itself, which costs paho less than handing over to its thread, and at QoS 1 its cost grows with the number of
messages on the way: a hundred are enough to keep the broker busy.
"""

import select
import sys
import time
from collections.abc import Iterator
from itertools import cycle, islice
from pathlib import Path

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion

ON_THE_WAY = 100


class Sender:
    def __init__(self, port: int) -> None:
        self._way = 0
        """Messages that are not acknowledged."""
        self._client = mqtt.Client(CallbackAPIVersion.VERSION2, protocol=MQTTProtocolVersion.MQTTv311)
        self._client.max_inflight_messages_set(ON_THE_WAY)
        self._client.on_publish = self._acknowledged
        self._client.connect("127.0.0.1", port)
        while not self._client.is_connected():
            self._client.loop(1)

    def send(self, messages: Iterator[tuple[str, bytes]], qos: int) -> None:
        """Returns when the socket has taken the last, at QoS 1 when all are acknowledged."""
        for topic, payload in messages:
            self._client.publish(topic, payload, qos)
            if qos:
                self._way += 1
                self._until_at_most(ON_THE_WAY - 1)
        self._until_at_most(0)
        while self._client.want_write():
            self._client.loop(1)

    def close(self) -> None:
        self._client.disconnect()

    def _until_at_most(self, count: int) -> None:
        connection = self._client.socket()
        while self._way > count:
            if connection is None or not self._client.is_connected():
                raise ConnectionError("the broker closed the connection")
            select.select([connection], [], [])
            self._client.loop_read(ON_THE_WAY)
            if self._client.want_write():
                self._client.loop_write()

    def _acknowledged(self, *_: object) -> None:
        self._way = max(self._way - 1, 0)


def messages_of(file: Path, count: int) -> Iterator[tuple[str, bytes]]:
    lines = [line.split(b" ", 1) for line in file.read_bytes().splitlines()]
    return islice(cycle([(topic.decode(), payload) for topic, payload in lines]), count)


def main(port: int, file: Path, count: int, qos: int) -> None:
    messages = messages_of(file, count)
    sender = Sender(port)
    began = time.monotonic()
    sender.send(messages, qos)
    seconds = time.monotonic() - began
    sender.close()
    sys.stderr.write(f"{count:,} messages in {seconds:.2f} s: {count / seconds:,.0f}/s\n")


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]))

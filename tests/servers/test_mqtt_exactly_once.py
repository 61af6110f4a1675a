"""A long queue at QoS 2: brokers that send all of it at once, with identifiers in use, get few answers at once."""

import asyncio
from collections import deque
from pathlib import Path

import mqtt5

from ingest.mqtt.exactly_once import OPEN_AT_ONCE
from tests.servers.listening import Recorder, listening, source
from tests.servers.mosquitto import mosquitto
from tests.servers.scripted_broker import Peer, scripted_broker

IDENTIFIERS = 65_535
AT_ONCE = 5000
EXACTLY_ONCE = mqtt5.QoS.EXACTLY_ONCE


def message(number: int, packet_id: int) -> bytes:
    return mqtt5.PublishPacket(
        f"city/c/air/a{number % 9}", b"%d" % number, qos=EXACTLY_ONCE, packet_id=packet_id
    ).write()


class Hasty:
    """It does what Mosquitto 2.0.11 does with a long queue: an answer is for the oldest message with its identifier."""

    def __init__(self, kept: int) -> None:
        self._kept = kept
        self._sent: dict[int, deque[int]] = {}
        self._open = set[int]()
        self.most_open = 0
        self.completed: list[int] = []

    async def serve(self, peer: Peer) -> None:
        await peer.accept(mqtt5.ConnAckPacket(session_present=True))
        for number in range(self._kept):
            packet_id = number % IDENTIFIERS + 1
            self._sent.setdefault(packet_id, deque()).append(number)
            peer.write(message(number, packet_id))
        while True:
            match await peer.read():
                case mqtt5.PubRecPacket(packet_id=packet_id):
                    assert packet_id not in self._open
                    self._open.add(packet_id)
                    self.most_open = max(self.most_open, len(self._open))
                    peer.write(mqtt5.PubRelPacket(packet_id).write())
                case mqtt5.PubCompPacket(packet_id=packet_id):
                    self._open.remove(packet_id)
                    self.completed.append(self._sent[packet_id].popleft())
                case mqtt5.PingReqPacket():
                    peer.write(mqtt5.PingRespPacket().write())


async def flood(port: int, n: int) -> None:
    """So many of them at QoS 2, as fast as the broker takes them."""
    stream, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(mqtt5.ConnectPacket("flood", clean_start=True).write())
    assert await stream.read(1000)
    for first in range(0, n, AT_ONCE):
        writer.write(b"".join(message(first + i, i + 1) for i in range(AT_ONCE)))
        await stream.readexactly(AT_ONCE * len(mqtt5.PubRecPacket(1).write()))
        writer.write(b"".join(mqtt5.PubRelPacket(i + 1).write() for i in range(AT_ONCE)))
        await stream.readexactly(AT_ONCE * len(mqtt5.PubCompPacket(1).write()))
    writer.close()


def numbers(recorder: Recorder) -> list[int]:
    return list(map(int, recorder.payloads))


def test_a_queue_sent_at_once_with_identifiers_in_use_is_answered_in_order_and_few_at_once() -> None:
    async def scene() -> None:
        broker = Hasty(70_000)
        async with scripted_broker(broker.serve) as port, listening(source(port, qos=2)) as recorder:
            await recorder.until(lambda: len(broker.completed) == 70_000)
            assert not recorder.connection.behind
        assert numbers(recorder) == broker.completed == list(range(70_000))
        assert recorder.counted == 70_000
        assert broker.most_open == OPEN_AT_ONCE

    asyncio.run(scene())


def test_mosquitto_hands_out_more_than_there_are_identifiers_and_is_caught_up_with(tmp_path: Path) -> None:
    async def scene(port: int) -> None:
        async with listening(source(port, qos=2, receive_maximum=1000)):
            pass
        await flood(port, 80_000)
        async with listening(source(port, qos=2, receive_maximum=1000), subscribed=False) as recorder:
            await recorder.until(lambda: not recorder.connection.behind)
            assert numbers(recorder) == list(range(80_000))
            deliveries = recorder.connection._deliveries
            await recorder.until(lambda: deliveries.settled == 80_000)
            assert recorder.counted == 80_000
            assert recorder.connection.statistics.losses == 0

    with mosquitto(tmp_path) as port:
        asyncio.run(scene(port))

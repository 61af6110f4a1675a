"""Ten times more than is read: the broker holds the rest, the connection stays, and memory does not grow."""

import asyncio
import time
from dataclasses import replace
from pathlib import Path

import mqtt5
import psutil

from ingest.messages import MessageBatch
from ingest.mqtt.connection import Connection
from ingest.mqtt.events import ConnectionEvent, Happening
from ingest.mqtt.gathering import FULL_BYTES
from ingest.mqtt.options import options_of
from ingest.mqtt.receive_buffer import CAPACITY
from ingest.pressure import Pressure
from tests.servers.listening import PATIENCE_S, send, source
from tests.servers.mosquitto import mosquitto

KEEP_ALIVE_S = 2
PAYLOAD = b"x" * 1000
LIMIT_BYTES = 4_000_000
MESSAGES = 80_000
AT_ONCE = 1000


class SlowReader:
    """A connection whose batches wait until `take` asks for one; it is held as a run holds it."""

    def __init__(self, port: int) -> None:
        options = replace(options_of(source(port), "test"), keep_alive_s=KEEP_ALIVE_S)
        self.events: list[ConnectionEvent] = []
        self.connection = Connection(options, self._receive, self.events.append)
        self.waiting: list[MessageBatch] = []
        self.pressure = Pressure(LIMIT_BYTES)
        self.taken = self.most_bytes = 0

    @property
    def waiting_bytes(self) -> int:
        return sum(batch.nbytes for batch in self.waiting)

    def _receive(self, batch: MessageBatch) -> None:
        self.waiting.append(batch)
        self.most_bytes = max(self.most_bytes, self.waiting_bytes)
        self.judge()

    def take(self) -> None:
        """The oldest batch, as if it had taken long to be processed."""
        if self.waiting:
            batch = self.waiting.pop(0)
            self.taken += len(batch)
            self.connection.acknowledge(batch)
        self.judge()

    def judge(self) -> None:
        held = self.pressure.holding
        self.pressure.judge(self.waiting_bytes, self.connection.saturated_for_s, time.monotonic())
        if self.pressure.holding and not held:
            self.connection.pause_reading()
        elif held and not self.pressure.holding:
            self.connection.resume_reading()

    async def until_taken(self, n: int, every_s: float) -> None:
        async with asyncio.timeout(PATIENCE_S):
            while self.taken < n:
                self.take()
                await asyncio.sleep(every_s)


async def flood(port: int) -> None:
    """MESSAGES of them at QoS 1, as fast as the broker takes them and without holding them in memory."""
    stream, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(mqtt5.ConnectPacket("flood", clean_start=True).write())
    assert await stream.read(1000)
    qos = mqtt5.QoS.AT_LEAST_ONCE
    chunk = b"".join(
        mqtt5.PublishPacket(f"city/c/air/a{number % 9}", PAYLOAD, qos=qos, packet_id=number).write()
        for number in range(1, AT_ONCE + 1)
    )
    for _ in range(MESSAGES // AT_ONCE):
        writer.write(chunk)
        await stream.readexactly(AT_ONCE * len(mqtt5.PubAckPacket(1).write()))
    writer.close()


async def subscribed(reader: SlowReader) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while not any(event.happening is Happening.SUBSCRIBED for event in reader.events):
            await asyncio.sleep(0.01)


def test_a_reader_ten_times_too_slow_gets_everything_in_the_end_and_never_holds_much(tmp_path: Path) -> None:
    async def scene(port: int) -> None:
        reader, stop = SlowReader(port), asyncio.Event()
        run = asyncio.create_task(reader.connection.run(stop))
        await subscribed(reader)
        before = psutil.Process().memory_info().rss
        sending = asyncio.create_task(flood(port))
        while not sending.done():
            # By number and not by time: how long the flood takes is the machine's matter.
            if not reader.taken:
                reader.take()
            await asyncio.sleep(0.5)
        await sending
        assert 0 < reader.taken < MESSAGES / 10
        assert reader.pressure.holding
        grown = psutil.Process().memory_info().rss - before
        await reader.until_taken(MESSAGES, every_s=0.01)
        stop.set()
        await run
        # A batch that is being gathered when reading is held still comes.
        assert reader.most_bytes < LIMIT_BYTES + FULL_BYTES + 2 * CAPACITY
        assert grown < 40_000_000
        assert [event.happening.value for event in reader.events] == ["connected", "subscribed", "closed"]

    with mosquitto(tmp_path) as port:
        asyncio.run(scene(port))


def test_a_reader_that_is_held_for_longer_than_the_keep_alive_keeps_its_connection(tmp_path: Path) -> None:
    async def scene(port: int) -> None:
        reader, stop = SlowReader(port), asyncio.Event()
        run = asyncio.create_task(reader.connection.run(stop))
        await subscribed(reader)
        reader.connection.pause_reading()
        await send(port, *[("city/c/air/a", PAYLOAD)] * 2000)
        await asyncio.sleep(3 * KEEP_ALIVE_S)
        assert reader.waiting == []
        reader.connection.resume_reading()
        await reader.until_taken(2000, every_s=0.01)
        stop.set()
        await run
        assert reader.connection.statistics.losses == 0

    with mosquitto(tmp_path) as port:
        asyncio.run(scene(port))

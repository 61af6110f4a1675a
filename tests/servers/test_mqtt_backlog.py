"""What a broker kept while nobody read is known as such from its first message to its last."""

import asyncio
from collections import deque
from pathlib import Path

import mqtt5
import pytest

from ingest.mqtt.backlog import SETTLE_S
from tests.servers.free_ports import free_port
from tests.servers.listening import Recorder, listening, send, source
from tests.servers.mosquitto import mosquitto
from tests.servers.scripted_broker import Peer, scripted_broker


class Keeping:
    """A broker that keeps `kept` messages and has no more than `limit` without an answer; it is `away_s` away."""

    def __init__(self, kept: int, limit: int, away_s: float) -> None:
        self._kept = deque(range(kept))
        self._limit, self._away_s = limit, away_s
        self._free = list(range(1, limit + 1))
        self.live = False

    async def serve(self, peer: Peer) -> None:
        await peer.accept(mqtt5.ConnAckPacket(session_present=True))
        while True:
            self._fill(peer)
            packet = await peer.read()
            await asyncio.sleep(self._away_s)
            if isinstance(packet, mqtt5.PubAckPacket):
                self._free.append(packet.packet_id)
            elif isinstance(packet, mqtt5.PingReqPacket):
                peer.write(mqtt5.PingRespPacket().write())
                if not self._kept and self.live:
                    peer.write(mqtt5.PublishPacket("city/a", b"live", qos=mqtt5.QoS.AT_MOST_ONCE).write())

    def _fill(self, peer: Peer) -> None:
        while self._kept and self._free:
            payload = b"%d" % self._kept.popleft()
            qos = mqtt5.QoS.AT_LEAST_ONCE
            peer.write(mqtt5.PublishPacket("city/a", payload, qos=qos, packet_id=self._free.pop()).write())


def flagged(recorder: Recorder) -> list[bool]:
    """Of each message: whether it came as part of a backlog."""
    return [batch.behind for batch in recorder.batches for _ in range(len(batch))]


@pytest.mark.parametrize(
    ("kept", "limit", "away_s"), [(3000, 20, 0.0), (600, 20, 0.003), (40, 1, 0.0), (500, 500, 0.0)]
)
def test_however_few_messages_a_broker_sends_at_once_its_backlog_is_known_to_the_end(
    kept: int, limit: int, away_s: float
) -> None:
    async def scene() -> None:
        broker = Keeping(kept, limit, away_s)
        async with scripted_broker(broker.serve) as port, listening(source(port, client_id="one")) as recorder:
            assert recorder.connection.behind
            await recorder.until(lambda: not recorder.connection.behind)
            assert len(recorder.payloads) == kept
        assert flagged(recorder) == [True] * kept

    asyncio.run(scene())


def test_what_comes_after_the_backlog_is_no_part_of_it(tmp_path: Path) -> None:
    async def scene(port: int) -> None:
        async with listening(source(port)):
            pass
        await send(port, *[("city/a", f"{number}") for number in range(5000)])
        async with listening(source(port), subscribed=False) as recorder:
            await recorder.until(lambda: not recorder.connection.behind)
            await send(port, ("city/a", "live"))
            await recorder.until(lambda: b"live" in recorder.payloads)
        assert flagged(recorder) == [True] * 5000 + [False]

    with mosquitto(tmp_path) as port:
        asyncio.run(scene(port))


@pytest.mark.parametrize("qos", [0, 1, 2])
def test_what_was_kept_while_reading_was_paused_is_a_backlog(tmp_path: Path, qos: int) -> None:
    async def scene(port: int) -> None:
        async with listening(source(port, qos=qos)) as recorder:
            await recorder.until(lambda: not recorder.connection.behind)
            recorder.connection.pause_reading()
            await send(port, *[("city/a", f"{number}") for number in range(2000)], qos=qos)
            await asyncio.sleep(0.2)
            assert recorder.connection.behind
            recorder.connection.resume_reading()
            await recorder.until(lambda: not recorder.connection.behind)
            assert len(recorder.payloads) == 2000
            await send(port, ("city/a", "live"), qos=qos)
            await recorder.until(lambda: b"live" in recorder.payloads)
        assert flagged(recorder) == [True] * 2000 + [False]

    with mosquitto(tmp_path) as port:
        asyncio.run(scene(port))


def test_a_stream_that_never_pauses_is_caught_up_with(tmp_path: Path) -> None:
    async def scene(port: int) -> None:
        async with listening(source(port)) as recorder:
            sending = asyncio.create_task(send(port, *[("city/a", "1")] * 30_000))
            await recorder.until(lambda: not recorder.connection.behind)
            assert not sending.done()
            assert recorder.payloads
            await sending

    with mosquitto(tmp_path) as port:
        asyncio.run(scene(port))


def test_until_a_broker_is_reached_it_may_keep_something() -> None:
    async def scene() -> None:
        async with listening(source(free_port()), subscribed=False) as recorder:
            assert recorder.connection.behind
            await asyncio.sleep(2 * SETTLE_S)
            assert recorder.connection.behind

    asyncio.run(scene())

"""More at QoS 0 than can be taken in: what is shed goes by the priority of its kind, and all is accounted for."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import mqtt5

from benchmarks.mqtt_packets import publish
from ingest.journal.entries import Messages, Shed
from ingest.journal.reading import read_entries
from tests.servers.scripted_broker import Peer, scripted_broker
from tests.torture.denyut_run import DenyutRun
from tests.torture.slowed import slowed

SETTINGS = """
[windows]
sizes = [{ size = "1m" }]
[limits]
messages = 16
[journal]
keep = "24h"
[http]
enabled = false
[kinds.meter]
priority = "high"
[kinds.traffic]
priority = "low"
"""
KINDS = ("meter", "air", "traffic")
ROUNDS, OF_EACH = 60, 1000
PAYLOAD = b'{"note": "%s", "value": %%d}' % (b"x" * 1000)
SHARE = 0.2
"""Of one core."""


class Streaming:
    """A broker that has messages of each kind and hands out as fast as they are read; nothing is lost on its side."""

    def __init__(self) -> None:
        self.sent = 0

    async def serve(self, peer: Peer) -> None:
        await peer.accept()
        streaming = asyncio.create_task(self._stream(peer))
        while True:
            if isinstance(await peer.read(), mqtt5.PingReqPacket):
                peer.write(mqtt5.PingRespPacket().write())
            assert not streaming.done() or streaming.exception() is None

    async def _stream(self, peer: Peer) -> None:
        for each in range(ROUNDS):
            numbers = range(each * OF_EACH, (each + 1) * OF_EACH)
            peer.write(
                *(publish(b"city/c/%s/a1" % kind.encode(), PAYLOAD % n, None, 5) for n in numbers for kind in KINDS)
            )
            await peer.drain()
            self.sent += OF_EACH * len(KINDS)


async def closes(_: Peer) -> None:
    """What asks the broker about itself is not served."""


def kinds_of(topics: Sequence[bytes]) -> Counter[str]:
    return Counter(topic.split(b"/")[2].decode() for topic in topics)


def shed_and_kept(run: DenyutRun) -> list[tuple[Counter[str], Counter[str]]]:
    """Of each batch of which some was shed: how many of each kind were, and how many of it were not."""
    entries = [entry for _, entry in read_entries(run.data_dir / "journal")]
    kept = {entry.batch.received_ns: kinds_of(entry.batch.topics) for entry in entries if isinstance(entry, Messages)}
    return [
        (kinds_of(entry.topics), kept.get(entry.received_ns, Counter())) for entry in entries if isinstance(entry, Shed)
    ]


def test_too_much_at_qos_0_is_shed_by_priority_and_every_message_is_accounted_for(tmp_path: Path) -> None:
    total = ROUNDS * OF_EACH * len(KINDS)

    async def overload(run: DenyutRun, broker: Streaming) -> None:
        await asyncio.to_thread(run.until_subscribed)
        with slowed(run.pid, SHARE):
            while broker.sent < total:
                await asyncio.sleep(0.1)
        await asyncio.to_thread(run.until, lambda status: status["received"] == total, "all messages")
        await asyncio.to_thread(run.stop)

    async def scene() -> DenyutRun:
        broker = Streaming()
        async with scripted_broker(broker.serve, closes) as port:
            with DenyutRun(tmp_path, port, SETTINGS) as run:
                run.start()
                await overload(run, broker)
        return run

    run = asyncio.run(scene())
    status = run.status()
    rejected = {device["kind"]: device["rejected"].get("shed", 0) for device in run.devices()}
    batches = shed_and_kept(run)
    assert set(status["rejected"]) == {"shed"}
    shed = status["rejected"]["shed"]
    assert status["received"] == status["accepted"] + status["duplicate"] + shed == total
    assert status["ledger_violations"] == 0
    assert rejected["meter"] == 0
    assert 0 < rejected["air"] <= rejected["traffic"]
    assert rejected["air"] + rejected["traffic"] == shed
    assert all(kept["traffic"] == 0 and of_batch["traffic"] > 0 for of_batch, kept in batches)
    assert {kept["air"] for of_batch, kept in batches if of_batch["air"]} == {0}

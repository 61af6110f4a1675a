"""A connection that runs for the length of a block and records what it gets."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any

import numpy as np
from paho.mqtt import publish

from config.settings import Source
from ingest.messages import MessageBatch
from ingest.mqtt.connection import Connection
from ingest.mqtt.endings import Ending
from ingest.mqtt.events import ConnectionEvent, Happening
from ingest.mqtt.link import Link
from ingest.mqtt.options import options_of

PATIENCE_S = 20.0


class Recorder:
    """`acknowledging` False leaves the acknowledgement to the test."""

    def __init__(self, source: Source, acknowledging: bool = True, already_held: Sequence[MessageBatch] = ()) -> None:
        self.batches: list[MessageBatch] = []
        self.events: list[ConnectionEvent] = []
        self.acknowledging = acknowledging
        self.connection = Connection(
            options_of(source, "test"), self._receive, self.events.append, already_held=already_held
        )

    def _receive(self, batch: MessageBatch) -> None:
        self.batches.append(batch)
        if self.acknowledging:
            self.connection.acknowledge(batch)

    @property
    def payloads(self) -> list[bytes]:
        return [payload for batch in self.batches for payload in batch.payloads]

    @property
    def counted(self) -> int:
        """Messages that count: those sent again although they are held do not."""
        return sum(
            len(batch) - (0 if batch.repeated is None else int(np.count_nonzero(batch.repeated)))
            for batch in self.batches
        )

    def happened(self, happening: Happening) -> list[ConnectionEvent]:
        return [event for event in self.events if event.happening is happening]

    async def until(self, condition: Callable[[], object]) -> None:
        async with asyncio.timeout(PATIENCE_S):
            while not condition():
                await asyncio.sleep(0.01)

    async def until_happened(self, happening: Happening, times: int = 1) -> None:
        await self.until(lambda: len(self.happened(happening)) >= times)

    def cut(self) -> None:
        """The network connection is gone, without a word to the broker."""
        self.connection._backoff.reset()
        link = self.connection._link
        if isinstance(link, Link) and not link.ended.done():
            link.end(Ending(Happening.LOST, "cut"))


@asynccontextmanager
async def killed(recorder: Recorder) -> AsyncIterator[Recorder]:
    """Its connection runs for the block, and ends as that of a process that is killed."""
    run = asyncio.create_task(recorder.connection.run(asyncio.Event()))
    try:
        yield recorder
    finally:
        run.cancel()
        await asyncio.wait({run})


@asynccontextmanager
async def listening(source: Source, *, acknowledging: bool = True, subscribed: bool = True) -> AsyncIterator[Recorder]:
    """Enters once the broker has granted the topics, unless `subscribed` is False."""
    recorder = Recorder(source, acknowledging)
    stop = asyncio.Event()
    run = asyncio.create_task(recorder.connection.run(stop))
    try:
        if subscribed:
            await recorder.until_happened(Happening.SUBSCRIBED)
        yield recorder
    finally:
        stop.set()
        async with asyncio.timeout(PATIENCE_S):
            await run


def source(port: int, **settings: Any) -> Source:
    return Source(broker=f"mqtt://127.0.0.1:{port}", **settings)


async def send(
    port: int, *messages: tuple[str, bytes | str], qos: int = 1, retain: bool = False, **options: Any
) -> None:
    """Publishes (topic, payload) pairs in order and returns when the broker has them."""
    packets: list[Any] = [(topic, payload, qos, retain) for topic, payload in messages]
    await asyncio.to_thread(publish.multiple, packets, "127.0.0.1", port, **options)

import asyncio
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import uvloop

from ingest.messages import MessageBatch
from ingest.mqtt.connection import Connection
from ingest.mqtt.events import Happening
from ingest.mqtt.options import options_of
from tests.servers.listening import listening, send, source
from tests.servers.mosquitto import mosquitto

Run = Callable[[Coroutine[Any, Any, None]], None]


@pytest.mark.parametrize("run", [asyncio.run, uvloop.run], ids=["asyncio", "uvloop"])
@pytest.mark.parametrize("qos", [0, 1, 2])
def test_messages_come_in_order_once_and_are_acknowledged(tmp_path: Path, qos: int, run: Run) -> None:
    async def scene(port: int) -> None:
        sent = [(f"city/bjn/air/a{i % 7}", f"{i}") for i in range(500)]
        async with listening(source(port, qos=qos)) as recorder:
            await send(port, *sent, qos=qos)
            await recorder.until(lambda: len(recorder.payloads) >= 500)
        topics = [topic.decode() for batch in recorder.batches for topic in batch.topics]
        assert list(zip(topics, [payload.decode() for payload in recorder.payloads], strict=True)) == sent
        assert recorder.connection.statistics.acknowledged == (500 if qos else 0)
        assert recorder.connection.statistics.messages == 500
        # Whatever the broker still held for this session would come again.
        async with listening(source(port, qos=qos)) as again:
            await send(port, ("city/end", "end"), qos=qos)
            await again.until(lambda: again.payloads)
        assert again.payloads == [b"end"]

    with mosquitto(tmp_path) as port:
        run(scene(port))


def test_a_batch_carries_one_receive_time_and_many_messages(tmp_path: Path) -> None:
    async def scene(port: int) -> None:
        async with listening(source(port)) as recorder:
            await send(port, *[("city/bjn/air/a", "1")] * 2000)
            await recorder.until(lambda: len(recorder.payloads) >= 2000)
        assert len(recorder.batches) < 1000
        times = [batch.received_ns for batch in recorder.batches]
        assert times == sorted(times)

    with mosquitto(tmp_path) as port:
        asyncio.run(scene(port))


def test_stored_messages_are_told_from_live_ones_even_from_those_published_with_retain(tmp_path: Path) -> None:
    async def scene(port: int) -> None:
        await send(port, ("city/a", "stored"), retain=True)
        async with listening(source(port)) as recorder:
            await recorder.until(lambda: recorder.payloads)
            await send(port, ("city/a", "live"), retain=True)
            await recorder.until(lambda: len(recorder.payloads) == 2)
        assert recorder.payloads == [b"stored", b"live"]
        assert np.concatenate([batch.retained for batch in recorder.batches]).tolist() == [True, False]
        assert recorder.connection.statistics.retained == 1

    with mosquitto(tmp_path) as port:
        asyncio.run(scene(port))


def test_a_payload_of_one_mebibyte_and_a_topic_in_any_script_come_whole(tmp_path: Path) -> None:
    async def scene(port: int) -> None:
        large = bytes(range(256)) * 4096
        topic = "city/kota/カメラ/🌊 sungai"
        async with listening(source(port)) as recorder:
            await send(port, ("city/small", "before"), (topic, large), (topic, b""), ("city/small", "after"))
            await recorder.until(lambda: len(recorder.payloads) == 4)
        assert recorder.payloads == [b"before", large, b"", b"after"]
        assert [t for batch in recorder.batches for t in batch.topics][1] == topic.encode()

    with mosquitto(tmp_path) as port:
        asyncio.run(scene(port))


def test_several_filters_are_subscribed(tmp_path: Path) -> None:
    async def scene(port: int) -> None:
        async with listening(source(port, topics=("kota/+/air", "desa/#"))) as recorder:
            await send(port, ("kota/a/air", "1"), ("kota/a/noise", "2"), ("desa/x/y", "3"))
            await recorder.until(lambda: len(recorder.payloads) == 2)
        assert recorder.payloads == [b"1", b"3"]
        (subscribed,) = recorder.happened(Happening.SUBSCRIBED)
        assert str(subscribed) == f"mqtt: 127.0.0.1:{port} subscribed: kota/+/air, desa/#"

    with mosquitto(tmp_path) as port:
        asyncio.run(scene(port))


def test_a_shared_group_divides_the_stream(tmp_path: Path) -> None:
    async def scene(port: int) -> None:
        first, second = (source(port, shared_group="denyut", client_id=name) for name in ("one", "two"))
        async with listening(first) as one, listening(second) as two:
            await send(port, *[("city/bjn/air/a", f"{i}") for i in range(100)])
            await one.until(lambda: len(one.payloads) + len(two.payloads) >= 100)
        assert sorted(map(int, one.payloads + two.payloads)) == list(range(100))
        assert min(len(one.payloads), len(two.payloads)) > 10

    with mosquitto(tmp_path) as port:
        asyncio.run(scene(port))


def test_while_reading_is_paused_nothing_comes_and_nothing_is_lost(tmp_path: Path) -> None:
    async def scene(port: int) -> None:
        async with listening(source(port)) as recorder:
            recorder.connection.pause_reading()
            await send(port, *[("city/bjn/air/a", f"{i}") for i in range(300)])
            await asyncio.sleep(0.2)
            assert recorder.payloads == []
            recorder.connection.resume_reading()
            await recorder.until(lambda: len(recorder.payloads) >= 300)
        assert list(map(int, recorder.payloads)) == list(range(300))

    with mosquitto(tmp_path) as port:
        asyncio.run(scene(port))


def test_what_is_not_acknowledged_comes_again_after_a_stop(tmp_path: Path) -> None:
    async def scene(port: int) -> None:
        async with listening(source(port), acknowledging=False) as recorder:
            await send(port, ("city/a", "1"), ("city/a", "2"))
            await recorder.until(lambda: len(recorder.payloads) == 2)
            for batch in recorder.batches:
                if b"1" in batch.payloads and len(batch) == 1:
                    recorder.connection.acknowledge(batch)
        async with listening(source(port)) as again:
            await again.until(lambda: b"2" in again.payloads)

    with mosquitto(tmp_path) as port:
        asyncio.run(scene(port))


def test_an_error_of_the_receiver_ends_the_run_and_the_message_comes_again(tmp_path: Path) -> None:
    def refuse(batch: MessageBatch) -> None:
        raise OSError(28, "No space left on device")

    async def scene(port: int) -> None:
        async with listening(source(port)):
            pass
        await send(port, ("city/a", "1"))
        connection = Connection(options_of(source(port), "test"), refuse)
        with pytest.raises(OSError, match="No space left on device"):
            await asyncio.wait_for(connection.run(asyncio.Event()), 20)
        async with listening(source(port)) as recorder:
            await recorder.until(lambda: recorder.payloads)
        assert recorder.payloads == [b"1"]

    with mosquitto(tmp_path) as port:
        asyncio.run(scene(port))


def test_what_was_read_before_the_stop_is_handed_over(tmp_path: Path) -> None:
    async def scene(port: int) -> None:
        async with listening(source(port, qos=0)) as recorder:
            before = recorder.connection.statistics.bytes
            await send(port, ("city/a", "1"))
            await recorder.until(lambda: recorder.connection.statistics.bytes > before)
        assert recorder.payloads == [b"1"]
        assert recorder.events[-1].happening is Happening.CLOSED

    with mosquitto(tmp_path) as port:
        asyncio.run(scene(port))

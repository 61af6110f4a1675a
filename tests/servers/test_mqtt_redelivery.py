"""Messages that have neither a time nor a number, all of them equal: each counts once, wherever a connection is cut."""

import asyncio
from pathlib import Path

import pytest

from ingest.mqtt import redelivery
from ingest.mqtt.events import Happening
from tests.servers.listening import Recorder, killed, listening, send, source
from tests.servers.mosquitto import mosquitto

EQUAL = [(f"city/c/parking/p{number % 7}", '{"occupied":1}') for number in range(700)]


@pytest.mark.parametrize("qos", [1, 2])
def test_what_comes_again_after_a_cut_counts_once_and_is_acknowledged(tmp_path: Path, qos: int) -> None:
    async def scene(port: int) -> None:
        async with listening(source(port, qos=qos), acknowledging=False) as recorder:
            await send(port, *EQUAL, qos=qos)
            await recorder.until(lambda: recorder.counted == 700)
            before = list(recorder.batches)
            recorder.acknowledging = True
            recorder.cut()
            await recorder.until_happened(Happening.CONNECTED, times=2)
            for batch in before:
                recorder.connection.acknowledge(batch)
            statistics = recorder.connection.statistics
            await recorder.until(lambda: statistics.repeated == 700)
            await send(port, *EQUAL[:100], qos=qos)
            await recorder.until(lambda: recorder.counted >= 800)
        assert recorder.counted == 800
        async with listening(source(port, qos=qos)) as again:
            await send(port, ("city/end", "end"), qos=qos)
            await again.until(lambda: again.payloads)
        assert again.payloads == [b"end"]

    with mosquitto(tmp_path) as port:
        asyncio.run(scene(port))


@pytest.mark.parametrize("qos", [1, 2])
def test_a_process_that_is_killed_and_knows_what_it_held_counts_nothing_twice(tmp_path: Path, qos: int) -> None:
    async def scene(port: int) -> None:
        async with listening(source(port, qos=qos)):
            pass
        async with killed(Recorder(source(port, qos=qos), acknowledging=False)) as first:
            await send(port, *EQUAL, qos=qos)
            await first.until(lambda: first.counted == 700)
        second = Recorder(source(port, qos=qos), already_held=first.batches)
        async with killed(second):
            await second.until(lambda: second.connection.statistics.repeated == 700)
            await send(port, *EQUAL[:100], qos=qos)
            await second.until(lambda: second.counted >= 100)
        assert second.counted == 100

    with mosquitto(tmp_path) as port:
        asyncio.run(scene(port))


@pytest.mark.parametrize("qos", [1, 2])
def test_however_many_have_no_answer_none_is_forgotten(
    tmp_path: Path, qos: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(redelivery, "MOST_HELD", 50)

    async def scene(port: int) -> None:
        async with listening(source(port, qos=qos), acknowledging=False) as recorder:
            for first in range(0, 700, 100):
                await send(port, *EQUAL[first : first + 100], qos=qos)
                await recorder.until(lambda: recorder.counted == first + 100)  # noqa: B023 - over before the next
            recorder.acknowledging = True
            recorder.cut()
            await recorder.until(lambda: recorder.connection.statistics.repeated == 700)
        assert recorder.counted == 700

    with mosquitto(tmp_path) as port:
        asyncio.run(scene(port))


def test_a_new_session_sends_nothing_again_and_what_is_equal_counts(tmp_path: Path) -> None:
    async def scene(port: int) -> None:
        async with killed(Recorder(source(port, client_id="one"), acknowledging=False)) as first:
            await first.until_happened(Happening.SUBSCRIBED)
            await send(port, *EQUAL)
            await first.until(lambda: first.counted == 700)
        second = Recorder(source(port, client_id="two"), already_held=first.batches)
        async with killed(second):
            await second.until_happened(Happening.SUBSCRIBED)
            await send(port, *EQUAL)
            await second.until(lambda: second.counted >= 700)
        assert second.connection.statistics.repeated == 0

    with mosquitto(tmp_path) as port:
        asyncio.run(scene(port))


@pytest.mark.parametrize("qos", [1, 2])
def test_cuts_in_the_middle_of_a_stream_lose_nothing_and_count_nothing_twice(tmp_path: Path, qos: int) -> None:
    async def scene(port: int) -> None:
        async with listening(source(port, qos=qos)) as recorder:
            sending = asyncio.create_task(send(port, *EQUAL * 15, qos=qos))
            for cuts in range(1, 6):
                await asyncio.sleep(0.05)
                recorder.acknowledging = cuts % 2 == 0
                await recorder.until_happened(Happening.CONNECTED, times=cuts)
                recorder.cut()
            recorder.acknowledging = True
            await sending
            recorder.cut()
            await recorder.until(lambda: recorder.counted >= 10_500)
        assert recorder.counted == 10_500
        statistics = recorder.connection.statistics
        assert statistics.repeated > 0

    with mosquitto(tmp_path) as port:
        asyncio.run(scene(port))

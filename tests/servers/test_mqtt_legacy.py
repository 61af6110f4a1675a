import asyncio
from pathlib import Path

import numpy as np
import pytest
from pydantic import SecretStr

from ingest.mqtt.events import Happening
from tests.servers.free_ports import free_port
from tests.servers.listening import Recorder, killed, listening, send, source
from tests.servers.mosquitto import mosquitto
from tests.servers.older_broker import older_broker
from tests.servers.passwords import password_file


@pytest.mark.parametrize("answers", [True, False])
def test_a_broker_without_mqtt_5_is_spoken_to_in_3_1_1_and_one_event_says_so(tmp_path: Path, answers: bool) -> None:
    async def scene(mosquitto_port: int) -> None:
        async with older_broker(mosquitto_port, answers=answers) as port, listening(source(port)) as recorder:
            await send(mosquitto_port, *[("city/a", f"{i}") for i in range(1000)])
            await recorder.until(lambda: len(recorder.payloads) >= 1000)
        assert list(map(int, recorder.payloads)) == list(range(1000))
        assert recorder.connection.statistics.acknowledged == 1000
        (event,) = recorder.happened(Happening.OLDER_PROTOCOL)
        assert event.reason == "the broker speaks MQTT 3.1.1, not 5"

    with mosquitto(tmp_path) as port:
        asyncio.run(scene(port))


def test_over_3_1_1_nothing_is_acknowledged_before_its_batch_is(tmp_path: Path) -> None:
    async def scene(mosquitto_port: int) -> None:
        async with older_broker(mosquitto_port, answers=True) as port:
            async with listening(source(port), acknowledging=False) as recorder:
                await send(mosquitto_port, ("city/a", "1"), ("city/a", "2"))
                await recorder.until(lambda: len(recorder.payloads) == 2)
            async with listening(source(port)) as again:
                await again.until(lambda: len(again.payloads) == 2)
            async with listening(source(port)) as last:
                await send(mosquitto_port, ("city/a", "3"))
                await last.until(lambda: last.payloads)
        assert (again.payloads, last.payloads) == ([b"1", b"2"], [b"3"])

    with mosquitto(tmp_path) as port:
        asyncio.run(scene(port))


def test_over_3_1_1_stored_messages_large_payloads_and_any_topic_come_as_over_5(tmp_path: Path) -> None:
    async def scene(mosquitto_port: int) -> None:
        large, topic = bytes(range(256)) * 4096, "city/kota/カメラ/🌊"
        await send(mosquitto_port, ("city/stored", "old"), retain=True)
        async with (
            older_broker(mosquitto_port, answers=True) as port,
            listening(source(port, qos=2)) as recorder,
        ):
            await recorder.until(lambda: recorder.payloads)
            await send(mosquitto_port, (topic, large), ("city/stored", "new"), qos=2, retain=True)
            await recorder.until(lambda: len(recorder.payloads) == 3)
        assert recorder.payloads == [b"old", large, b"new"]
        assert [t for batch in recorder.batches for t in batch.topics][1] == topic.encode()
        assert np.concatenate([batch.retained for batch in recorder.batches]).tolist() == [True, False, False]
        (event,) = recorder.happened(Happening.OLDER_PROTOCOL)
        assert event.reason.endswith("QoS 2 received as QoS 1")

    with mosquitto(tmp_path) as port:
        asyncio.run(scene(port))


def test_over_3_1_1_a_pause_holds_the_messages_back(tmp_path: Path) -> None:
    async def scene(mosquitto_port: int) -> None:
        async with older_broker(mosquitto_port, answers=True) as port, listening(source(port)) as recorder:
            recorder.connection.pause_reading()
            await send(mosquitto_port, *[("city/a", f"{i}") for i in range(100)])
            await asyncio.sleep(0.2)
            assert recorder.payloads == []
            recorder.connection.resume_reading()
            await recorder.until(lambda: len(recorder.payloads) >= 100)
        assert list(map(int, recorder.payloads)) == list(range(100))

    with mosquitto(tmp_path) as port:
        asyncio.run(scene(port))


def test_over_3_1_1_a_lost_broker_is_waited_for_and_subscribed_to_again(tmp_path: Path) -> None:
    async def scene(mosquitto_port: int) -> None:
        async with older_broker(mosquitto_port, answers=True) as port:
            with mosquitto(tmp_path, port=mosquitto_port):
                listener = listening(source(port))
                recorder = await listener.__aenter__()
            await recorder.until_happened(Happening.LOST)
            with mosquitto(tmp_path, port=mosquitto_port):
                await recorder.until_happened(Happening.SUBSCRIBED, times=2)
                await send(mosquitto_port, ("city/a", "1"))
                await recorder.until(lambda: recorder.payloads)
                await listener.__aexit__(None, None, None)
        assert recorder.payloads == [b"1"]

    asyncio.run(scene(free_port()))


@pytest.mark.parametrize("password", ["rahasia", "salah"])
def test_over_3_1_1_the_password_decides(tmp_path: Path, password: str) -> None:
    async def scene(mosquitto_port: int) -> None:
        async with older_broker(mosquitto_port, answers=True) as port:
            user = source(port, username="denyut", password=SecretStr(password))
            async with listening(user, subscribed=False) as recorder:
                await recorder.until(lambda: len(recorder.events) >= 2)
        if password == "rahasia":
            assert recorder.happened(Happening.CONNECTED)
        else:
            assert (recorder.events[1].reason, recorder.events[1].retry_s) == ("not authorized", 30.0)

    with mosquitto(tmp_path, listener=password_file(tmp_path, "denyut", "rahasia")) as port:
        asyncio.run(scene(port))


def test_over_3_1_1_a_message_that_comes_again_is_known(tmp_path: Path) -> None:
    async def scene(mosquitto_port: int) -> None:
        equal = [("city/c/parking/p", '{"occupied":1}')] * 15
        async with older_broker(mosquitto_port, answers=True) as port:
            async with killed(Recorder(source(port), acknowledging=False)) as first:
                await first.until_happened(Happening.SUBSCRIBED)
                await send(mosquitto_port, *equal)
                await first.until(lambda: first.counted == 15)
            async with killed(Recorder(source(port), already_held=first.batches)) as second:
                await second.until(lambda: second.connection.statistics.repeated == 15)
                await send(mosquitto_port, *equal)
                await second.until(lambda: second.counted >= 15)
        assert second.counted == 15

    with mosquitto(tmp_path) as port:
        asyncio.run(scene(port))


def test_over_3_1_1_a_backlog_is_known_to_its_end(tmp_path: Path) -> None:
    async def scene(mosquitto_port: int) -> None:
        async with older_broker(mosquitto_port, answers=True) as port, listening(source(port)) as recorder:
            await recorder.until(lambda: not recorder.connection.behind)
            recorder.connection.pause_reading()
            await send(mosquitto_port, *[("city/a", f"{i}") for i in range(2000)])
            assert recorder.connection.behind
            recorder.connection.resume_reading()
            await recorder.until(lambda: not recorder.connection.behind)
            assert len(recorder.payloads) == 2000
            recorder.connection.resume_reading()
            assert recorder.connection.behind
            await recorder.until(lambda: not recorder.connection.behind)
            await send(mosquitto_port, ("city/a", "live"))
            await recorder.until(lambda: b"live" in recorder.payloads)
        flagged = [batch.behind for batch in recorder.batches for _ in range(len(batch))]
        assert flagged == [True] * 2000 + [False]

    with mosquitto(tmp_path) as port:
        asyncio.run(scene(port))

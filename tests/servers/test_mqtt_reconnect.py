import asyncio
from pathlib import Path

from ingest.mqtt.events import Happening
from tests.servers.free_ports import free_port
from tests.servers.listening import Recorder, listening, send, source
from tests.servers.mosquitto import mosquitto

PERSISTENT = "persistence true\npersistence_location ./\nautosave_interval 1\nautosave_on_changes true\n"


def test_a_broker_that_is_absent_is_named_and_waited_for(tmp_path: Path) -> None:
    async def scene(port: int) -> None:
        async with listening(source(port), subscribed=False) as recorder:
            await recorder.until_happened(Happening.UNREACHABLE)
            (event, *_) = recorder.happened(Happening.UNREACHABLE)
            assert str(event).startswith(f"mqtt: 127.0.0.1:{port} unreachable: ")
            assert "refused" in event.reason.lower()
            assert event.retry_s is not None
            assert 0.2 <= event.retry_s <= 1.0
            with mosquitto(tmp_path, port=port):
                await recorder.until_happened(Happening.SUBSCRIBED)
                await send(port, ("city/a", "1"))
                await recorder.until(lambda: recorder.payloads)
        assert recorder.payloads == [b"1"]

    asyncio.run(scene(free_port()))


def test_after_a_restart_that_lost_the_session_the_topics_are_subscribed_again(tmp_path: Path) -> None:
    async def scene(port: int) -> None:
        recorder: Recorder
        with mosquitto(tmp_path, port=port):
            listener = listening(source(port))
            recorder = await listener.__aenter__()
        await recorder.until_happened(Happening.LOST)
        with mosquitto(tmp_path, port=port):
            await recorder.until_happened(Happening.SUBSCRIBED, times=2)
            await send(port, ("city/a", "1"))
            await recorder.until(lambda: recorder.payloads)
            await listener.__aexit__(None, None, None)
        assert recorder.payloads == [b"1"]
        assert recorder.connection.statistics.connects == 2
        assert recorder.connection.statistics.losses == 1

    asyncio.run(scene(free_port()))


def test_after_a_restart_that_kept_the_session_nothing_is_subscribed_twice(tmp_path: Path) -> None:
    async def scene(port: int) -> None:
        with mosquitto(tmp_path, PERSISTENT, port=port):
            listener = listening(source(port))
            recorder = await listener.__aenter__()
        await recorder.until_happened(Happening.LOST)
        with mosquitto(tmp_path, PERSISTENT, port=port):
            await recorder.until_happened(Happening.CONNECTED, times=2)
            await send(port, ("city/a", "1"))
            await recorder.until(lambda: recorder.payloads)
            await listener.__aexit__(None, None, None)
        assert recorder.happened(Happening.CONNECTED)[1].reason == "the session goes on"
        assert len(recorder.happened(Happening.SUBSCRIBED)) == 1

    asyncio.run(scene(free_port()))


def test_the_session_keeps_what_is_sent_while_nobody_listens(tmp_path: Path) -> None:
    async def scene(port: int) -> None:
        async with listening(source(port)):
            pass
        await send(port, *[("city/a", f"{i}") for i in range(200)])
        async with listening(source(port)) as recorder:
            await recorder.until(lambda: len(recorder.payloads) >= 200)
        assert list(map(int, recorder.payloads)) == list(range(200))

    with mosquitto(tmp_path) as port:
        asyncio.run(scene(port))


def test_an_acknowledgement_after_a_reconnection_is_ignored_and_the_message_comes_again(tmp_path: Path) -> None:
    async def scene(port: int) -> None:
        with mosquitto(tmp_path, PERSISTENT, port=port):
            listener = listening(source(port), acknowledging=False)
            recorder = await listener.__aenter__()
            await send(port, ("city/a", "1"))
            await recorder.until(lambda: recorder.payloads)
        await recorder.until_happened(Happening.LOST)
        recorder.connection.acknowledge(recorder.batches[0])
        with mosquitto(tmp_path, PERSISTENT, port=port):
            await recorder.until(lambda: len(recorder.payloads) == 2)
            recorder.connection.acknowledge(recorder.batches[0])
            recorder.connection.acknowledge(recorder.batches[1])
            await listener.__aexit__(None, None, None)
        assert recorder.payloads == [b"1", b"1"]
        assert recorder.connection.statistics.acknowledged == 1
        assert recorder.connection.statistics.stale_receipts == 2

    asyncio.run(scene(free_port()))


def test_a_qos_2_message_of_an_older_connection_counts_once(tmp_path: Path) -> None:
    async def scene(port: int) -> None:
        with mosquitto(tmp_path, PERSISTENT, port=port):
            listener = listening(source(port, qos=2), acknowledging=False)
            recorder = await listener.__aenter__()
            await send(port, ("city/a", "1"), qos=2)
            await recorder.until(lambda: recorder.payloads)
        await recorder.until_happened(Happening.LOST)
        with mosquitto(tmp_path, PERSISTENT, port=port):
            await recorder.until(lambda: recorder.connection.statistics.repeated == 1)
            await send(port, ("city/a", "2"), qos=2)
            await recorder.until(lambda: recorder.counted == 2)
            for batch in recorder.batches:
                recorder.connection.acknowledge(batch)
            await listener.__aexit__(None, None, None)
            # A session with anything left in it would give that first.
            async with listening(source(port, qos=2)) as again:
                await send(port, ("city/a", "3"), qos=2)
                await again.until(lambda: again.payloads)
        assert (recorder.payloads, recorder.counted) == ([b"1", b"1", b"2"], 2)
        assert again.payloads == [b"3"]

    asyncio.run(scene(free_port()))

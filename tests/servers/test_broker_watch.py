"""What a real Mosquitto says of itself, and how a watch behaves where it says nothing."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion

from config.settings import Source
from ingest.mqtt.broker_watch import BrokerWatch
from ingest.mqtt.options import options_of
from tests.servers.free_ports import free_port
from tests.servers.listening import PATIENCE_S, send, source
from tests.servers.mosquitto import mosquitto
from tests.servers.passwords import password_file

EVERY_SECOND = "sys_interval 1\n"
"""How often the broker renews what it says of itself."""
SMALL_QUEUES = EVERY_SECOND + "max_queued_messages 5\nmax_inflight_messages 1\n"


@asynccontextmanager
async def watching(what: Source) -> AsyncIterator[BrokerWatch]:
    watch, stop = BrokerWatch(options_of(what, "test")), asyncio.Event()
    run = asyncio.create_task(watch.run(stop))
    watch.begin()
    try:
        yield watch
    finally:
        stop.set()
        async with asyncio.timeout(3):
            await run


async def until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while not condition():
            await asyncio.sleep(0.02)


def absent_subscriber(port: int) -> None:
    """A session at QoS 1 that is not there: its messages queue at the broker, and the queue is small."""
    client = Client(CallbackAPIVersion.VERSION2, "absent", clean_session=False)
    subscribed: list[int] = []
    client.on_subscribe = lambda *_: subscribed.append(1)
    client.connect("127.0.0.1", port)
    client.subscribe("city/#", qos=1)
    while not subscribed:
        client.loop()
    client.disconnect()


def test_messages_that_the_broker_drops_are_counted_from_our_start_on(tmp_path: Path) -> None:
    async def scene(port: int) -> None:
        await asyncio.to_thread(absent_subscriber, port)
        await send(port, *[("city/a", f"{i}") for i in range(25)])
        # The broker tells of these 20 within a second; the watch begins after that.
        await asyncio.sleep(2.5)
        async with watching(source(port)) as watch:
            await until(lambda: watch.figures.dropped is not None)
            assert watch.figures.dropped == 0
            await send(port, *[("city/a", f"{i}") for i in range(300)])
            await until(lambda: watch.figures.dropped == 300)
            assert watch.figures.version is not None
            assert watch.figures.version.startswith("mosquitto version")
            assert (watch.figures.clients or 0) >= 1
            assert (watch.figures.stored or 0) >= 5

    with mosquitto(tmp_path, SMALL_QUEUES) as port:
        asyncio.run(scene(port))


def test_a_broker_that_restarts_is_heard_again_and_its_count_goes_on(tmp_path: Path) -> None:
    async def dropping(port: int, watch: BrokerWatch, total: int) -> None:
        await asyncio.to_thread(absent_subscriber, port)
        await until(lambda: watch.figures.version is not None and watch.figures.dropped is not None)
        await send(port, *[("city/a", f"{i}") for i in range(15)])
        await until(lambda: watch.figures.dropped == total)

    async def scene(port: int) -> None:
        async with watching(source(port)) as watch:
            with mosquitto(tmp_path, SMALL_QUEUES, port=port):
                await dropping(port, watch, 10)
            watch.figures.version = None
            with mosquitto(tmp_path, SMALL_QUEUES, port=port):
                await dropping(port, watch, 20)

    asyncio.run(scene(free_port()))


def test_before_its_source_is_subscribed_it_asks_nothing(tmp_path: Path) -> None:
    async def scene(port: int) -> None:
        watch, stop = BrokerWatch(options_of(source(port), "test")), asyncio.Event()
        run = asyncio.create_task(watch.run(stop))
        await asyncio.sleep(1)
        assert watch.figures.version is None
        watch.begin()
        await until(lambda: watch.figures.version)
        stop.set()
        await run

    with mosquitto(tmp_path, EVERY_SECOND) as port:
        asyncio.run(scene(port))


def test_a_broker_that_is_away_is_waited_for_in_silence(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    async def scene(port: int) -> None:
        async with watching(source(port)) as watch:
            await asyncio.sleep(1)
            with mosquitto(tmp_path, EVERY_SECOND, port=port):
                await until(lambda: watch.figures.clients)

    with caplog.at_level(logging.INFO):
        asyncio.run(scene(free_port()))
    assert caplog.messages == []


def test_a_broker_that_lets_nobody_read_it_is_said_once_and_left_alone(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ingest.mqtt.broker_watch.SILENCE_S", 2.0)
    (tmp_path / "acl").write_text("topic readwrite city/#\n")

    async def scene(port: int) -> None:
        async with watching(source(port)) as watch:
            await until(lambda: caplog.messages)
            await asyncio.sleep(3)
            assert set(watch.figures.as_status().values()) == {None}

    with caplog.at_level(logging.INFO), mosquitto(tmp_path, f"{EVERY_SECOND}acl_file acl\n") as port:
        asyncio.run(scene(port))
    assert caplog.messages == ["mqtt: the broker tells nothing of itself ($SYS): nothing has come within 2 s"]


def test_the_credentials_are_those_of_the_source(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    listener = password_file(tmp_path, "denyut", "rahasia")

    async def scene(port: int) -> None:
        async with watching(source(port, username="denyut", password="rahasia")) as watch:
            await until(lambda: watch.figures.clients)
        async with watching(source(port, username="denyut", password="salah")):
            await until(lambda: caplog.messages)

    with caplog.at_level(logging.INFO), mosquitto(tmp_path, EVERY_SECOND, listener=listener) as port:
        asyncio.run(scene(port))
    (line,) = caplog.messages
    assert line.startswith("mqtt: the broker tells nothing of itself ($SYS): ")
    assert "salah" not in line

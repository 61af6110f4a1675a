"""A simulated city against real brokers: what it says it sent is what a subscriber got."""

import asyncio
import json
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import aiomqtt
import pytest

from config.settings import Settings, Source
from denyut.local_broker import start_broker
from ingest.mqtt.options import options_of
from simulators.fleet import Fleet
from simulators.pace import Pace
from simulators.payloads import Encoder
from simulators.publish import Publisher
from tests.servers.free_ports import free_port, wait_until_listening
from tests.servers.mosquitto import mosquitto

SECOND_NS = 1_000_000_000
START_NS = 1_772_406_000 * SECOND_NS
DENYUT = [sys.executable, "-m", "denyut"]

ONLY_3_1_1 = """\
id = 0

[router]
id = 0
max_connections = 16
max_outgoing_packet_count = 200
max_segment_size = 104857600
max_segment_count = 10

[v4.1]
name = "old"
listen = "127.0.0.1:{port}"
next_connection_delay_ms = 1

[v4.1.connections]
connection_timeout_ms = 60000
max_payload_size = 1048576
max_inflight_count = 1000
dynamic_filters = true
"""


@contextmanager
def a_broker_without_mqtt_5(directory: Path) -> Iterator[int]:
    port = free_port()
    file = directory / "old.toml"
    file.write_text(ONLY_3_1_1.format(port=port))
    with (directory / "old.log").open("wb") as log:
        process = subprocess.Popen([sys.executable, "-m", "iotcore", "--config", file], stdout=log, stderr=log)
        try:
            wait_until_listening(port)
            yield port
        finally:
            process.terminate()
            process.wait(timeout=15)


def publisher(port: int, notes: list[str], qos: int = 1, lasts_s: float = 1.5, devices: int = 400) -> Publisher:
    encoder = Encoder(Fleet(Settings(), seed=3, count=devices))
    broker = options_of(Source(broker=f"mqtt://127.0.0.1:{port}", qos=qos), "test")
    return Publisher(encoder, broker, Pace(START_NS, lasts_ns=round(lasts_s * SECOND_NS)), notes.append)


async def publish_and_receive(
    port: int, sender: Publisher, protocol: aiomqtt.ProtocolVersion
) -> list[tuple[str, bytes]]:
    received = []
    async with aiomqtt.Client("127.0.0.1", port, protocol=protocol) as client:
        await client.subscribe("city/#", qos=1)
        await sender.run()
        async with asyncio.timeout(20):
            async for message in client.messages:
                received.append((message.topic.value, bytes(message.payload)))
                if len(received) == sender.tally.sent:
                    return received
    return received


def expected_of(sender: Publisher, lasts_s: float = 1.5) -> list[tuple[str, bytes]]:
    messages = sender._encoder.messages(START_NS, START_NS + round(lasts_s * SECOND_NS))
    return sorted(zip(messages.topics, messages.payloads, strict=True))


@pytest.mark.parametrize("qos", [0, 1])
def test_every_message_reaches_mosquitto_with_mqtt_5(tmp_path: Path, qos: int) -> None:
    notes: list[str] = []
    with mosquitto(tmp_path) as port:
        sender = publisher(port, notes, qos)
        received = asyncio.run(publish_and_receive(port, sender, aiomqtt.ProtocolVersion.V5))
    assert sorted(received) == expected_of(sender)
    assert sender.tally.sent == sum(sender.tally.by_kind.values()) == len(received)
    assert sender.tally.unsent == 0
    assert notes == [f"connected to 127.0.0.1:{port} (V5)"]


def test_every_message_reaches_the_embedded_broker_with_mqtt_5(tmp_path: Path) -> None:
    broker = start_broker(tmp_path)
    try:
        sender = publisher(broker.port, [])
        received = asyncio.run(publish_and_receive(broker.port, sender, aiomqtt.ProtocolVersion.V5))
    finally:
        broker.stop()
    assert sorted(received) == expected_of(sender)


def test_a_broker_that_speaks_only_3_1_1_is_served_too(tmp_path: Path) -> None:
    notes: list[str] = []
    with a_broker_without_mqtt_5(tmp_path) as port:
        sender = publisher(port, notes)
        received = asyncio.run(publish_and_receive(port, sender, aiomqtt.ProtocolVersion.V311))
    assert sorted(received) == expected_of(sender)
    assert notes == [f"connected to 127.0.0.1:{port} (V311)"]


def test_a_broker_that_comes_late_gets_the_whole_city(tmp_path: Path) -> None:
    notes: list[str] = []
    port = free_port()
    sender = publisher(port, notes, lasts_s=3.0)

    async def start_late() -> None:
        run = asyncio.create_task(sender.run())
        while not notes:
            await asyncio.sleep(0.05)
        with mosquitto(tmp_path, port=port):
            await asyncio.wait_for(run, 30)

    asyncio.run(start_late())
    assert re.fullmatch(rf"127\.0\.0\.1:{port}: .*refused; trying again in 0\.5 s", notes[0])
    assert sender.tally.sent == len(expected_of(sender, 3.0))


def test_what_comes_due_while_the_broker_is_away_is_counted(tmp_path: Path) -> None:
    notes: list[str] = []
    port = free_port()
    sender = publisher(port, notes, lasts_s=6.0)

    async def interrupt() -> None:
        with mosquitto(tmp_path, port=port):
            run = asyncio.create_task(sender.run())
            while not sender.tally.sent:
                await asyncio.sleep(0.05)
        while len(notes) < 2:
            await asyncio.sleep(0.05)
        with mosquitto(tmp_path, port=port):
            await asyncio.wait_for(run, 30)

    asyncio.run(interrupt())
    assert sender.tally.connections == 2
    assert sender.tally.unsent > 0
    assert sender.tally.sent + sender.tally.unsent == len(expected_of(sender, 6.0))


def test_a_city_whose_broker_is_gone_for_good_ends_with_its_time_and_says_what_was_not_sent(tmp_path: Path) -> None:
    options = ["--devices", "400", "--for", "4s", "--truth", str(tmp_path / "truth"), "--start", "2026-03-02T06:00:00Z"]
    with mosquitto(tmp_path) as port:
        command = [*DENYUT, "simulate", "--broker", f"mqtt://127.0.0.1:{port}", "--connections", "20", *options]
        process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
        assert process.stderr is not None
        process.stderr.readline()
        assert process.stderr.readline().startswith("connected to ")
        time.sleep(1.0)
    try:
        _, rest = process.communicate(timeout=20)
    finally:
        process.kill()
    dry = subprocess.run([*DENYUT, "simulate", "--dry-run", *options[:4], *options[6:]], capture_output=True, text=True)
    assert process.returncode == 1
    assert "never retrieved" not in rest
    found = re.search(r"^([\d,]+) messages sent in (\S+) s \(\d+/s\), ([\d,]+) not sent for want", rest, re.MULTILINE)
    assert found is not None, rest
    sent, unsent = int(found[1]), int(found[3])
    assert sent > 0
    assert sent + unsent == len(dry.stdout.splitlines()) == 321
    assert float(found[2]) < 10
    assert json.loads((tmp_path / "truth" / "truth.json").read_text())["unsent"] == unsent


def test_who_stops_a_city_while_its_broker_is_gone_hears_what_came_due_until_then(tmp_path: Path) -> None:
    notes: list[str] = []
    port = free_port()
    sender = publisher(port, notes, lasts_s=600.0)

    async def stop_while_gone() -> None:
        with mosquitto(tmp_path, port=port):
            run = asyncio.create_task(sender.run())
            while not sender.tally.sent:
                await asyncio.sleep(0.05)
        while len(notes) < 3:
            await asyncio.sleep(0.05)
        await asyncio.sleep(0.5)
        assert not sender.stop()
        run.cancel()
        with suppress(asyncio.CancelledError):
            await run

    asyncio.run(stop_while_gone())
    assert sender.cut_off
    assert sender.tally.sent + sender.tally.unsent == len(
        expected_of(sender, sender._reached_ns / 1e9 - START_NS / 1e9)
    )
    assert sender.tally.unsent > 20


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_command_ends_cleanly_and_says_what_it_sent(tmp_path: Path, number: signal.Signals) -> None:
    with mosquitto(tmp_path) as port:
        command = [*DENYUT, "simulate", "--broker", f"mqtt://127.0.0.1:{port}", "--devices", "400"]
        with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
            assert process.stderr is not None
            try:
                assert process.stderr.readline().startswith("400 devices of city, seed 1")
                assert process.stderr.readline() == f"connected to 127.0.0.1:{port} (V5)\n"
                time.sleep(1.0)
            finally:
                process.send_signal(number)
            _, rest = process.communicate(timeout=20)
    assert process.returncode == 0
    assert re.fullmatch(r"[\d,]+ messages sent in [\d.]+ s \([\d,]+/s\): air .*, weather \d+\n", rest)


def test_the_command_gives_up_when_its_time_is_over_and_no_broker_came() -> None:
    command = [*DENYUT, "simulate", "--broker", f"mqtt://127.0.0.1:{free_port()}", "--for", "1s"]
    command += ["--start", "2026-03-02T06:00:00Z"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.returncode == 1
    assert "trying again" in done.stderr
    assert "Traceback" not in done.stderr
    assert re.search(
        r"^0 messages sent in 1\.\d s \(0/s\), 81 not sent for want of a connection$", done.stderr, re.MULTILINE
    )


def test_a_recorded_run_holds_the_messages_that_a_dry_run_prints(tmp_path: Path) -> None:
    options = ["--for", "20s", "--seed", "5", "--start", "2026-03-02T06:00:00+07:00"]
    file = tmp_path / "city.jsonl"
    printed = subprocess.run([*DENYUT, "simulate", "--dry-run", *options], capture_output=True, text=True, check=True)
    subprocess.run([*DENYUT, "simulate", "--output", file, *options], capture_output=True, check=True)
    lines = printed.stdout.splitlines()
    recorded = [json.loads(line) for line in file.read_text().splitlines()]
    assert len(lines) == 400 * 4
    printed_pairs = [(topic, json.loads(payload)) for topic, payload in (line.split(" ", 1) for line in lines)]
    assert printed_pairs == [(message["topic"], message["payload"]) for message in recorded]
    assert [message["received"] for message in recorded] == [message["payload"]["ts"] for message in recorded]


def test_a_reader_that_has_seen_enough_ends_a_dry_run_without_a_word() -> None:
    command = [*DENYUT, "simulate", "--dry-run", "--scenario", "ordinary-day", "--for", "10m"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline().startswith(b"city/city/")
        process.stdout.close()
        assert process.stderr is not None
        assert process.stderr.read() == b""


def test_a_broker_that_takes_fewer_connections_is_named_with_how_many_it_took(tmp_path: Path) -> None:
    with mosquitto(tmp_path, listener="allow_anonymous true\nmax_connections 5") as port:
        command = [*DENYUT, "simulate", "--broker", f"mqtt://127.0.0.1:{port}", "--connections", "9"]
        done = subprocess.run([*command, "--for", "1s"], capture_output=True, text=True, timeout=60)
    lines = done.stderr.splitlines()
    # Mosquitto 2.0 takes one more for each that it has refused before.
    assert re.match(rf"127\.0\.0\.1:{port}: [5-8] of 9 connections, the next one: ", lines[1])
    assert "failed to receive" not in done.stderr


def test_many_connections_carry_the_city_as_one_does(tmp_path: Path) -> None:
    notes: list[str] = []
    with mosquitto(tmp_path) as port:
        encoder = Encoder(Fleet(Settings(), seed=3, count=400))
        broker = options_of(Source(broker=f"mqtt://127.0.0.1:{port}"), "test")
        sender = Publisher(encoder, broker, Pace(START_NS, lasts_ns=2 * SECOND_NS), notes.append, connections=40)
        received = asyncio.run(publish_and_receive(port, sender, aiomqtt.ProtocolVersion.V5))
    assert sorted(received) == expected_of(sender, 2.0)
    assert notes == [f"connected to 127.0.0.1:{port} 40 times (V5)"]

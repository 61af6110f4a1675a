"""A load on a real Mosquitto: all that it says it sent arrives, once, and a broker that goes away is named."""

import re
import shutil
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion

from tests.servers.free_ports import free_port
from tests.servers.mosquitto import mosquitto

ROOT = Path(__file__).parents[2]


def load(port: int, *options: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "denyut", "simulate", "--broker", f"mqtt://127.0.0.1:{port}", *options]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=120)


def started(port: int, *options: str) -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", "denyut", "simulate", "--broker", f"mqtt://127.0.0.1:{port}", *options]
    return subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True)


def test_all_that_was_sent_arrives_once(tmp_path: Path) -> None:
    seen: list[tuple[str, bytes]] = []
    subscribed = threading.Event()
    with mosquitto(tmp_path) as port:
        client = Client(CallbackAPIVersion.VERSION2)
        client.on_message = lambda _client, _user, message: seen.append((message.topic, bytes(message.payload)))
        client.on_subscribe = lambda *_: subscribed.set()
        client.connect("127.0.0.1", port)
        client.loop_start()
        client.subscribe("city/#", 1)
        assert subscribed.wait(10)
        result = load(port, "--rate", "1k,3k", "--connections", "3", "--devices", "200", "--for", "2s", "--qos", "1")
        assert result.returncode == 0, result.stderr
        sent = int(re.search(r"([\d,]+) messages in", result.stderr)[1].replace(",", ""))  # type: ignore[index]
        deadline = threading.Event()
        for _ in range(100):
            if len(seen) >= sent:
                break
            deadline.wait(0.1)
        client.disconnect()
        client.loop_stop()
    assert sent == 4000
    assert len(seen) == len(set(seen)) == sent
    delays = r"arrival back here, (\S+) of \1 listened to: p50 \d+ ms, p99 \d+ ms, p99.9 \d+ ms"
    assert re.search(delays, result.stderr), result.stderr


def test_a_broker_that_is_not_there_is_named() -> None:
    port = free_port()
    result = load(port, "--rate", "1k", "--for", "1s")
    assert result.returncode == 1
    assert result.stderr.splitlines() == [
        "400 devices, 1 connection, QoS 1",
        f"denyut: 127.0.0.1:{port}: Connection refused",
    ]


def test_connections_for_which_the_system_has_no_files_are_told_with_what_helps(tmp_path: Path) -> None:
    with mosquitto(tmp_path) as port:
        denyut = [sys.executable, "-m", "denyut", "simulate", "--broker", f"mqtt://127.0.0.1:{port}"]
        limited = ["sh", "-c", 'ulimit -n 40; exec "$@"', "sh", *denyut, "--rate", "1k", "--connections", "100"]
        result = subprocess.run(limited, cwd=ROOT, capture_output=True, text=True, check=False, timeout=60)
    assert result.returncode == 1
    said = result.stderr.splitlines()[-1]
    assert said == f"denyut: 127.0.0.1:{port}: Too many open files; allow more with `ulimit -n`"


def test_a_broker_that_is_killed_under_a_load_is_named_and_what_it_took_is_summed_up(tmp_path: Path) -> None:
    with mosquitto(tmp_path) as port:
        process = started(port, "--rate", "1k", "--for", "60s")
        seen = [process.stderr.readline() for _ in range(4)]  # type: ignore[union-attr]
    _, rest = process.communicate(timeout=40)
    assert process.returncode == 1
    assert seen[2].split()[0] == "1.0", seen
    sums = re.search(r"^([\d,]+) messages in \d\.\d s: [\d,]+/s", rest, re.MULTILINE)
    assert sums is not None, rest
    assert 1000 < int(sums[1].replace(",", "")) < 20_000
    assert re.search(rf"^denyut: 127\.0\.0\.1:{port}", rest, re.MULTILINE)
    assert re.search(r"arrival back here, [\d,]+ of [\d,]+ listened to: p50 \d+ ms", rest)


def test_a_load_that_is_interrupted_says_what_was_due_until_then(tmp_path: Path) -> None:
    with mosquitto(tmp_path) as port:
        process = started(port, "--rate", "1k", "--for", "60s")
        seen = [process.stderr.readline() for _ in range(3)]  # type: ignore[union-attr]
        process.send_signal(signal.SIGINT)
        _, rest = process.communicate(timeout=40)
    assert process.returncode == 0, rest
    assert seen[2].split()[0] == "1.0", seen
    # Time, sent, a second, behind, on the way, connected.
    assert rest.splitlines()[0].split()[4:] == ["0", "0", "1"]
    assert "never sent" not in rest


def test_what_was_due_and_never_sent_is_said_and_fails(tmp_path: Path) -> None:
    with mosquitto(tmp_path) as port:
        process = started(port, "--rate", "10M", "--for", "60s", "--qos", "1")
        for _ in range(3):
            process.stderr.readline()  # type: ignore[union-attr]
        process.send_signal(signal.SIGINT)
        _, rest = process.communicate(timeout=60)
    assert process.returncode == 1
    said = re.search(
        r"^(\S+) due, (\S+) sent, (\S+) never sent; the percentiles are of those sent$", rest, re.MULTILINE
    )
    assert said is not None, rest
    due, sent, never = (int(number.replace(",", "")) for number in said.groups())
    assert due == sent + never
    assert 5_000_000 < due < 100_000_000
    behind = rest.splitlines()[0].split()[4].replace(",", "")
    assert int(behind) == never > 0


def test_a_rate_goes_with_no_scenario() -> None:
    result = load(1, "--rate", "1k", "--scenario", "ordinary-day")
    assert result.returncode == 2
    assert "--rate goes with" in result.stderr


@pytest.mark.parametrize("options", [("--storm", "5s"), ("--storm", "100ms", "--rate", "1k")])
def test_storms_are_of_a_load_and_leave_time_to_come_back(options: tuple[str, ...]) -> None:
    result = load(1, *options)
    assert result.returncode == 2
    assert result.stderr.endswith("Error: --storm goes with --rate, and is 1s at least\n")


def test_after_storms_every_connection_is_back_and_everything_acknowledged(tmp_path: Path) -> None:
    with mosquitto(tmp_path) as port:
        result = load(port, "--rate", "2k", "--connections", "20", "--storm", "1s", "--for", "4s", "--qos", "1")
    assert result.returncode == 0, result.stderr
    assert re.search(r"^8,000 messages in \d+\.\d s: [\d,]+/s$", result.stderr, re.MULTILINE)
    storms = re.findall(r"storm at \d\.\d s: 20 dropped, all back after \d+\.\d\d s, [\d,]+ connects/s", result.stderr)
    assert len(storms) == 3


@pytest.fixture
def city_over_tls(tmp_path: Path) -> Path:
    """A configuration; its certificate and key lie beside it."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not on PATH")
    names = ("-subj", "/CN=broker", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", "key.pem", "-out", "ca.pem")
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", *names]
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True)
    (tmp_path / "city.toml").write_text('[[sources]]\nname = "street"\ntls = { ca = "ca.pem" }\n')
    return tmp_path / "city.toml"


@pytest.mark.parametrize("qos", ["0", "1"])
def test_over_tls_too_connections_come_back_and_everything_is_acknowledged(city_over_tls: Path, qos: str) -> None:
    listener = "allow_anonymous true\ncertfile ca.pem\nkeyfile key.pem\n"
    with mosquitto(city_over_tls.parent, listener=listener) as port:
        text = city_over_tls.read_text()
        city_over_tls.write_text(text + f'broker = "mqtts://127.0.0.1:{port}"\n')
        command = [sys.executable, "-m", "denyut", "simulate", "--config", str(city_over_tls), "--rate", "500"]
        options = ["--connections", "5", "--storm", "1s", "--for", "2s", "--qos", qos]
        result = subprocess.run(
            [*command, *options], cwd=ROOT, capture_output=True, text=True, check=False, timeout=120
        )
    assert result.returncode == 0, result.stderr
    assert re.search(r"^1,000 messages in ", result.stderr, re.MULTILINE)
    assert len(re.findall(r"5 dropped, all back after", result.stderr)) == 1

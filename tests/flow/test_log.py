"""The log of a real run: short however many messages are bad, and in the form that was asked for."""

import socket
import subprocess
from pathlib import Path

import mqtt5
import pytest

from tests.flow.test_run import DENYUT, ROOT, running, status_of, stop, wait_for, wait_until_subscribed
from tests.servers.free_ports import free_port
from tests.servers.mosquitto import mosquitto

BAD = 50_000
MOST_LINES = 20
"""A start, a stop, and a minute's summary."""
CONFIG = '[http]\nenabled = false\n[log]\nlevel = "debug"\n'


def flood(port: int) -> None:
    """Messages that are bad in turn by payload, by topic and by value, each from a device of its own."""
    payloads = [b"{", b"\xff\xfe", b"[]", b'{"pm25": "9"}', b'{"ts": "yesterday", "pm25": 1}', b'{"pm25": -999}']
    packets = [mqtt5.ConnectPacket("flood").write()]
    for number in range(BAD):
        topic = f"city/c/air/A{number}" if number % 7 else f"city/{number}"
        packets.append(mqtt5.PublishPacket(topic, payloads[number % len(payloads)]).write())
    packets.append(mqtt5.PingReqPacket().write())
    with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
        connection.sendall(b"".join(packets))
        answers = b""
        # The broker answers PINGREQ once it has read all that came before.
        while not answers.endswith(mqtt5.PingRespPacket().write()):
            more = connection.recv(4096)
            assert more, "the broker closed the connection"
            answers += more


def test_a_flood_of_bad_messages_makes_no_line_for_each(tmp_path: Path) -> None:
    data_dir = tmp_path / "data"
    with mosquitto(tmp_path) as port, running(data_dir, port, CONFIG) as process:
        wait_until_subscribed(process)
        flood(port)
        wait_for(lambda: status_of(data_dir)["received"] >= BAD, "the flood", timeout_s=60)
        rejected = status_of(data_dir)["rejected"]
        lines = stop(process).splitlines()
    assert sum(rejected.values()) == BAD
    assert len(rejected) > 5
    assert len(lines) < MOST_LINES, lines


def test_the_help_of_run_names_both_options_of_the_log() -> None:
    shown = subprocess.run([*DENYUT, "run", "--help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert "--log-level" in shown
    assert "--log-format" in shown


@pytest.mark.parametrize(("options", "first"), [([], "{"), (["--log-format", "text"], "2")])
def test_the_command_line_wins_over_the_configured_log(tmp_path: Path, options: list[str], first: str) -> None:
    (tmp_path / "city.toml").write_text('[http]\nenabled = false\n[log]\nformat = "json"\n')
    command = [*DENYUT, "run", "--config", str(tmp_path / "city.toml"), "--data-dir", str(tmp_path / "data")]
    process = subprocess.Popen(
        [*command, "--broker", f"mqtt://127.0.0.1:{free_port()}", *options], cwd=ROOT, stderr=subprocess.PIPE, text=True
    )
    try:
        wait_for(lambda: status_of(tmp_path / "data")["state"] == "running", "the run")
        process.terminate()
        _, errors = process.communicate(timeout=10)
    finally:
        process.kill()
    assert {line[0] for line in errors.splitlines()} == {first}

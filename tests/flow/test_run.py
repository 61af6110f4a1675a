"""`denyut run` as a process of its own, against a real Mosquitto."""

import json
import socket
import struct
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import blake2b
from pathlib import Path
from typing import Any

import pytest
from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion

from denyut.status import read_status
from tests.servers.free_ports import free_port
from tests.servers.mosquitto import mosquitto

ROOT = Path(__file__).parents[2]
DAMAGED = "{path} is damaged (file is not a database): restore it from a copy or move it away"
CONFIG = '[windows]\nsizes = [{ size = "1s" }, { size = "1h" }]\ndelay = "500ms"\n'
DENYUT = [sys.executable, "-m", "denyut"]


@contextmanager
def running(data_dir: Path, port: int | None, config: str = CONFIG) -> Iterator["subprocess.Popen[str]"]:
    """Without a port, `config` names the brokers."""
    file = data_dir.parent / "city.toml"
    file.write_text(config)
    broker = [] if port is None else ["--broker", f"mqtt://127.0.0.1:{port}"]
    command = [*DENYUT, "run", *broker, "--data-dir", str(data_dir), "--config", str(file)]
    process = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True)
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()


def stop(process: "subprocess.Popen[str]") -> str:
    """SIGTERM; what it said on standard error. It must end within the ten seconds it has."""
    process.terminate()
    _, errors = process.communicate(timeout=10)
    assert process.returncode == 0, errors
    assert "Traceback" not in errors
    return errors


def wait_for(condition: Callable[[], Any], what: str, timeout_s: float = 20.0) -> Any:
    deadline = time.monotonic() + timeout_s
    while not (found := condition()):
        assert time.monotonic() < deadline, f"{what} has not come within {timeout_s:g} s"
        time.sleep(0.05)
    return found


def status_of(data_dir: Path) -> dict[str, Any]:
    return read_status(data_dir) or {"state": "none", "received": 0, "points_written": 0, "points_pending": 0}


def wait_until_subscribed(process: "subprocess.Popen[str]") -> None:
    assert process.stderr is not None
    for line in process.stderr:
        if "subscribed" in line:
            return
    raise AssertionError("the run ended before it had subscribed")


def publish(port: int, payloads: list[tuple[str, dict[str, float]]]) -> None:
    client = Client(CallbackAPIVersion.VERSION2)
    client.connect("127.0.0.1", port)
    client.loop_start()
    for topic, payload in payloads:
        client.publish(topic, json.dumps(payload), qos=1).wait_for_publish(10)
    client.disconnect()
    client.loop_stop()


def denyut(*arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run([*DENYUT, *arguments], cwd=ROOT, capture_output=True, text=True, timeout=60)


def query(data_dir: Path, *options: str) -> list[dict[str, Any]]:
    done = denyut("query", "window", "--data-dir", str(data_dir), "--format", "jsonl", *options)
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def count_of(rows: list[dict[str, Any]]) -> float:
    return sum(float(row["pm25_count"]) for row in rows)


def test_readings_are_stored_and_shown_while_it_runs_and_a_restart_goes_on(tmp_path: Path) -> None:
    data_dir = tmp_path / "data"
    with mosquitto(tmp_path) as port:
        now = time.time()
        readings = [("city/c/air/A1", {"ts": now, "seq": number, "pm25": number}) for number in range(20)]
        with running(data_dir, port) as process:
            wait_until_subscribed(process)
            publish(port, readings)
            wait_for(lambda: status_of(data_dir)["points_written"], "a point")
            told = json.loads(denyut("status", "--data-dir", str(data_dir), "--json").stdout)
            assert (told["state"], told["received"], told["accepted"]) == ("running", 20, 20)
            assert count_of(query(data_dir, "--where", "size=1s")) == 20
            assert query(data_dir, "--where", "size=1h") == []
            assert "20 messages received" in stop(process)
        told = json.loads(denyut("status", "--data-dir", str(data_dir), "--json").stdout)
        assert (told["state"], told["points_pending"]) == ("stopped", 0)
        assert count_of(query(data_dir, "--where", "size=1s")) == 20
        publish(port, [("city/c/air/A1", {"ts": now, "seq": 20, "pm25": 20.0})])
        with running(data_dir, port) as process:
            wait_for(lambda: status_of(data_dir)["received"] == 21, "the message sent while it was away")
            publish(port, readings[:5])
            wait_for(lambda: status_of(data_dir)["received"] == 26, "the repeated messages")
            stop(process)
    told = status_of(data_dir)
    assert (told["accepted"], told["duplicate"], told["rejected"]) == (21, 5, {})
    assert [(row["pm25_count"], row["pm25_max"]) for row in query(data_dir, "--where", "size=1s")] == [(21, 20)]


def test_a_run_waits_for_a_broker_that_is_absent_at_start(tmp_path: Path) -> None:
    port = free_port()
    with running(tmp_path / "data", port) as process:
        assert process.stderr is not None
        first = wait_for(process.stderr.readline, "a line")
        while "unreachable" not in first:
            first = process.stderr.readline()
        assert f"127.0.0.1:{port}" in first
        with mosquitto(tmp_path, port=port):
            wait_until_subscribed(process)
            publish(port, [("city/c/air/A1", {"pm25": 5.0})])
            wait_for(lambda: status_of(tmp_path / "data")["received"] == 1, "the message")
            stop(process)


def test_a_stop_without_any_broker_is_clean(tmp_path: Path) -> None:
    with running(tmp_path / "data", free_port()) as process:
        wait_for(lambda: status_of(tmp_path / "data")["state"] == "running", "the run")
        stop(process)
    assert status_of(tmp_path / "data")["state"] == "stopped"


def test_a_store_that_is_away_keeps_no_stop_waiting_beyond_its_ten_seconds(tmp_path: Path) -> None:
    data_dir = tmp_path / "data"
    store = f'[store]\nkind = "influxdb1"\nurl = "http://127.0.0.1:{free_port()}"\n'
    with mosquitto(tmp_path) as port, running(data_dir, port, config=CONFIG + store) as process:
        wait_until_subscribed(process)
        publish(port, [("city/c/air/A1", {"pm25": 5.0})])
        wait_for(lambda: status_of(data_dir)["points_pending"], "a point that waits")
        assert "wait on disk for the next start" in stop(process)
        told = status_of(data_dir)
        assert (told["state"], told["points_written"]) == ("stopped", 0)
    with mosquitto(tmp_path) as port, running(data_dir, port) as process:
        wait_for(lambda: status_of(data_dir)["points_written"] >= told["points_pending"] > 0, "the points that waited")
        wait_for(lambda: status_of(data_dir)["points_pending"] == 0, "the last of them")
        stop(process)
    assert "cannot be reached" in told["store_error"]


def test_a_store_that_never_answers_keeps_no_stop_waiting_either(tmp_path: Path) -> None:
    data_dir = tmp_path / "data"
    with socket.create_server(("127.0.0.1", 0)) as silent, mosquitto(tmp_path) as port:
        store = f'[store]\nkind = "influxdb1"\nurl = "http://127.0.0.1:{silent.getsockname()[1]}"\n'
        with running(data_dir, port, config=CONFIG + store) as process:
            wait_until_subscribed(process)
            publish(port, [("city/c/air/A1", {"pm25": 5.0})])
            wait_for(lambda: status_of(data_dir)["points_pending"], "a point that waits")
            stop(process)
    assert status_of(data_dir)["state"] == "stopped"


def assert_refused(done: "subprocess.CompletedProcess[str]", *words: str) -> None:
    assert (done.returncode, done.stdout) == (2, "")
    assert len(done.stderr.strip().splitlines()) == 1, done.stderr
    assert all(word in done.stderr for word in words), done.stderr


def test_a_data_directory_in_use_is_one_sentence(tmp_path: Path) -> None:
    with running(tmp_path / "data", free_port()) as process:
        wait_for(lambda: status_of(tmp_path / "data")["state"] == "running", "the run")
        second = denyut("run", "--broker", "mqtt://127.0.0.1:1", "--data-dir", str(tmp_path / "data"))
        assert_refused(second, str(tmp_path / "data"), f"in use by process {process.pid}")
        stop(process)


def test_an_unwritable_data_directory_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    done = denyut("run", "--data-dir", str(tmp_path / "file" / "data"))
    assert_refused(done, str(tmp_path / "file" / "data"), "cannot be written")


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("checkpoints", "", "{path} cannot be used: it is a file; a directory is to be there"),
        ("checkpoints/pieces", "", "{path} cannot be used: it is a file; a directory is to be there"),
        (
            "set_aside.json",
            "{}",
            "{path} is damaged: move it away, and journal entries that ended a run are tried again",
        ),
        ("journal", "", "the journal in {path} cannot be written: File exists"),
        *((name, "no database", DAMAGED) for name in ("outbox.db", "denyut.db", "dead_letters.db", "alerts.db")),
    ],
)
def test_what_is_wrong_in_the_data_directory_is_one_sentence(
    name: str, content: str, sentence: str, tmp_path: Path
) -> None:
    path = tmp_path / "data" / name
    path.parent.mkdir(parents=True)
    path.write_text(content)
    done = denyut("run", "--broker", "mqtt://127.0.0.1:1", "--data-dir", str(tmp_path / "data"))
    assert (done.returncode, done.stderr) == (
        2 if sentence == DAMAGED else 1,
        f"denyut: {sentence.format(path=path)}\n",
    )


def test_an_unknown_key_is_one_sentence_with_file_and_line(tmp_path: Path) -> None:
    config = tmp_path / "city.toml"
    config.write_text('[windows]\ndelya = "2s"\n')
    done = denyut("run", "--config", str(config), "--data-dir", str(tmp_path / "data"))
    assert_refused(done, f"{config}:2", "delya", "delay")
    assert not (tmp_path / "data").exists()


def test_a_checkpoint_of_a_newer_program_is_one_sentence_and_stays_where_it_is(tmp_path: Path) -> None:
    file = tmp_path / "checkpoints" / f"{7:020}.ckpt"
    file.parent.mkdir()
    document = b"\x80"
    checksum = blake2b(document, digest_size=16, salt=(99).to_bytes(16, "little")).digest()
    content = struct.pack("<8sI16s", b"DENYUTCP", 99, checksum) + document
    file.write_bytes(content)
    assert_refused(denyut("run", "--data-dir", str(tmp_path)), str(file), "version 99", "reads version 1")
    assert file.read_bytes() == content


@pytest.mark.parametrize("broker", ["ftp://127.0.0.1:1883", "mqtt://127.0.0.1:99999", "mqtt://"])
def test_a_broker_that_cannot_be_is_one_sentence(tmp_path: Path, broker: str) -> None:
    assert_refused(denyut("run", "--broker", broker, "--data-dir", str(tmp_path)), broker)


def test_a_status_that_cannot_be_written_ends_no_run(tmp_path: Path) -> None:
    data_dir = tmp_path / "data"
    (data_dir / "status.json.new").mkdir(parents=True)
    with mosquitto(tmp_path) as port, running(data_dir, port) as process:
        wait_until_subscribed(process)
        publish(port, [("city/c/air/A1", {"pm25": 5.0})])
        wait_for(lambda: denyut("query", "window", "--data-dir", str(data_dir)).returncode == 0, "a window")
        assert "1 messages received" in stop(process)
    assert count_of(query(data_dir, "--where", "size=1s")) == 1


def test_checkpoints_that_are_removed_are_made_again_and_a_stop_that_cannot_save_says_so(tmp_path: Path) -> None:
    data_dir = tmp_path / "data"
    checkpoints = data_dir / "checkpoints"
    with (
        mosquitto(tmp_path) as port,
        running(data_dir, port, CONFIG + '[checkpoint]\nevery = "1s"\n') as process,
    ):
        wait_until_subscribed(process)
        publish(port, [("city/c/air/A1", {"pm25": 5.0})])
        wait_for(lambda: list(checkpoints.glob("*.ckpt")), "a checkpoint")
        checkpoints.rename(tmp_path / "once")
        wait_for(lambda: list(checkpoints.glob("*.ckpt")), "another checkpoint")
        checkpoints.rename(tmp_path / "twice")
        checkpoints.write_text("")
        process.terminate()
        _, said = process.communicate(timeout=20)
    assert process.returncode == 1
    assert f"{checkpoints} was removed while it was used and is made again" in said
    assert said.endswith("denyut: the checkpoint cannot be written: it is a file; a directory is to be there\n")

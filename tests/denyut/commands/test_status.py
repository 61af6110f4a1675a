import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from denyut.cli import main
from denyut.status import write_status
from tests.denyut.checkpointed import checkpointed


@pytest.mark.parametrize(
    "content",
    [
        *("", "{}", "[]", "null", '"stopped"', '{"pid": 1}', "[" * 100_000),
        *('{"state": "running", "pid": "x"}', '{"state": "running", "pid": 99999999999999999999}'),
    ],
)
def test_a_damaged_status_is_one_sentence(tmp_path: Path, content: str) -> None:
    (tmp_path / "status.json").write_text(content)
    result = CliRunner().invoke(main, ["status", "--data-dir", str(tmp_path)])
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == (
        f"denyut: the status in {tmp_path} cannot be read: {tmp_path / 'status.json'} is damaged; "
        "a run writes it anew every two seconds\n"
    )


def status(data_dir: Path, *arguments: str) -> Result:
    return CliRunner().invoke(main, ["status", "--data-dir", str(data_dir), *arguments])


def reading(number: int | None, clock: str = "10:00:00", pm25: float = 1.0) -> bytes:
    return json.dumps(
        {"ts": f"2025-11-22T{clock}Z", "pm25": pm25} | ({} if number is None else {"seq": number})
    ).encode()


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    """Three devices: one that lost messages, one that sends rubbish, one with a name that would act on a terminal."""
    messages = [
        *((b"city/c/air/a1", reading(number, f"10:00:{number:02}")) for number in (1, 2, 7)),
        (b"city/c/air/a1", reading(7, "10:00:07")),
        *((b"city/c/air/b2", payload) for payload in (b"{", b"", b"{", reading(None, "10:00:20"))),
        (b"city/c/air/z\x1b[31m", reading(None, "09:59:00")),
        (b"elsewhere", b"{}"),
    ]
    checkpointed(tmp_path, messages, "10:00:21", {"a1": "kota", "b2": "pasar"})
    return tmp_path


def test_each_device_has_a_line_and_no_name_acts_on_a_terminal(data_dir: Path) -> None:
    result = status(data_dir, "--devices")
    assert result.exit_code == 0
    assert [" ".join(line.split()) for line in result.stdout.splitlines()] == [
        "city kind zone device published received missing duplicate rejected late last_seen",
        "c air kota a1 7 4 4 1 0 0 2025-11-22T10:00:07Z",
        "c air pasar b2 - 4 - 0 empty_payload 1, invalid_json 2 0 2025-11-22T10:00:20Z",
        r"c air unassigned z\x1b[31m - 1 - 0 0 0 2025-11-22T09:59:00Z",
    ]
    assert result.stderr.startswith("as of 20")


def test_devices_come_in_the_order_asked_for_and_as_many(data_dir: Path) -> None:
    def names(*arguments: str) -> list[str]:
        return [
            each["device"] for each in json.loads(status(data_dir, "--devices", "--json", *arguments).stdout)["devices"]
        ]

    assert names() == ["a1", "b2", "z\x1b[31m"]
    assert names("--sort", "rejected") == ["b2", "a1", "z\x1b[31m"]
    assert names("--sort", "missing", "--limit", "1") == ["a1"]
    assert names("--sort", "last_seen") == ["z\x1b[31m", "a1", "b2"]
    limited = status(data_dir, "--devices", "--limit", "1")
    assert len(limited.stdout.splitlines()) == 2
    assert limited.stderr.endswith("; 2 more devices: --limit\n")


def test_as_json_a_device_has_every_count(data_dir: Path) -> None:
    result = json.loads(status(data_dir, "--devices", "--json", "--limit", "2").stdout)
    assert result["devices"][0] == {
        "city": "c",
        "kind": "air",
        "device": "a1",
        "zone": "kota",
        "published": 7,
        "missing": 4,
        "restarts": 0,
        "received": 4,
        "accepted": 3,
        "duplicate": 1,
        "rejected": {},
        "late": 0,
        "readings": 3,
        "last_seen": "2025-11-22T10:00:07Z",
    }
    assert result["devices"][1]["rejected"] == {"empty_payload": 1, "invalid_json": 2}
    assert (result["devices"][1]["published"], result["devices"][1]["missing"]) == (None, None)


def test_without_a_checkpoint_the_answer_is_one_sentence(tmp_path: Path) -> None:
    write_status(tmp_path, {"state": "stopped", "pid": 1})
    result = status(tmp_path, "--devices")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith(f"denyut: {tmp_path} holds no checkpoint yet")
    assert len(result.stderr.splitlines()) == 1


def test_a_damaged_checkpoint_is_one_sentence(data_dir: Path) -> None:
    (file,) = (data_dir / "checkpoints").glob("*.ckpt")
    file.write_bytes(file.read_bytes()[:-1])
    result = status(data_dir, "--devices")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == f"denyut: the devices' counts in {data_dir} cannot be read: {file} is damaged\n"


def test_what_a_store_says_does_not_act_on_a_terminal(tmp_path: Path) -> None:
    said = "refused\x1b[2J\r\n\u202e"
    write_status(tmp_path, {"state": "stopped", "pid": 1, "store_error": said, "sinks": {"store": {"error": said}}})
    shown = status(tmp_path).stdout
    assert r"store_error  refused\x1b[2J\r\n\u202e" in shown
    assert r"sinks        store error refused\x1b[2J\r\n\u202e" in shown
    assert not set("\x1b\r\u202e") & set(shown)
    assert not set("\x1b\r\u202e") & set(status(tmp_path, "--json").stdout)


def test_each_store_has_a_line(tmp_path: Path) -> None:
    sinks = {"store": {"points_written": 5, "error": ""}, "province": {"points_written": 3, "error": "timed out"}}
    write_status(tmp_path, {"state": "stopped", "rejected": {}, "sinks": sinks, "watermark": None})
    assert status(tmp_path).stdout == (
        "state      stopped\n"
        "rejected   -\n"
        "sinks      store points_written 5, error -\n"
        "           province points_written 3, error timed out\n"
        "watermark  -\n"
    )


def test_a_terminal_gets_no_line_that_is_wider_than_it_is(tmp_path: Path) -> None:
    rejected = {f"reason_{number}": 1_000_000 + number for number in range(6)}
    write_status(tmp_path, {"state": "stopped", "rejected": rejected})
    shown, terminal = pty.openpty()
    command = [sys.executable, "-m", "denyut", "status", "--data-dir", str(tmp_path)]
    subprocess.run(command, stdout=terminal, check=True, timeout=60, env={**os.environ, "COLUMNS": "60"})
    lines = os.read(shown, 4096).decode().splitlines()
    os.close(terminal)
    os.close(shown)
    assert lines == [
        "state     stopped",
        "rejected  reason_0 1000000, reason_1 1000001,",
        "            reason_2 1000002, reason_3 1000003,",
        "            reason_4 1000004, reason_5 1000005",
    ]


def test_an_order_belongs_to_devices(tmp_path: Path) -> None:
    result = status(tmp_path, "--sort", "late")
    assert result.exit_code == 2
    assert "--sort and --limit belong to --devices" in result.stderr

"""A simulated city with faults, a real broker, a real run, and the truth beside it."""

import csv
import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from tests.flow.test_run import DENYUT, ROOT, running, status_of, stop, wait_for, wait_until_subscribed
from tests.servers.mosquitto import mosquitto

FAULTS = """
lasts = "14s"
faults = [
    { kind = "lost", share = 0.05 },
    { kind = "duplicated", share = 0.05 },
    { kind = "delayed", share = 0.05, time = "2s" },
    { kind = "offline", share = 0.1, time = "5s" },
    { kind = "clock_offset", share = 0.05, time = "20s" },
    { kind = "spike", share = 0.02, quantity = "pm25" },
    { kind = "malformed", share = 0.05 },
    { kind = "changed_shape", share = 0.02, begin = "5s" },
]
"""
WINDOWS = '[windows]\nsizes = [{ size = "1s" }, { size = "4s" }]\ndelay = "500ms"\n'
EVERY_S = 4


def said_by(*arguments: str) -> tuple[int, dict[str, Any]]:
    command = [*DENYUT, "score", *arguments, "--json"]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=60)
    assert "Traceback" not in result.stderr
    return result.returncode, json.loads(result.stdout)


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, Path]:
    """Truth, data directory and configuration of a run that has ended."""
    folder = tmp_path_factory.mktemp("score")
    (folder / "faults.toml").write_text(FAULTS)
    truth, data_dir = folder / "truth", folder / "data"
    with mosquitto(folder) as port, running(data_dir, port, WINDOWS) as process:
        wait_until_subscribed(process)
        simulate = [sys.executable, "-m", "denyut", "simulate", "--broker", f"mqtt://127.0.0.1:{port}"]
        scenario = ["--scenario", str(folder / "faults.toml"), "--truth", str(truth), "--devices", "120"]
        subprocess.run([*simulate, *scenario], cwd=ROOT, check=True, capture_output=True, timeout=60)
        sent = json.loads((truth / "truth.json").read_text())["messages"]
        wait_for(lambda: status_of(data_dir)["received"] >= sent, "the last message")
        time.sleep(2 * EVERY_S)
        stop(process)
    return truth, data_dir, folder / "city.toml"


def test_a_run_loses_nothing_doubles_nothing_and_every_window_is_exact(played: tuple[Path, Path, Path]) -> None:
    truth, data_dir, config = played
    status, found = said_by("--truth", str(truth), "--data-dir", str(data_dir), "--config", str(config))
    messages = found["messages"]
    assert (messages["lost"], messages["double"], messages["misjudged"], messages["again"]) == (0, 0, 0, 0)
    assert messages["received"] == messages["sent"] > 300
    for outcome in ("accepted", "duplicate", "invalid_json"):
        count, least, most = messages["outcomes"][outcome]
        assert count == least == most > 0
    for windows in found["windows"].values():
        assert windows["exact"] == windows["expected"] > 0
        assert windows["unexpected"] == 0
    assert {"lost", "duplicated", "delayed", "offline", "malformed"} <= found["readings"].keys()
    assert (status, found["holds"]) == (0, True)


def test_a_reading_that_the_run_never_saw_is_found_missing(played: tuple[Path, Path, Path], tmp_path: Path) -> None:
    truth, data_dir, config = played
    for file in truth.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    air = tmp_path / "readings-air.csv"
    with air.open(encoding="utf-8", newline="") as stream:
        header, *rows = list(csv.reader(stream))
    good = next(row for row in rows if not row[header.index("faults")])
    row = dict(zip(header, good, strict=True))
    about = json.loads((tmp_path / "truth.json").read_text())
    row |= {"device": "AIR-OF-WHICH-NOBODY-KNOWS", "message": about["messages"]}
    with air.open("a", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerow(row.values())
    (tmp_path / "truth.json").write_text(json.dumps({**about, "messages": about["messages"] + 1}))
    status, found = said_by("--truth", str(tmp_path), "--data-dir", str(data_dir), "--config", str(config))
    assert (status, found["holds"]) == (1, False)
    assert (found["messages"]["lost"], found["messages"]["double"], found["messages"]["misjudged"]) == (1, 0, 0)
    assert [windows["missing"] for windows in found["windows"].values()] == [1, 1]


def test_a_folder_without_truth_is_named(tmp_path: Path) -> None:
    command = [*DENYUT, "score", "--truth", str(tmp_path), "--data-dir", str(tmp_path)]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=60)
    assert result.returncode == 2
    assert result.stderr.startswith(f"denyut: {tmp_path} holds no ground truth of a simulation: ")

"""A simulated city whose readings command its own street, over a real broker and a real run."""

import csv
import subprocess
from pathlib import Path

import pytest

from tests.flow.test_run import DENYUT, ROOT, running, stop, wait_for, wait_until_subscribed
from tests.servers.mosquitto import mosquitto
from tests.servers.street import commands

CITY = """\
[windows]
sizes = [{ size = "1s" }]
delay = "200ms"
[http]
listen = "127.0.0.1:0"
[[devices]]
id = "A-1"
kind = "air"
every = "500ms"
[[rules]]
id = "any-air"
kind = "air"
field = "pm25_max"
size = "1s"
enter = -100
orders = [
    { actuator = "prompt", command = "on" },
    { actuator = "slow", command = "on" },
    { actuator = "too-slow", command = "on" },
    { actuator = "deaf", command = "on" },
    { actuator = "broken", command = "on" },
]
"""
SIREN = """\
[[actuators]]
id = "{name}"
topic = "street/{name}"
expires = "4s"
commands = {{ on = {{ payload = {{ tone = "wail" }} }} }}
"""
SCENARIO = """\
lasts = "15s"
actuators = [
    { actuators = ["slow"], behaviour = "late", late = "1s" },
    { actuators = ["too-slow"], behaviour = "late", late = "6s" },
    { actuators = ["deaf"], behaviour = "never" },
    { actuators = ["broken"], behaviour = "refuses" },
    {},
]
"""
NAMES = ("prompt", "slow", "too-slow", "deaf", "broken")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "scenario.toml").write_text(SCENARIO)
    return tmp_path


def test_the_street_of_a_scenario_obeys_late_never_or_not_at_all_and_the_run_knows(folder: Path) -> None:
    data_dir, truth = folder / "data", folder / "truth"
    city = CITY + "".join(SIREN.format(name=name) for name in NAMES)
    with mosquitto(folder) as port, running(data_dir, port, city) as process:
        wait_until_subscribed(process)
        simulate = [*DENYUT, "simulate", "--config", str(folder / "city.toml"), "--truth", str(truth)]
        more = ["--broker", f"mqtt://127.0.0.1:{port}", "--scenario", str(folder / "scenario.toml")]
        done = subprocess.run([*simulate, *more], cwd=ROOT, capture_output=True, text=True, timeout=60, check=True)
        wait_for(lambda: all(each["state"] != "sent" for each in commands(data_dir)), "the end of every command")
        states = {each["actuator"]: (each["state"], bool(each["answered"])) for each in commands(data_dir)}
        reasons = {each["actuator"]: each["reason"] for each in commands(data_dir)}
        stop(process)
    assert states == {
        "prompt": ("confirmed", True),
        "slow": ("confirmed", True),
        "too-slow": ("expired", True),
        "deaf": ("expired", False),
        "broken": ("failed", True),
    }
    assert reasons["broken"] == "was not done: no power"
    said = done.stderr.splitlines()
    assert "actuator slow on street/slow: late by 1s; done" in said
    assert "actuator prompt: 1 command: 1 obeyed" in said
    assert "actuator too-slow: 1 command: 1 obeyed late" in said
    assert "actuator deaf: 1 command: 1 unanswered" in said
    assert "actuator broken: 1 command: 1 refused" in said
    with (truth / "commands.csv").open(encoding="utf-8", newline="") as file:
        rows = {row["actuator"]: row for row in csv.DictReader(file)}
    assert {name: row["behaviour"] for name, row in rows.items()} == {
        "prompt": "done",
        "slow": "late",
        "too-slow": "late",
        "deaf": "never",
        "broken": "refuses",
    }
    assert rows["deaf"]["answered_ns"] == ""
    delay_s = {name: (int(row["answered_ns"] or 0) - int(row["received_ns"])) / 1e9 for name, row in rows.items()}
    assert 1 <= delay_s["slow"] < 3
    assert 6 <= delay_s["too-slow"] < 9

"""A city whose readings command a siren: what `denyut run` needs for it, the siren itself, and questions over HTTP."""

import http.client
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.dashboard.http.serving import asked
from tests.flow.test_http import port_of
from tests.flow.test_run import ROOT, wait_for
from tests.flow.test_run import publish as publish_plain

CONFIG = """\
[windows]
sizes = [{{ size = "1s" }}]
delay = "200ms"
[http]
listen = "127.0.0.1:0"
operator_token_file = "token"
[[sources]]
name = "street"
broker = "mqtt://127.0.0.1:{readings}"
topics = ["city/#"]
[[sources]]
name = "things"
broker = "mqtt://127.0.0.1:{things}"
topics = ["city/nowhere/#"]
"""
SIREN = """\
[[actuators]]
id = "siren"
source = "things"
topic = "street/siren"
expires = "{expires}"
commands = {{ on = {{ payload = {{ tone = "wail" }} }}, off = {{}} }}
{more}
"""
HOT = """\
[[rules]]
id = "hot"
kind = "boiler"
field = "t_max"
size = "1s"
enter = 90
orders = [{ actuator = "siren", command = "on" }, { actuator = "siren", command = "off", on = "resolved" }]
"""


def config(readings: int, things: int, *, expires: str = "4s", more: str = "", rules: str = HOT) -> str:
    return CONFIG.format(readings=readings, things=things) + SIREN.format(expires=expires, more=more) + rules


def publish(port: int, payloads: list[tuple[str, dict[str, float]]]) -> None:
    """Readings with times of their own: right after a connection others may be of any age, and command nothing."""
    now_ms = time.time_ns() // 1_000_000
    publish_plain(port, [(topic, {"ts": now_ms, **payload}) for topic, payload in payloads])


@contextmanager
def obeying(
    folder: Path, port: int, behaviour: str = "done", *, topic: str = "street/siren", **more: Any
) -> Iterator[Path]:
    """The log of a simulated actuator that has subscribed."""
    log = folder / "siren.jsonl"
    before = len(lines(log))
    options = [text for name, value in more.items() for text in (f"--{name}", str(value))]
    command = [sys.executable, "-m", "simulators.actuator", "--broker", f"127.0.0.1:{port}", "--topic", topic]
    process = subprocess.Popen([*command, "--log", str(log), "--behaviour", behaviour, *options], cwd=ROOT)
    try:
        wait_for(lambda: len(lines(log)) > before, "the actuator's subscription")
        yield log
    finally:
        process.kill()
        process.wait()


def lines(log: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in log.read_text().splitlines()] if log.exists() else []


def heard(log: Path) -> list[dict[str, Any]]:
    """The commands that the actuator has heard, each as often as it came."""
    return [line for line in lines(log) if "command" in line]


def commands(data_dir: Path) -> list[dict[str, Any]]:
    """The oldest first."""
    listed: list[dict[str, Any]] = asked(port_of(data_dir), "/api/commands").json["commands"]
    return listed[::-1]


def told(data_dir: Path) -> list[tuple[str, str]]:
    """(command, state) of each, the oldest first."""
    return [(each["command"], each["state"]) for each in commands(data_dir)]


def until_told(data_dir: Path, *expected: tuple[str, str]) -> list[dict[str, Any]]:
    deadline = time.monotonic() + 20
    while (found := told(data_dir)) != list(expected):
        assert time.monotonic() < deadline, f"{found} instead of {expected}"
        time.sleep(0.05)
    return commands(data_dir)


def send(data_dir: Path, command: str, **more: Any) -> tuple[int, dict[str, Any]]:
    """As an operator."""
    connection = http.client.HTTPConnection("127.0.0.1", port_of(data_dir), timeout=10)
    body = {"actuator": "siren", "command": command, "who": "ayu", **more}
    headers = {"Authorization": "Bearer rahasia", "Content-Type": "application/json"}
    connection.request("POST", "/api/commands", json.dumps(body), headers)
    response = connection.getresponse()
    answer = response.status, json.loads(response.read())
    connection.close()
    return answer

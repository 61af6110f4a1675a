"""docs/http.md is held against what is served: its paths, and its example, which is run as it stands."""

import json
import os
import re
import subprocess
import time
from pathlib import Path
from typing import Any

from dashboard.http.acting import REFUSALS
from dashboard.http.app import pages
from dashboard.http.event_stream import MOST_CLIENTS
from dashboard.http.page import Page
from dashboard.http.paging import MOST
from dashboard.http.street_api import _STATUS
from tests.dashboard.http.alert_city import city
from tests.flow.test_http import port_of
from tests.flow.test_run import publish, running, stop, wait_for, wait_until_subscribed
from tests.servers.mosquitto import mosquitto

TEXT = (Path(__file__).parents[1] / "docs" / "http.md").read_text(encoding="utf-8")
TOKENS = {"MONITOR": "monitor.token", "OPERATOR": "operator.token", "AYU": "ayu.token"}
Example = tuple[str, Any]
"""A command, and what it answers."""


def blocks(text: str) -> list[str]:
    """Of indented code, without the indentation."""
    found = re.findall(r"(?:^    .*\n(?:\n(?=    ))*)+", text, re.MULTILINE)
    return [re.sub(r"^    ", "", block, flags=re.MULTILINE) for block in found]


def examples() -> tuple[str, list[Example]]:
    """The configuration, and each command with the answer that the page shows."""
    chapter = TEXT.split("\n## An example\n")[1].split("\n## ")[0]
    lines = [line for block in blocks(chapter) for line in block.splitlines()]
    first = next(place for place, line in enumerate(lines) if line.startswith("curl"))
    said = [line for line in lines[first:] if line]
    return "\n".join(lines[:first]), [(said[at], json.loads(said[at + 1])) for at in range(0, len(said), 2)]


def is_part(shown: Any, real: Any) -> bool:
    """Whether what the page shows stands in the real answer; times are those of another day."""
    if isinstance(shown, dict):
        return isinstance(real, dict) and all(key in real and is_part(shown[key], real[key]) for key in shown)
    if isinstance(shown, list):
        return isinstance(real, list) and all(any(is_part(each, found) for found in real) for each in shown)
    if isinstance(shown, str) and re.fullmatch(r"\d{4}-\d\d-\d\dT\S+Z", shown):
        return isinstance(real, str) and real.startswith("20") and real.endswith("Z")
    return bool(shown == real)


def test_the_example_runs_as_it_stands(tmp_path: Path) -> None:
    config, commands = examples()
    assert len(commands) > 8
    tokens = {name: f"token-of-{name.lower()}" for name in TOKENS}
    for name, file in TOKENS.items():
        (tmp_path / file).write_text(tokens[name] + "\n")
    config = config.replace("[http]\n", '[http]\nlisten = "127.0.0.1:0"\n')
    answers = []
    with mosquitto(tmp_path) as broker, running(tmp_path / "data", broker, config) as process:
        wait_until_subscribed(process)
        port = port_of(tmp_path / "data")
        publish(broker, [("city/bjn/parking/p1", {"occupied": 97})])

        def asked(command: str) -> Any:
            line = command.replace("127.0.0.1:8180", f"127.0.0.1:{port}")
            done = subprocess.run(["/bin/sh", "-c", line], env=os.environ | tokens, capture_output=True, text=True)
            assert done.returncode == 0, (command, done.stderr)
            return json.loads(done.stdout)

        wait_for(lambda: asked(commands[0][0])["alerts"], "the alert")
        # What is done is in the record a moment later.
        for command, shown in commands:
            real = asked(command)
            for _ in range(50):
                if " -d " in command or is_part(shown, real):
                    break
                time.sleep(0.1)
                real = asked(command)
            answers.append((command, shown, real))
        stop(process)
    assert [(command, real) for command, shown, real in answers if not is_part(shown, real)] == []


def test_every_path_of_the_api_is_listed_with_its_method_and_role_and_no_other(tmp_path: Path) -> None:
    listed = re.findall(r"^\| `(/[\w/.]+)` \| (\w+) \| (\w+) \|", TEXT, re.MULTILINE)
    with city(tmp_path) as made:
        of_alerts = {api_page.path for api in made.sources().apis for api_page in api.pages()}
        served = [page for page in pages(made.sources(), "1.2.3") if page.path in {*of_alerts, "/api/openapi.json"}]
    assert sorted(listed) == sorted((written(page.path), page.method, page.role.value) for page in served)
    for page in served:
        assert unnamed(page) == []


def written(path: str) -> str:
    return path.replace("{number}", "NUMBER").replace("{id:path}", "ID")


def unnamed(page: Page) -> list[str]:
    """Parameters of its query that its row does not name."""
    (row,) = re.findall(rf"^\| `{re.escape(written(page.path))}` \| {page.method} \|.*$", TEXT, re.MULTILINE)
    known = {"limit", "cursor"}
    return [each.name for each in page.query if each.name not in known and f"`{each.name}`" not in row]


def test_every_status_of_a_refusal_is_explained() -> None:
    explained = {int(status) for status in re.findall(r"^\| (\d{3}) \|", TEXT, re.MULTILINE)}
    used = {status for status, _ in REFUSALS.values()} | set(_STATUS.values()) | {400, 401, 403, 409, 413, 415, 503}
    assert used == explained


def test_its_numbers_are_the_real_ones() -> None:
    assert f"at most {MOST})" in TEXT
    assert f"at most {MOST_CLIENTS} may listen" in TEXT

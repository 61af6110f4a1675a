"""What a broker makes of a simulated city's faults, and a real run of that: ghosts, storms and a dead gateway."""

import json
import re
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from tests.flow.test_run import DENYUT, ROOT, denyut, query, running, status_of, stop, wait_for, wait_until_subscribed
from tests.servers.mosquitto import mosquitto
from tests.servers.webhook_receiver import receiving

WINDOWS = '[windows]\nsizes = [{ size = "1s" }, { size = "5s" }]\ndelay = "500ms"\n'
GHOSTS = """
lasts = "10s"
faults = [{ kind = "retained_ghost", kinds = ["air"], time = "6s", end = "6s" }]
"""
STORM = """
lasts = "13s"
faults = [{ kind = "reconnect_storm", begin = "4s", end = "9s", time = "4s", within = "1s" }]
"""


def devices(kind: str, count: int, **more: str) -> str:
    said = "".join(f', {name} = "{value}"' for name, value in more.items())
    return "".join(
        f'[[devices]]\nid = "{kind}-{n}"\nkind = "{kind}"\nzone = "z{n % 5}"{said}\n'.replace(", ", "\n")
        for n in range(count)
    )


def simulate(folder: Path, port: int, scenario: str, *arguments: str) -> tuple[str, dict[str, Any]]:
    """Of the configured devices: what it said, and what the truth is about."""
    (folder / "faults.toml").write_text(scenario)
    command = [*DENYUT, "simulate", "--broker", f"mqtt://127.0.0.1:{port}", "--scenario", str(folder / "faults.toml")]
    done = subprocess.run(
        [*command, "--config", str(folder / "city.toml"), "--truth", str(folder / "truth"), *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    about: dict[str, Any] = json.loads((folder / "truth" / "truth.json").read_text())
    return done.stderr, about


@contextmanager
def simulating(folder: Path, port: int, scenario: str) -> Iterator[None]:
    """From its first message on."""
    (folder / "faults.toml").write_text(scenario)
    command = [*DENYUT, "simulate", "--broker", f"mqtt://127.0.0.1:{port}", "--scenario", str(folder / "faults.toml")]
    process = subprocess.Popen(
        [*command, "--config", str(folder / "city.toml")], cwd=ROOT, stderr=subprocess.PIPE, text=True
    )
    try:
        assert process.stderr is not None
        assert any("connected" in line for line in process.stderr)
        yield
    finally:
        process.terminate()
        process.communicate()


def score(folder: Path, data_dir: Path) -> dict[str, Any]:
    command = [*DENYUT, "score", "--truth", str(folder / "truth"), "--data-dir", str(data_dir), "--json"]
    done = subprocess.run(
        [*command, "--config", str(folder / "city.toml")], cwd=ROOT, capture_output=True, text=True, timeout=60
    )
    assert not done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def has_received(data_dir: Path, messages: int) -> bool:
    return bool(status_of(data_dir)["received"] >= messages)


def counted(data_dir: Path) -> dict[tuple[str, str], float]:
    rows = query(data_dir, "--where", "kind=air", "--where", "size=1s")
    return {(row["device"], row["time"]): row["pm25_count"] for row in rows}


def test_what_a_broker_has_kept_comes_again_at_each_start_and_is_never_counted_again(tmp_path: Path) -> None:
    data_dir, config = tmp_path / "data", WINDOWS + devices("air", 9) + devices("noise", 9)
    with mosquitto(tmp_path) as port:
        with running(data_dir, port, config) as process:
            wait_until_subscribed(process)
            said, about = simulate(tmp_path, port, GHOSTS)
            wait_for(partial(has_received, data_dir, about["messages"]), "the last message")
            time.sleep(2)
            stop(process)
        before, windows = status_of(data_dir), counted(data_dir)
        assert (before["accepted"], before["rejected"]) == (about["messages"], {})
        for ghosts in (9, 18):
            expected = about["messages"] + ghosts
            with running(data_dir, port, config) as process:
                wait_for(partial(has_received, data_dir, expected), "the ghosts")
                stop(process)
            told = status_of(data_dir)
            assert told["rejected"] == {"retained": ghosts}
            assert (told["accepted"], told["duplicate"]) == (about["messages"], 0)
        with running(tmp_path / "other", port, config) as process:
            wait_for(partial(has_received, tmp_path / "other", 9), "the ghosts, at a run that knows nothing")
            stop(process)
        assert status_of(tmp_path / "other")["rejected"] == {"retained": 9}
    assert counted(data_dir) == windows
    assert sum(windows.values()) == 9 * 2
    assert re.search(r"\n\d+ of them are for the broker to keep \(retain\)\n", said)
    assert re.search(r"readings with faults, of \d+: retained_ghost \d+\n", said)


def test_five_hundred_devices_that_come_back_at_once_with_what_they_kept_lose_nothing(tmp_path: Path) -> None:
    data_dir = tmp_path / "data"
    config = WINDOWS + devices("noise", 500, every="1s")
    with mosquitto(tmp_path) as port, running(data_dir, port, config) as process:
        wait_until_subscribed(process)
        said, about = simulate(tmp_path, port, STORM, "--connections", "500")
        wait_for(partial(has_received, data_dir, about["messages"]), "the last message")
        time.sleep(7)
        stop(process)
    told = status_of(data_dir)
    assert f"connected to 127.0.0.1:{port} 500 times" in said
    assert "500 connections made again after an absence" in said
    assert about["readings"] == 500 * 13
    assert (told["received"], told["accepted"], told["readings"]) == (about["messages"], about["messages"], 500 * 13)
    assert (told["duplicate"], told["rejected"]) == (0, {})
    assert score(tmp_path, data_dir)["holds"]


ALERTS = """\
shipped_rules = ["device-silent"]
[windows]
sizes = [{{ size = "1s" }}]
delay = "200ms"
[notification]
group_interval = "0s"
ladders = {{ info = "wall", warning = "wall" }}
[[ladders]]
id = "wall"
steps = [{{ to = ["channel:wall"] }}]
[[channels]]
id = "wall"
kind = "webhook"
url = "{url}"
[[rules]]
id = "device-silent"
field = "silent_intervals"
size = "1s"
when = ">="
enter = 4
exit = 2
for = "2s"
[[devices]]
id = "GW-1"
kind = "weather"
zone = "z0"
every = "1s"
"""
DEATH = """
lasts = "27s"
faults = [{ kind = "gateway_death", gateways = ["GW-1"], begin = "12s", end = "22s" }]
"""


def test_a_dead_gateway_is_one_alert_and_not_one_for_each_of_its_fifty_devices(tmp_path: Path) -> None:
    data_dir = tmp_path / "data"
    with receiving() as receiver, mosquitto(tmp_path) as port:
        config = ALERTS.format(url=receiver.url) + devices("air", 50, gateway="GW-1", every="1s")
        (tmp_path / "city.toml").write_text(config)
        # Before the run: what is expected and has not yet begun is silent too.
        with simulating(tmp_path, port, DEATH), running(data_dir, port, config) as process:
            wait_for(lambda: receiver.told, "the alert", 60)
            wait_for(lambda: receiver.told[-1].json["reason"] == "resolved", "the end of the alert")
            wait_for(lambda: status_of(data_dir)["alerts_active"] == 0, "the end of the hidden ones")
            stop(process)
    notices = [(each.json["reason"], [card["device"] for card in each.json["cards"]]) for each in receiver.told]
    assert notices == [("firing", ["GW-1"]), ("resolved", ["GW-1"])]
    fired = denyut("query", "alert", "--where", "change=firing", "--data-dir", str(data_dir), "--format", "jsonl")
    assert {json.loads(line)["device"] for line in fired.stdout.splitlines()} == {
        "GW-1",
        *(f"air-{number}" for number in range(50)),
    }

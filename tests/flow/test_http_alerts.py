"""What people do about alerts over HTTP, with a real broker and a real run: kills, a disk that stands, listeners."""

import contextlib
import http.client
import json
import sqlite3
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.dashboard.http.alert_city import sent
from tests.dashboard.http.serving import Answer
from tests.flow.test_http import port_of
from tests.flow.test_run import denyut, publish, running, status_of, stop, wait_for, wait_until_subscribed
from tests.servers.mosquitto import mosquitto

OPERATOR, AYU, BUDI = "token-of-operators", "token-of-ayu", "token-of-budi"
CONFIG = """\
[windows]
sizes = [{ size = "1s" }]
delay = "200ms"
[http]
listen = "127.0.0.1:0"
operator_token_file = "token"
[[offices]]
id = "works"
kinds = ["boiler"]
[[offices]]
id = "parks"
[[officers]]
id = "ayu"
office = "works"
token_env = "TOKEN_OF_AYU"
[[officers]]
id = "budi"
office = "parks"
token_env = "TOKEN_OF_BUDI"
[[rules]]
id = "hot"
kind = "boiler"
field = "t_max"
size = "1s"
enter = 90
stale_after = "1h"
"""


@contextmanager
def firing(folder: Path, monkeypatch: Any, broker: int) -> Iterator[tuple[Any, int]]:
    """A run of which alert 1 is firing, and its port."""
    monkeypatch.setenv("TOKEN_OF_AYU", AYU)
    monkeypatch.setenv("TOKEN_OF_BUDI", BUDI)
    (folder / "token").write_text(OPERATOR)
    with running(folder / "data", broker, CONFIG) as process:
        wait_until_subscribed(process)
        publish(broker, [("city/b/boiler/b1", {"t": 95.0})])
        port = port_of(folder / "data")
        wait_for(lambda: alert(port), "the alert")
        yield process, port


def alert(port: int) -> dict[str, Any]:
    listed = sent(port, "/api/alerts").json["alerts"]
    return dict(listed[0]) if listed else {}


def first_event(port: int, last: str = "") -> dict[str, str]:
    """What a listener hears first, by the names of its lines."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", "/api/events", headers={"Last-Event-ID": last} if last else {})
        response = connection.getresponse()
        lines = iter(lambda: response.readline().decode().rstrip(), "")
        return dict(line.split(": ", 1) for line in lines if not line.startswith(":"))
    finally:
        connection.close()


def test_what_people_did_is_known_after_a_kill(tmp_path: Path, monkeypatch: Any) -> None:
    with mosquitto(tmp_path) as broker:
        with firing(tmp_path, monkeypatch, broker) as (process, port):
            begun = sent(port, "/api/silences", {"who": "ops", "for": "2h", "kinds": ["boiler"], "why": "repair"}).json
            assigned = sent(port, "/api/alerts/1/assign", {}, AYU).json
            said = sent(port, "/api/alerts/1/comment", {"why": "valve is stuck"}, AYU).json
            assert (assigned["assigned_to"], said["comments"]) == ("ayu", 1)
            process.kill()
            process.wait()
        with running(tmp_path / "data", broker, CONFIG) as process:
            wait_until_subscribed(process)
            port = port_of(tmp_path / "data")
            assert sent(port, "/api/silences").json["silences"] == [begun]
            assert alert(port) == said
            lines = wait_for(
                lambda: (found := sent(port, "/api/audit?who=ayu").json["audit"]) and len(found) >= 3 and found,
                "the log",
            )
            assert [line["what"] for line in lines] == ["comment", "acknowledged", "assign"]
            ended = sent(port, "/api/silences/1/end", {"who": "ops"})
            assert (ended.status, ended.json["state"]) == (200, "ended")
            stop(process)


def test_an_officer_of_another_office_may_not(tmp_path: Path, monkeypatch: Any) -> None:
    with mosquitto(tmp_path) as broker, firing(tmp_path, monkeypatch, broker) as (process, port):
        refused = sent(port, "/api/alerts/1/acknowledge", {}, BUDI)
        assert (refused.status, alert(port)["acknowledged"]) == (403, None)
        assert sent(port, "/api/alerts/1/acknowledge", {}, AYU).json["acknowledged_by"] == "ayu"
        told = stop(process)
    for token in (OPERATOR, AYU, BUDI):
        assert token not in told + (tmp_path / "data" / "status.json").read_text()


def test_of_many_who_press_together_one_is_first_and_the_others_see_who(tmp_path: Path, monkeypatch: Any) -> None:
    with mosquitto(tmp_path) as broker, firing(tmp_path, monkeypatch, broker) as (process, port):
        together = threading.Barrier(8)

        def press(number: int) -> Answer:
            together.wait()
            return sent(port, "/api/alerts/1/acknowledge", {"who": f"operator {number}"})

        with ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(press, range(8)))
        stop(process)
    assert sorted(answer.status for answer in answers) == [200, *[409] * 7]
    (first,) = (answer.json["acknowledged_by"] for answer in answers if answer.status == 200)
    assert {answer.json["now"]["acknowledged_by"] for answer in answers if answer.status == 409} == {first}


def test_an_act_while_the_disk_stands_still_is_503_and_holds_once_it_moves(tmp_path: Path, monkeypatch: Any) -> None:
    with mosquitto(tmp_path) as broker, firing(tmp_path, monkeypatch, broker) as (process, port):
        newest = max((tmp_path / "data" / "journal").glob("*.db"))
        with contextlib.closing(sqlite3.connect(newest, isolation_level=None)) as held:
            held.execute("BEGIN IMMEDIATE")
            answer = sent(port, "/api/alerts/1/acknowledge", {"who": "ops"}, timeout_s=20)
            meanwhile = alert(port)["acknowledged"]
            held.execute("ROLLBACK")
        assert (answer.status, meanwhile) == (503, None)
        assert answer.json["error"] == "it is taken and will hold once the disk takes it: look again"
        wait_for(lambda: alert(port)["acknowledged_by"] == "ops", "the act")
        stop(process)


def test_a_listener_that_was_away_while_the_run_was_killed_hears_what_it_missed(
    tmp_path: Path, monkeypatch: Any
) -> None:
    with mosquitto(tmp_path) as broker:
        with firing(tmp_path, monkeypatch, broker) as (process, port):
            begin = first_event(port)
            assert begin["event"] == "begin"
            sent(port, "/api/alerts/1/acknowledge", {"who": "ops"})
            process.kill()
            process.wait()
        with running(tmp_path / "data", broker, CONFIG) as process:
            wait_until_subscribed(process)
            missed = first_event(port_of(tmp_path / "data"), begin["id"])
            stop(process)
    assert (missed["event"], int(missed["id"]) > int(begin["id"])) == ("alert", True)
    told = json.loads(missed["data"])
    assert (told["what"], told["who"], told["now"]["acknowledged_by"]) == ("acknowledged", "ops", "ops")


def test_two_officers_with_one_token_stop_the_start_with_one_sentence(tmp_path: Path, monkeypatch: Any) -> None:
    for name in ("TOKEN_OF_AYU", "TOKEN_OF_BUDI"):
        monkeypatch.setenv(name, "rahasia")
    (tmp_path / "token").write_text(OPERATOR)
    file = tmp_path / "city.toml"
    file.write_text(CONFIG)
    done = denyut("run", "--config", str(file), "--data-dir", str(tmp_path / "data"))
    assert done.returncode == 2
    assert f"{file}:19: officers[1].token_env: it is the token of officers[0].token_env (line 15) too" in done.stderr
    assert "rahasia" not in done.stderr
    assert "Traceback" not in done.stderr


def test_after_a_stop_nobody_listens_on_and_the_stop_was_quick(tmp_path: Path, monkeypatch: Any) -> None:
    with mosquitto(tmp_path) as broker, firing(tmp_path, monkeypatch, broker) as (process, port):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=15)
        connection.request("GET", "/api/events")
        response = connection.getresponse()
        assert response.readline().startswith(b"id: ")
        stop(process)
        rest = response.read()
        connection.close()
    assert rest.count(b"event: ") == 1
    assert status_of(tmp_path / "data")["state"] == "stopped"

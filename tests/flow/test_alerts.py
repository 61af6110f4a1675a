"""A rule, a real broker, an operator over HTTP, and a kill: who answered is known, and nothing is told twice."""

import http.client
import json
from pathlib import Path
from typing import Any

from tests.dashboard.http.serving import asked
from tests.flow.test_http import port_of
from tests.flow.test_run import denyut, publish, running, status_of, stop, wait_for, wait_until_subscribed
from tests.servers.mosquitto import mosquitto

CONFIG = """\
[windows]
sizes = [{ size = "1s" }]
delay = "200ms"
[http]
listen = "127.0.0.1:0"
operator_token_file = "token"
[[rules]]
id = "hot"
kind = "boiler"
field = "t_max"
size = "1s"
enter = 90
stale_after = "1h"
"""


def alerts(port: int) -> list[dict[str, Any]]:
    listed: list[dict[str, Any]] = asked(port, "/api/alerts").json["alerts"]
    return listed


def acknowledge(port: int, number: int, who: str) -> tuple[int, dict[str, Any]]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request(
        "POST",
        f"/api/alerts/{number}/acknowledge",
        json.dumps({"who": who}),
        {"Authorization": "Bearer rahasia", "Content-Type": "application/json"},
    )
    response = connection.getresponse()
    answer = response.status, json.loads(response.read())
    connection.close()
    return answer


def changes(data_dir: Path) -> list[tuple[str, str]]:
    rows = denyut("query", "alert", "--data-dir", str(data_dir), "--format", "jsonl").stdout.splitlines()
    return [(each["change"], each.get("who", "")) for each in map(json.loads, rows)]


def test_an_answer_is_known_after_a_kill_and_nothing_is_told_twice(tmp_path: Path) -> None:
    data_dir = tmp_path / "data"
    (tmp_path / "token").write_text("rahasia\n")
    with mosquitto(tmp_path) as broker:
        with running(data_dir, broker, CONFIG) as process:
            wait_until_subscribed(process)
            publish(broker, [("city/b/boiler/b1", {"t": 95.0})])
            port = port_of(data_dir)
            (firing,) = wait_for(lambda: alerts(port), "the alert")
            assert (firing["rule"], firing["device"], firing["acknowledged"]) == ("hot", "b1", None)
            status, answered = acknowledge(port, firing["number"], "ayu")
            assert (status, answered["acknowledged_by"]) == (200, "ayu")
            process.kill()
            process.wait()
        with running(data_dir, broker, CONFIG) as process:
            wait_until_subscribed(process)
            port = port_of(data_dir)
            assert alerts(port) == [answered]
            assert acknowledge(port, firing["number"], "budi")[0] == 409
            publish(broker, [("city/b/boiler/b1", {"t": 20.0})])
            wait_for(lambda: alerts(port) == [], "the end of the alert")
            assert acknowledge(port, firing["number"], "budi")[0] == 404
            stop(process)
    assert changes(data_dir) == [("firing", ""), ("acknowledged", "ayu"), ("resolved", "")]
    assert status_of(data_dir)["alerts_active"] == 0


def test_a_rule_that_is_changed_between_two_runs_ends_its_alert_for_all(tmp_path: Path) -> None:
    data_dir = tmp_path / "data"
    (tmp_path / "token").write_text("rahasia\n")
    with mosquitto(tmp_path) as broker:
        with running(data_dir, broker, CONFIG) as process:
            wait_until_subscribed(process)
            publish(broker, [("city/b/boiler/b1", {"t": 95.0})])
            port = port_of(data_dir)
            wait_for(lambda: alerts(port), "the alert")
            stop(process)
        with running(data_dir, broker, CONFIG.replace("enter = 90", "enter = 99")) as process:
            wait_until_subscribed(process)
            wait_for(lambda: len(changes(data_dir)) == 2, "its end")
            port = port_of(data_dir)
            assert alerts(port) == []
            (ended,) = asked(port, "/api/alerts?state=ended").json["alerts"]
            stop(process)
    assert (ended["number"], ended["rule"]) == (1, "hot")
    assert changes(data_dir) == [("firing", ""), ("resolved", "")]

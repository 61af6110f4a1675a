"""A run, a broker, a receiver: a silence asked for over HTTP holds through a kill, and a gateway hides its devices."""

import http.client
import json
from pathlib import Path
from typing import Any

from tests.dashboard.http.serving import asked
from tests.flow.test_http import port_of
from tests.flow.test_run import publish, running, stop, wait_for, wait_until_subscribed
from tests.servers.mosquitto import mosquitto
from tests.servers.webhook_receiver import Told, receiving

CONFIG = """\
[windows]
sizes = [{{ size = "1s" }}]
delay = "200ms"
[http]
listen = "127.0.0.1:0"
operator_token_file = "token"
[notification]
group_interval = "0s"
ladders = {{ warning = "wall" }}
[[ladders]]
id = "wall"
steps = [{{ to = ["channel:wall"] }}]
[[channels]]
id = "wall"
kind = "webhook"
url = "{url}"
[[rules]]
id = "hot"
kind = "boiler"
field = "t_max"
size = "1s"
enter = 90
keep = "1h"
[[rules]]
id = "off"
kind = "gateway"
field = "up_last"
size = "1s"
when = "<"
enter = 1
keep = "1h"
[[inhibitions]]
id = "dead-gateway"
source = ["off"]
equal = ["gateway"]
[[devices]]
id = "gw"
kind = "gateway"
[[devices]]
id = "b1"
kind = "boiler"
gateway = "gw"
[[devices]]
id = "b2"
kind = "boiler"
"""


def ask(port: int, path: str, body: dict[str, Any]) -> dict[str, Any]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    headers = {"Authorization": "Bearer rahasia", "Content-Type": "application/json"}
    connection.request("POST", path, json.dumps(body), headers)
    response = connection.getresponse()
    content: dict[str, Any] = json.loads(response.read())
    connection.close()
    assert response.status in (200, 201), content
    return content


def devices(told: list[Told]) -> list[str]:
    """Of each notice of a beginning, each key once, in the order in which they came."""
    by_key = {each.key: each.json for each in told if each.json["reason"] == "firing"}
    return [card["device"] for content in by_key.values() for card in content["cards"]]


def muted(port: int) -> dict[str, str]:
    return {each["device"]: each["muted"] for each in asked(port, "/api/alerts").json["alerts"]}


def test_a_silence_holds_through_a_kill_and_what_still_fires_is_told_when_it_is_ended(tmp_path: Path) -> None:
    data_dir = tmp_path / "data"
    (tmp_path / "token").write_text("rahasia\n")
    with mosquitto(tmp_path) as broker, receiving() as receiver:
        config = CONFIG.format(url=receiver.url)
        with running(data_dir, broker, config) as process:
            wait_until_subscribed(process)
            body = {"for": "2h", "devices": ["b2"], "who": "ayu", "why": "cables"}
            silence = ask(port_of(data_dir), "/api/silences", body)
            process.kill()
            process.wait()
        with running(data_dir, broker, config) as process:
            wait_until_subscribed(process)
            port = port_of(data_dir)
            publish(broker, [("city/b/boiler/b2", {"t": 95.0}), ("city/b/boiler/b1", {"t": 95.0})])
            wait_for(lambda: devices(receiver.told), "the notice")
            assert muted(port) == {"b1": "", "b2": "silence 1: cables"}
            ask(port, f"/api/silences/{silence['number']}/end", {"who": "budi", "why": "done"})
            wait_for(lambda: len(devices(receiver.told)) == 2, "the notice of what still fires")
            assert muted(port) == {"b1": "", "b2": ""}
            stop(process)
    assert devices(receiver.told) == ["b1", "b2"]


def test_a_gateway_that_is_off_is_told_and_what_is_behind_it_is_not(tmp_path: Path) -> None:
    data_dir = tmp_path / "data"
    (tmp_path / "token").write_text("rahasia\n")
    with (
        mosquitto(tmp_path) as broker,
        receiving() as receiver,
        running(data_dir, broker, CONFIG.format(url=receiver.url)) as process,
    ):
        wait_until_subscribed(process)
        port = port_of(data_dir)
        publish(broker, [("city/b/gateway/gw", {"up": 0})])
        wait_for(lambda: devices(receiver.told), "the notice of the gateway")
        publish(broker, [("city/b/boiler/b1", {"t": 95.0}), ("city/b/boiler/b2", {"t": 95.0})])
        wait_for(lambda: "b2" in devices(receiver.told), "the notice of the other boiler")
        assert muted(port) == {"gw": "", "b1": "inhibition dead-gateway: alert 1, off of gw", "b2": ""}
        stop(process)
    assert devices(receiver.told) == ["gw", "b2"]

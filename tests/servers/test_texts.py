"""What people read of a run: in their language, whatever a device calls itself and whatever a city's text is worth."""

from pathlib import Path

from tests.flow.test_run import publish, running, stop, wait_for, wait_until_subscribed
from tests.servers.mosquitto import mosquitto
from tests.servers.webhook_receiver import Told, receiving

HOSTILE = "<b>@here {{7*7}} [a](http:evil.example)"
CONFIG = """\
[windows]
sizes = [{ size = "1s" }]
delay = "200ms"
[http]
enabled = false
[[zones]]
id = "kota"
name = "Kota Bojonegoro"
[notification]
group_interval = "0s"
templates = "texts"
link = "https://denyut.example.go.id/alerts/{number}"
[[rules]]
id = "hot"
kind = "boiler"
field = "t_max"
size = "1s"
enter = 90.5
unit = "°C"
severity = "critical"
title = { id = "Boiler terlalu panas", en = "Boiler too hot" }
advice = { id = "Matikan boiler.", en = "Switch the boiler off." }
[[offices]]
id = "works"
kinds = ["boiler"]
[[officers]]
id = "sari"
office = "works"
contacts = [{ channel = "hook" }, { channel = "sms" }]
[[channels]]
id = "hook"
kind = "webhook"
url = "URL"
[[channels]]
id = "sms"
kind = "webhook"
url = "URL"
text = "short"
"""


def test_people_read_of_it_in_their_language_whatever_a_device_calls_itself(tmp_path: Path) -> None:
    (tmp_path / "texts").mkdir()
    (tmp_path / "texts" / "resolved.id.txt").write_text("{{ alert.titel }}")
    topic = f"city/b/kota/boiler/{HOSTILE}"
    with mosquitto(tmp_path) as broker, receiving() as receiver:
        config = CONFIG.replace("URL", receiver.url)
        config = '[[sources]]\ntopic = "city/{city}/{zone}/{kind}/{device}"\n' + config
        config = config.replace("[[sources]]", f'[[sources]]\nbroker = "mqtt://127.0.0.1:{broker}"', 1)

        def told(reason: str) -> list[Told]:
            return [each for each in receiver.told if each.json["reason"] == reason]

        with running(tmp_path / "data", None, config) as process:
            wait_until_subscribed(process)
            publish(broker, [(topic, {"t": 95.25})])
            wait_for(lambda: len(told("firing")) == 2, "the beginning")
            publish(broker, [(topic, {"t": 20.0})])
            wait_for(lambda: len(told("resolved")) == 2, "the end")
            errors = stop(process)
    device = "(b)(at)here ((7 7)) (a)(http:ev…"
    whole, short = sorted((each.json for each in told("firing")), key=lambda each: each["title"], reverse=True)
    assert whole["title"] == f"KRITIS: Boiler terlalu panas, {device}, Kota Bojonegoro"
    lines = whole["text"].splitlines()
    assert lines[0] == "T tertinggi: 95,2 °C (batas: di atas 90,5 °C; cakupan data 100%)"
    assert lines[1] == f"Lokasi: {device}, Kota Bojonegoro"
    assert lines[2].startswith("Sejak: ")
    assert lines[2].endswith(" WIB")
    assert lines[3:] == ["Tindakan: Matikan boiler.", "Peringatan no. 1 https://denyut.example.go.id/alerts/1"]
    assert short["title"] == ""
    assert short["text"].startswith("KRITIS: Boiler terlalu panas, ")
    assert len(short["text"]) <= 160
    assert short["text"].isascii()
    (ended,) = [each.json for each in told("resolved") if each.json["title"]]
    assert ended["title"].startswith("SELESAI: Boiler terlalu panas, ")
    assert errors.count("the text resolved.id.txt in") == 1

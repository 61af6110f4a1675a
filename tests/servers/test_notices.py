"""Rules, a real broker and real receivers: nothing is lost by a kill, and nothing counts twice for who minds keys."""

import json
import random
import sqlite3
import time
from collections import Counter
from pathlib import Path

from alerts.record.reading import Chosen, Delivery, Page, RecordReader
from tests.flow.test_run import publish, running, status_of, stop, wait_for, wait_until_subscribed
from tests.servers.mosquitto import mosquitto
from tests.servers.smtp_server import smtp_server
from tests.servers.subscriber import subscriber
from tests.servers.webhook_receiver import OK, Answer, Told, receiving

SEED = 20_251_122
CONFIG = """\
[[sources]]
topic = "city/{city}/{zone}/{kind}/{device}"
[windows]
sizes = [{ size = "1s" }]
delay = "200ms"
[checkpoint]
every = "1s"
[http]
enabled = false
[notification]
group_interval = "0s"
budget = { notices = 10000 }
ladders = { warning = "one", critical = "one", info = "one" }
[[rules]]
id = "hot"
kind = "boiler"
field = "t_max"
size = "1s"
enter = 90
severity = "critical"
[[offices]]
id = "works"
kinds = ["boiler"]
[[ladders]]
id = "one"
steps = [{ to = ["officer:sari"] }]
[[officers]]
id = "sari"
office = "works"
language = "en"
contacts = [CONTACTS]
CHANNELS
"""


def configured(contacts: str, channels: str) -> str:
    return CONFIG.replace("CONTACTS", contacts).replace("CHANNELS", channels)


def hooked(url: str, more: str = "") -> str:
    return configured('{ channel = "hook" }', f'[[channels]]\nid = "hook"\nkind = "webhook"\nurl = "{url}"\n{more}')


def heat(broker: int, *devices: str) -> None:
    """Each in a zone of its own, so that each is told by a notice of its own."""
    publish(broker, [(f"city/b/at-{device}/boiler/{device}", {"t": 95.0}) for device in devices])


def devices_told(told: list[Told]) -> Counter[str]:
    """Device -> different notices that told of its alert's beginning."""
    firing = {each.key: each.json for each in told if each.json["reason"] == "firing"}
    return Counter(card["device"] for content in firing.values() for card in content["cards"])


def test_a_reading_is_told_and_the_status_says_so(tmp_path: Path) -> None:
    data_dir = tmp_path / "data"
    with (
        mosquitto(tmp_path) as broker,
        receiving() as receiver,
        running(data_dir, broker, hooked(receiver.url, 'secret = "rahasia"\n')) as process,
    ):
        wait_until_subscribed(process)
        heat(broker, "b1")
        wait_for(lambda: devices_told(receiver.told)["b1"], "the notice")
        wait_for(lambda: status_of(data_dir)["notices_sent"], "the status")
        assert "Denyut-Signature" in receiver.told[0].headers
        stop(process)
    status = status_of(data_dir)
    assert (status["notices_failed"], status["channel_errors"]) == (0, {"hook": ""})


def test_killed_again_and_again_a_run_loses_no_notice_and_each_keeps_its_key(tmp_path: Path) -> None:
    """Killed while notices are under way: the receiver is slow, and fails now and then."""
    moments = random.Random(SEED)
    data_dir = tmp_path / "data"

    def moody(told: Told, before: int) -> Answer:
        return Answer(500) if (sum(told.key.encode()) + before) % 7 == 0 else Answer(after_s=0.05)

    devices: list[str] = []
    with mosquitto(tmp_path) as broker, receiving(moody) as receiver:
        config = hooked(receiver.url)
        for life in range(8):
            with running(data_dir, broker, config) as process:
                wait_until_subscribed(process)
                new = [f"b{life}-{number}" for number in range(15)]
                devices += new
                heat(broker, *new)
                time.sleep(moments.uniform(0.0, 0.8))
                process.kill()
        with running(data_dir, broker, config) as process:
            wait_for(lambda: len(devices_told(receiver.told)) == len(devices), "every device", 60)
            wait_for(lambda: not untold(data_dir), "the last delivery", 60)
            stop(process)
        assert devices_told(receiver.told) == dict.fromkeys(devices, 1)
        assert len({(each.key, each.body) for each in receiver.told}) == len(set(receiver.keys))
        firing = RecordReader(data_dir / "alerts.db").deliveries(Chosen({"reason": "firing"}), Page(limit=1000))
        assert len(firing) == len(devices)
        assert {each.key for each in firing} <= receiver.taken
        assert len({key.partition("-")[0] for key in receiver.keys}) == 1


def untold(data_dir: Path) -> list[Delivery]:
    """Of those that tell that an alert began."""
    firing = RecordReader(data_dir / "alerts.db").deliveries(Chosen({"reason": "firing"}), Page(limit=1000))
    return [each for each in firing if each.state != "sent"]


def test_killed_while_one_notice_is_under_way_it_comes_again_by_its_key(tmp_path: Path) -> None:
    data_dir = tmp_path / "data"
    with mosquitto(tmp_path) as broker, receiving(lambda _, before: OK if before else Answer(after_s=60)) as receiver:
        config = hooked(receiver.url)
        with running(data_dir, broker, config) as process:
            wait_until_subscribed(process)
            heat(broker, "b1")
            wait_for(lambda: receiver.told, "the notice under way")
            db = sqlite3.connect(f"file:{data_dir / 'alerts.db'}?mode=ro", uri=True)
            assert db.execute("SELECT DISTINCT state FROM delivery").fetchall() == [("sending",)]
            db.close()
            process.kill()
        with running(data_dir, broker, config) as process:
            wait_for(lambda: receiver.taken, "the notice again")
            stop(process)
    first, second = (each for each in receiver.told if each.json["reason"] == "firing")
    assert (first.key, first.body) == (second.key, second.body)


def test_a_receiver_that_is_away_is_told_when_it_comes_back_and_the_run_says_so_meanwhile(tmp_path: Path) -> None:
    data_dir = tmp_path / "data"
    with mosquitto(tmp_path) as broker:
        with receiving() as receiver:
            port = receiver.port
        with running(data_dir, broker, hooked(f"http://127.0.0.1:{port}/k3yk3yk3y")) as process:
            wait_until_subscribed(process)
            heat(broker, "b1")
            error = wait_for(lambda: status_of(data_dir).get("channel_errors", {}).get("hook"), "the error")
            assert "refused" in error
            assert "k3yk3yk3y" not in error
            assert status_of(data_dir)["notices_waiting"] >= 1
            with receiving(port=port) as receiver:
                wait_for(lambda: receiver.told, "the notice", 30)
                wait_for(lambda: status_of(data_dir)["notices_waiting"] == 0, "the status")
                errors = stop(process)
    assert "channel hook: a notice could not be told" in errors
    assert "channel hook: notices are told again" in errors
    assert "k3yk3yk3y" not in errors


def test_a_receiver_that_hangs_does_not_hold_up_the_stop(tmp_path: Path) -> None:
    data_dir = tmp_path / "data"
    with (
        mosquitto(tmp_path) as broker,
        receiving(lambda *_: Answer(after_s=60)) as receiver,
        running(data_dir, broker, hooked(receiver.url, 'timeout = "50s"\n')) as process,
    ):
        wait_until_subscribed(process)
        heat(broker, *(f"b{number}" for number in range(10)))
        wait_for(lambda: len(receiver.told) >= 4, "notices under way")
        began = time.monotonic()
        stop(process)
        assert time.monotonic() - began < 8


def test_mail_and_broker_are_told_as_well_and_the_log_says_when(tmp_path: Path) -> None:
    data_dir = tmp_path / "data"
    with mosquitto(tmp_path) as broker, smtp_server() as box, subscriber(broker, "denyut/notices/#") as heard:
        channels = (
            f'[[channels]]\nid = "mail"\nkind = "apprise"\nurl = "mailto://127.0.0.1:{box.port}/?from=a@b.id&to={{to}}"\n'
            '[[channels]]\nid = "board"\nkind = "mqtt"\n'
        )
        contacts = '{ channel = "mail", to = "sari@b.id" }, { channel = "board", to = "works" }'
        with running(data_dir, broker, configured(contacts, channels)) as process:
            wait_until_subscribed(process)
            heat(broker, "b1")
            wait_for(lambda: box.mail and heard, "both")
            wait_for(lambda: status_of(data_dir)["notices_sent"] >= 2, "the status")
            stop(process)
    assert box.mail[0][0] == ["sari@b.id"]
    assert heard[0].topic == "denyut/notices/works"
    assert json.loads(heard[0].payload)["cards"][0]["device"] == "b1"
    reader = RecordReader(data_dir / "alerts.db")
    firing = reader.deliveries(Chosen({"reason": "firing"}))
    assert {each.notice.channel: each.state for each in firing} == {"mail": "sent", "board": "sent"}
    assert len(reader.log(Chosen({"what": "delivered", "alert": 1}))) >= 2


def test_a_variable_that_is_not_set_refuses_the_start(tmp_path: Path) -> None:
    config = configured(
        '{ channel = "hook" }', '[[channels]]\nid = "hook"\nkind = "webhook"\nurl_env = "NO_SUCH_URL"\n'
    )
    with running(tmp_path / "data", None, config) as process:
        _, errors = process.communicate(timeout=20)
    assert errors == "denyut: channel 'hook': url_env names NO_SUCH_URL, which is not set in the environment\n"
    assert process.returncode == 2

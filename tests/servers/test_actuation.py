"""Commands from real readings, over real brokers, to an actuator that obeys, or does not."""

import asyncio
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion

from alerts.record.reading import RecordReader
from tests.flow.test_run import running, status_of, stop, wait_for, wait_until_subscribed
from tests.servers.free_ports import free_port
from tests.servers.mosquitto import mosquitto
from tests.servers.older_broker import older_broker
from tests.servers.street import HOT, commands, config, heard, obeying, publish, send, told, until_told

READ = [("city/b/boiler/b1", {"t": 95.0})]
COOL = [("city/b/boiler/b1", {"t": 20.0})]


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    (tmp_path / "token").write_text("rahasia\n")
    return tmp_path / "data"


def logged(data_dir: Path) -> list[str]:
    """What happened to commands, the oldest first."""
    reader = RecordReader(data_dir / "alerts.db")
    entries = [line.what for line in reader.log() if line.command]
    reader.close()
    return entries[::-1]


def test_a_reading_switches_the_siren_on_and_the_end_of_the_alert_switches_it_off(
    tmp_path: Path, data_dir: Path
) -> None:
    with (
        mosquitto(tmp_path) as broker,
        obeying(tmp_path, broker) as log,
        running(data_dir, None, config(broker, broker)) as process,
    ):
        wait_until_subscribed(process)
        publish(broker, READ)
        (state,) = until_told(data_dir, ("on", "confirmed"))
        (on,) = heard(log)
        assert (on["command"], on["tone"], on["retained"], on["qos"]) == ("on", "wail", False, 1)
        assert on["id"] == on["correlation"]
        assert on["expiry_s"] in (2, 3)
        assert (state["actuator"], state["rule"], state["who"], state["alert"]) == ("siren", "hot", "denyut", 1)
        publish(broker, COOL)
        until_told(data_dir, ("on", "confirmed"), ("off", "confirmed"))
        assert [each["command"] for each in heard(log)] == ["on", "off"]
        stop(process)
    assert logged(data_dir)[:3] == ["command_decided", "command_sent", "command_confirmed"]


@pytest.mark.parametrize(
    ("behaviour", "state", "reason", "answers"),
    [
        ("refuses", "failed", "was not done: no power", {"taken": 1}),
        ("never", "expired", "expired: it was sent, and nothing confirmed it", {}),
        ("late", "expired", "expired: it was sent, and nothing confirmed it", {"taken": 1}),
        ("twice", "confirmed", "", {"taken": 1, "repeated": 1}),
        ("retained", "confirmed", "", {"taken": 1}),
        ("stranger", "expired", "expired: it was sent, and nothing confirmed it", {"unknown": 1}),
        ("garbage", "expired", "expired: it was sent, and nothing confirmed it", {"unreadable": 1}),
    ],
)
def test_an_actuator_that_misbehaves_is_seen_through(
    behaviour: str, state: str, reason: str, answers: dict[str, int], tmp_path: Path, data_dir: Path
) -> None:
    with (
        mosquitto(tmp_path) as broker,
        obeying(tmp_path, broker, behaviour, late=4) as log,
        running(data_dir, None, config(broker, broker, expires="3s")) as process,
    ):
        wait_until_subscribed(process)
        publish(broker, READ)
        (told_of,) = until_told(data_dir, ("on", state))
        assert told_of["reason"] == reason
        nothing = {"taken": 0, "repeated": 0, "retained": 0, "unreadable": 0, "unknown": 0}
        counted = nothing | answers
        wait_for(lambda: status_of(data_dir)["actuation"]["answers"] == counted, f"{counted}")
        if behaviour == "late":
            wait_for(lambda: commands(data_dir)[0]["answered"], "the late answer")
            assert told(data_dir) == [("on", "expired")]
        assert len(heard(log)) == 1
        stop(process)


def test_an_answer_that_was_left_on_the_broker_confirms_nothing(tmp_path: Path, data_dir: Path) -> None:
    with mosquitto(tmp_path) as broker, obeying(tmp_path, broker, "retained"):
        for starts in range(2):
            with running(data_dir, None, config(broker, broker)) as process:
                wait_until_subscribed(process)
                if not starts:
                    publish(broker, READ)
                    until_told(data_dir, ("on", "confirmed"))
                else:
                    wait_for(lambda: status_of(data_dir)["actuation"]["answers"]["retained"], "the ghost")
                    assert told(data_dir) == [("on", "confirmed")]
                stop(process)


def test_where_nobody_listens_that_is_known_at_once(tmp_path: Path, data_dir: Path) -> None:
    with mosquitto(tmp_path) as broker, running(data_dir, None, config(broker, broker)) as process:
        wait_until_subscribed(process)
        publish(broker, READ)
        (state,) = until_told(data_dir, ("on", "failed"))
        assert state["reason"] == "was not sent: nobody listens on 'street/siren'"
        stop(process)


def test_a_reading_that_was_left_on_the_broker_commands_nothing(tmp_path: Path, data_dir: Path) -> None:
    with mosquitto(tmp_path) as broker, obeying(tmp_path, broker) as log:
        leave(broker, "city/b/boiler/b1", b'{"t": 95.0}')
        with running(data_dir, None, config(broker, broker)) as process:
            wait_until_subscribed(process)
            wait_for(lambda: status_of(data_dir)["rejected"].get("retained"), "the retained reading")
            publish(broker, COOL)
            wait_for(lambda: status_of(data_dir)["windows_closed"], "a window")
            assert (told(data_dir), heard(log)) == ([], [])
            stop(process)


def leave(port: int, topic: str, payload: bytes) -> None:
    client = Client(CallbackAPIVersion.VERSION2)
    client.connect("127.0.0.1", port)
    client.loop_start()
    client.publish(topic, payload, qos=1, retain=True).wait_for_publish(10)
    client.disconnect()
    client.loop_stop()


def test_while_the_broker_is_away_a_command_expires_and_is_never_delivered_later(
    tmp_path: Path, data_dir: Path
) -> None:
    away = tmp_path / "away"
    away.mkdir()
    things = free_port()
    with mosquitto(tmp_path) as readings, running(data_dir, None, config(readings, things, expires="2s")) as process:
        with mosquitto(away, port=things):
            wait_until_subscribed(process)
            wait_for(lambda: status_of(data_dir).get("actuation", {}).get("connected") == {"things": True}, "things")
            publish(readings, COOL)
            wait_for(lambda: status_of(data_dir)["windows_closed"], "a window")
        publish(readings, READ)
        (state,) = until_told(data_dir, ("on", "failed"))
        assert state["reason"].startswith("was not sent: it expired before it could be sent: ")
        with mosquitto(away, port=things), obeying(tmp_path, things) as log:
            wait_for(lambda: status_of(data_dir)["actuation"]["connected"]["things"], "the connection")
            publish(readings, COOL)
            until_told(data_dir, ("on", "failed"), ("off", "confirmed"))
            assert [each["command"] for each in heard(log)] == ["off"]
        stop(process)


def test_a_device_that_comes_back_too_late_is_not_given_the_command(tmp_path: Path, data_dir: Path) -> None:
    with mosquitto(tmp_path) as broker:
        with obeying(tmp_path, broker):
            pass
        with running(data_dir, None, config(broker, broker, expires="2s")) as process:
            wait_until_subscribed(process)
            publish(broker, READ)
            until_told(data_dir, ("on", "expired"))
            with obeying(tmp_path, broker) as log:
                publish(broker, COOL)
                until_told(data_dir, ("on", "expired"), ("off", "confirmed"))
                assert [each["command"] for each in heard(log)] == ["off"]
            stop(process)


INTERLOCKED = """\
most = 2
apart = "0s"
interlocks = [{ commands = ["off"], indicator = "parking_occupancy", zone = "unassigned", size = "1s", when = "<", value = 0.5, why = "the lot is full" }]
"""  # noqa: E501


def test_interlock_and_rate_limit_keep_an_operator_from_it(tmp_path: Path, data_dir: Path) -> None:
    full = [("city/b/parking/p1", {"occupied": 90.0, "capacity": 100.0})]
    with (
        mosquitto(tmp_path) as broker,
        obeying(tmp_path, broker) as log,
        running(data_dir, None, config(broker, broker, more=INTERLOCKED)) as process,
    ):
        wait_until_subscribed(process)
        status, refused = send(data_dir, "off")
        assert (status, "and is unknown: the lot is full" in refused["error"]) == (409, True)
        publish(broker, full)
        wait_for(lambda: "and is 0.9: the lot is full" in send(data_dir, "off")[1]["error"], "the figure")
        for number in (1, 2):
            assert send(data_dir, "on")[0] == 200
            wait_for(lambda: told(data_dir)[-1] == ("on", "confirmed"), "its answer")
            assert len(heard(log)) == number
        status, refused = send(data_dir, "on")
        assert (status, refused["error"]) == (409, "rate: 2 commands within 1h are the most")
        assert len(heard(log)) == 2
        stop(process)


def test_a_dry_run_reaches_nobody(tmp_path: Path, data_dir: Path) -> None:
    with mosquitto(tmp_path) as broker, obeying(tmp_path, broker) as log:
        with running(data_dir, None, config(broker, broker, more="dry_run = true")) as process:
            wait_until_subscribed(process)
            publish(broker, READ)
            until_told(data_dir, ("on", "dry_run"))
            publish(broker, COOL)
            until_told(data_dir, ("on", "dry_run"), ("off", "dry_run"))
            stop(process)
        assert heard(log) == []


BARRIER = """\
[[actuators]]
id = "barrier"
source = "things"
topic = "street/siren"
[actuators.commands.open]
[actuators.commands.open.proof]
indicator = "parking_occupancy"
zone = "unassigned"
size = "1s"
when = "<"
value = 0.5
within = "{within}"
"""


@pytest.mark.parametrize(("left", "within", "proof"), [(20.0, "60s", "proven"), (90.0, "3s", "unproven")])
def test_the_street_proves_a_command_or_does_not(
    left: float, within: str, proof: str, tmp_path: Path, data_dir: Path
) -> None:
    def occupied(spaces: float) -> list[tuple[str, dict[str, float]]]:
        return [("city/b/parking/p1", {"occupied": spaces, "capacity": 100.0})]

    with mosquitto(tmp_path) as broker, obeying(tmp_path, broker):
        settings = config(broker, broker, rules=BARRIER.format(within=within))
        with running(data_dir, None, settings) as process:
            wait_until_subscribed(process)
            publish(broker, occupied(90.0))
            wait_for(lambda: status_of(data_dir)["windows_closed"], "a window")
            assert send(data_dir, "open", actuator="barrier")[0] == 200
            until_told(data_dir, ("open", "confirmed"))
            publish(broker, occupied(left))
            state: dict[str, Any] = wait_for(
                lambda: next((each for each in commands(data_dir) if each["proof"] == proof), None), proof
            )
            assert (state["state"], state["figure"], state["figure_before"]) == ("confirmed", left / 100, 0.9)
            stop(process)


@pytest.mark.parametrize("answers", [True, False])
def test_a_broker_without_mqtt_5_carries_commands_and_answers_too(
    answers: bool, tmp_path: Path, data_dir: Path
) -> None:
    async def scene(port: int) -> None:
        async with older_broker(port, answers=answers) as old:
            await asyncio.to_thread(commanded_over_an_older_broker, tmp_path, data_dir, port, old)

    with mosquitto(tmp_path) as port:
        asyncio.run(scene(port))


def commanded_over_an_older_broker(tmp_path: Path, data_dir: Path, broker: int, old: int) -> None:
    with (
        obeying(tmp_path, old, mqtt=3) as log,
        running(data_dir, None, config(broker, old, expires="30s")) as process,
    ):
        wait_until_subscribed(process)
        publish(broker, READ)
        until_told(data_dir, ("on", "confirmed"))
        (on,) = heard(log)
        assert on["answer_to"].startswith("denyut/answers/")
        assert on["correlation"] == ""
        stop(process)


PEOPLE = """\
[[offices]]
id = "bpbd"
kinds = ["boiler"]
[[officers]]
id = "rini"
office = "bpbd"
language = "en"
contacts = [{ channel = "board" }]
[[shifts]]
id = "always"
office = "bpbd"
officers = ["rini"]
[[channels]]
id = "board"
kind = "mqtt"
source = "street"
topic = "notices"
"""


def test_who_was_told_of_the_alert_is_told_that_its_command_failed(tmp_path: Path, data_dir: Path) -> None:
    with (
        mosquitto(tmp_path) as broker,
        obeying(tmp_path, broker, "refuses"),
        listening(broker, "notices") as notices,
        running(data_dir, None, config(broker, broker, rules=HOT + PEOPLE)) as process,
    ):
        wait_until_subscribed(process)
        publish(broker, READ)
        wait_for(lambda: len(notices) == 2, "both notices")
        firing, failed = (json.loads(each) for each in notices)
        assert (firing["reason"], failed["reason"]) == ("firing", "command_failed")
        assert "on to siren: the device did not do it (no power)." in failed["text"]
        stop(process)


@contextmanager
def listening(port: int, topic: str) -> Iterator[list[bytes]]:
    heard: list[bytes] = []
    client = Client(CallbackAPIVersion.VERSION2)
    client.on_message = lambda client, data, message: heard.append(bytes(message.payload))
    client.connect("127.0.0.1", port)
    client.subscribe(topic, qos=1)
    client.loop_start()
    try:
        yield heard
    finally:
        client.disconnect()
        client.loop_stop()

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import paho.mqtt.client as mqtt
import psutil
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from denyut.children import ChildError
from denyut.local_broker import LocalBroker, PortTakenError, find_mosquitto, free_port, start_broker


@pytest.fixture(params=["mosquitto", "iotcore"])
def broker_name(request: pytest.FixtureRequest) -> str:
    if request.param == "mosquitto" and find_mosquitto() is None:
        pytest.skip("mosquitto is not on PATH")
    return str(request.param)


@pytest.fixture
def broker(broker_name: str, tmp_path: Path) -> Iterator[LocalBroker]:
    started = start_broker(tmp_path / "broker", mosquitto=find_mosquitto() if broker_name == "mosquitto" else None)
    yield started
    started.stop()


def listening(broker: LocalBroker) -> list[tuple[str, int]]:
    main = psutil.Process(broker.child.process.pid)
    processes = [main, *main.children(recursive=True)]
    connections = [
        c for process in processes for c in process.net_connections("inet") if c.status == psutil.CONN_LISTEN
    ]
    return [(c.laddr.ip, c.laddr.port) for c in connections]


def exchange(port: int, payload: bytes) -> tuple[str, bytes, int]:
    """Publish over MQTT 5 at QoS 1 and take the message back from a subscription."""
    came: list[tuple[str, bytes, int]] = []
    client = mqtt.Client(CallbackAPIVersion.VERSION2, protocol=mqtt.MQTTv5)
    client.on_connect = lambda c, *_: c.subscribe("city/#", qos=1)
    client.on_subscribe = lambda c, *_: c.publish("city/bojonegoro/air/a1", payload, qos=1)
    client.on_message = lambda _c, _u, message: came.append((message.topic, bytes(message.payload), message.qos))
    client.connect("127.0.0.1", port)
    deadline = time.monotonic() + 10
    while not came and time.monotonic() < deadline:
        client.loop(0.1)
    client.disconnect()
    return came[0]


def test_the_broker_listens_on_this_machine_alone(broker: LocalBroker) -> None:
    assert listening(broker) == [("127.0.0.1", broker.port)]


def test_the_broker_speaks_mqtt_5(broker: LocalBroker) -> None:
    assert exchange(broker.port, b'{"pm25": 12.5}') == ("city/bojonegoro/air/a1", b'{"pm25": 12.5}', 1)


def test_the_broker_carries_a_payload_of_a_mebibyte_less_its_header(broker: LocalBroker) -> None:
    payload = b"x" * (1 << 20 - 4)
    assert exchange(broker.port, payload)[1] == payload


def test_a_stopped_broker_leaves_its_port_free(broker: LocalBroker) -> None:
    broker.stop()
    assert not broker.child.running
    socket.create_server(("127.0.0.1", broker.port)).close()


def test_a_taken_port_is_refused_with_its_number(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with pytest.raises(PortTakenError, match=f"port {port} of 127.0.0.1"):
            start_broker(tmp_path, port, find_mosquitto())


def test_a_broker_that_does_not_start_is_reported_with_its_last_lines(tmp_path: Path) -> None:
    program = tmp_path / "mosquitto"
    program.write_text("#!/bin/sh\necho no such option\nexit 3\n")
    program.chmod(0o755)
    with pytest.raises(ChildError, match=r"ended with exit status 3; its last lines(.|\n)*no such option"):
        start_broker(tmp_path / "broker", mosquitto=program)


def test_free_ports_can_be_listened_on() -> None:
    socket.create_server(("127.0.0.1", free_port())).close()


def test_the_broker_ends_when_its_parent_is_killed(broker_name: str, tmp_path: Path) -> None:
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT, str(tmp_path), broker_name], stdout=subprocess.PIPE, text=True, cwd=ROOT
    )
    assert parent.stdout is not None
    child = psutil.Process(int(parent.stdout.readline()))
    parent.kill()
    parent.wait(10)
    parent.stdout.close()
    child.wait(10)


ROOT = Path(__file__).parents[2]
PARENT = """
import sys, time
from pathlib import Path
from denyut.local_broker import find_mosquitto, start_broker
program = find_mosquitto() if sys.argv[2] == "mosquitto" else None
print(start_broker(Path(sys.argv[1]), mosquitto=program).child.process.pid, flush=True)
time.sleep(60)
"""

"""The broker of docker-compose.yml, with its own start script, configuration and access list, on this machine."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.servers.free_ports import free_port, wait_until_listening

DEPLOY = Path(__file__).parents[2] / "deploy" / "mosquitto"
PROGRAMS = os.environ.get("PATH", "") + ":/usr/sbin"
SECRETS = {"DENYUT_MQTT_PASSWORD": "of denyut", "DENYUT_DEVICE_PASSWORD": "of devices"}


def place_files(directory: Path, port: int) -> Path:
    """The files as they are, but for the container's folders, its port, and the rights that a broker gives away."""
    for name in ("start.sh", "mosquitto.conf", "acl.conf"):
        text = (DEPLOY / name).read_text()
        for folder in ("/mosquitto/config", "/mosquitto/data", "/run/mosquitto"):
            text = text.replace(folder, str(directory))
        (directory / name).write_text(text.replace("listener 1883", f"listener {port} 127.0.0.1\nuser root"))
    return directory / "start.sh"


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    for program in ("mosquitto", "mosquitto_passwd", "mosquitto_pub"):
        if shutil.which(program, path=PROGRAMS) is None:
            pytest.skip(f"{program} is not on PATH")
    directory, port = tmp_path_factory.mktemp("broker"), free_port()
    environment = os.environ | SECRETS | {"PATH": PROGRAMS}
    with (directory / "log").open("wb") as log:
        command = ["/bin/sh", str(place_files(directory, port))]
        process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
        try:
            wait_until_listening(port)
            assert "of denyut" not in (directory / "passwords").read_text()
            assert (directory / "passwords").stat().st_mode & 0o077 == 0
            yield port
        finally:
            process.terminate()
            process.wait(timeout=15)


def client(program: str, port: int, user: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    account = ["-u", user, "-P", SECRETS[f"DENYUT_{'MQTT' if user == 'denyut' else 'DEVICE'}_PASSWORD"]] if user else []
    command = [program, "-h", "127.0.0.1", "-p", str(port), "-V", "mqttv5", *account, *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)


def subscribe(port: int, user: str, topic: str) -> subprocess.CompletedProcess[str]:
    return client("mosquitto_sub", port, user, "-t", topic, "-C", "1", "-W", "3")


def publish(port: int, user: str, topic: str, payload: str) -> subprocess.CompletedProcess[str]:
    return client("mosquitto_pub", port, user, "-q", "1", "-r", "-t", topic, "-m", payload)


def test_a_device_writes_what_denyut_reads(broker: int) -> None:
    assert publish(broker, "device", "city/bjn/air/aq-07", '{"pm25":41.2}').returncode == 0
    assert subscribe(broker, "denyut", "city/#").stdout == '{"pm25":41.2}\n'


def test_a_stranger_is_refused(broker: int) -> None:
    refused = publish(broker, "", "city/bjn/air/aq-07", "{}")
    assert refused.returncode != 0
    assert "Not authorized" in refused.stderr


def test_a_device_reads_no_other_device(broker: int) -> None:
    publish(broker, "device", "city/bjn/parking/p-01", '{"occupied":3}')
    assert subscribe(broker, "device", "city/bjn/parking/p-01").stdout == ""


def test_a_device_writes_nowhere_else(broker: int) -> None:
    refused = publish(broker, "device", "command/bjn/gate-1", "open")
    assert "Not authorized" in refused.stdout + refused.stderr


def test_a_password_that_the_broker_cannot_keep_is_refused_at_start(tmp_path: Path) -> None:
    script = place_files(tmp_path, free_port())
    environment = os.environ | SECRETS | {"DENYUT_DEVICE_PASSWORD": "with:colon", "PATH": PROGRAMS}
    finished = subprocess.run(["/bin/sh", str(script)], env=environment, capture_output=True, text=True, check=False)
    assert (finished.returncode, "holds a colon" in finished.stderr) == (1, True)
    assert not (tmp_path / "passwords").exists()

"""A real Mosquitto for a test: in a container where a Docker engine answers, else the program on this machine."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import pytest
from testcontainers.core.container import DockerContainer
from testcontainers.core.wait_strategies import LogMessageWaitStrategy

from tests.servers.free_ports import free_port, wait_until_listening

IMAGE = "eclipse-mosquitto:2.0.20"
ANONYMOUS = "allow_anonymous true\n"
UNLIMITED = "max_queued_messages 0\nmax_inflight_messages 0\n"


@contextmanager
def mosquitto(
    directory: Path, config: str = "", *, listener: str = ANONYMOUS, port: int | None = None
) -> Iterator[int]:
    """The port on 127.0.0.1 of a broker that stops with the block; skips the test where there is none to start.

    `config` holds further lines of mosquitto.conf, `listener` those right after the `listener` line. Files that
    they name must lie in `directory` and be named relative to it. A `port` of an earlier block lets a client find a
    broker that came back.
    """
    port = port or free_port()
    program = shutil.which("mosquitto", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
    if _docker_answers():
        with _container(directory, config, listener, port):
            yield port
    elif program:
        with _process(program, directory, config, listener, port):
            yield port
    else:
        pytest.skip("no Docker engine answers and mosquitto is not on PATH")


@cache
def _docker_answers() -> bool:
    docker = shutil.which("docker")
    return docker is not None and subprocess.run([docker, "info"], capture_output=True, timeout=20).returncode == 0


@contextmanager
def _process(program: str, directory: Path, config: str, listener: str, port: int) -> Iterator[None]:
    file = directory / "mosquitto.conf"
    # A broker started by root gives its rights away to a user who cannot read a test's directory.
    file.write_text(f"user root\n{UNLIMITED}{config}\nlistener {port} 127.0.0.1\n{listener}\n")
    with (directory / "mosquitto.log").open("ab") as log:
        process = subprocess.Popen([program, "-c", str(file)], cwd=directory, stdout=log, stderr=log)
        try:
            wait_until_listening(port)
            yield
        finally:
            process.terminate()
            process.wait(timeout=15)


@contextmanager
def _container(directory: Path, config: str, listener: str, port: int) -> Iterator[None]:
    file = directory / "mosquitto.conf"
    file.write_text(f"user root\n{UNLIMITED}{config}\nlistener 1883\n{listener}\n")
    container = (
        DockerContainer(IMAGE)
        .with_volume_mapping(str(directory), "/broker", "rw")
        .with_kwargs(working_dir="/broker")
        .with_command("mosquitto -c /broker/mosquitto.conf")
        .waiting_for(LogMessageWaitStrategy("mosquitto version .* running"))
    )
    # Docker's own client takes an address beside the port, its wrapper names the port alone.
    container.ports["1883/tcp"] = ("127.0.0.1", port)  # type: ignore[assignment]
    with container:
        yield

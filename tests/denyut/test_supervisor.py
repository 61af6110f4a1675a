"""What systemd hears, on a real socket."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from denyut.supervisor import Supervisor


@pytest.fixture
def ear(tmp_path: Path) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind(str(tmp_path / "notify"))
        listening.setblocking(False)
        yield listening


def heard(ear: socket.socket) -> list[str]:
    messages = []
    while True:
        try:
            messages.append(ear.recv(100).decode())
        except BlockingIOError:
            return messages


def test_it_is_told_when_the_run_is_ready_and_when_it_stops(ear: socket.socket) -> None:
    supervisor = Supervisor({"NOTIFY_SOCKET": ear.getsockname()})
    supervisor.ready()
    supervisor.alive()
    supervisor.stopping()
    assert heard(ear) == ["READY=1", "STOPPING=1"]


def test_a_watchdog_of_30_s_is_told_every_15_s(ear: socket.socket) -> None:
    now = [100.0]
    supervisor = Supervisor({"NOTIFY_SOCKET": ear.getsockname(), "WATCHDOG_USEC": "30000000"}, lambda: now[0])
    for tick in range(61 * 4):
        now[0] = 100.0 + tick / 4
        supervisor.alive()
    assert heard(ear) == ["WATCHDOG=1"] * 5


def test_a_name_of_the_abstract_namespace_is_understood() -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind("")
        listening.setblocking(False)
        name = listening.getsockname().decode()
        assert name[0] == "\0"
        Supervisor({"NOTIFY_SOCKET": "@" + name[1:]}).ready()
        assert heard(listening) == ["READY=1"]


@pytest.mark.parametrize("environment", [{}, {"NOTIFY_SOCKET": "/nowhere/at/all", "WATCHDOG_USEC": "soon"}])
def test_where_nobody_listens_nothing_happens(environment: dict[str, str]) -> None:
    supervisor = Supervisor(environment)
    supervisor.ready()
    supervisor.alive()
    supervisor.stopping()

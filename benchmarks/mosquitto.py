"""A real Mosquitto of our own: 127.0.0.1, a free port, nothing kept, no limit on what waits for a subscriber."""

import shutil
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.processes import BROKER_CORE, Child, wait_until

CONFIGURATION = """\
listener {port} 127.0.0.1
allow_anonymous true
persistence false
max_queued_messages 0
max_inflight_messages 0
log_type error
"""


def find_mosquitto() -> str | None:
    return shutil.which("mosquitto") or shutil.which("mosquitto", path="/usr/sbin:/usr/local/sbin")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@contextmanager
def mosquitto(program: str, directory: Path, more: str = "") -> Iterator[tuple[Child, int]]:
    port = free_port()
    file = directory / "mosquitto.conf"
    file.write_text(CONFIGURATION.format(port=port) + more, encoding="utf-8")
    with Child([program, "-c", str(file)], BROKER_CORE, directory / "mosquitto.log") as broker:
        wait_until(lambda: listens(port), 10, f"Mosquitto on port {port}")
        yield broker, port

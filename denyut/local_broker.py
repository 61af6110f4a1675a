"""An MQTT 5 broker of this machine alone: Mosquitto where it is installed, else the embedded one (iotcore)."""

import os
import shutil
import socket
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from config.language import N_
from denyut.children import Child, start_child
from denyut.told_error import ToldError

_START_TIMEOUT_S = 15.0
_POLL_S = 0.05

# Started by root it would change its user, and so forget that it ends with its parent; without effect for others.
_MOSQUITTO = """\
user root
listener {port} 127.0.0.1
allow_anonymous true
persistence false
max_queued_messages 0
max_inflight_messages 0
log_type error
log_type warning
"""

# The embedded broker offers MQTT 5 and a listening address only through its own configuration file.
_RUMQTTD = """\
id = 0

[router]
id = 0
max_connections = 64
max_outgoing_packet_count = 200
max_segment_size = 10485760
max_segment_count = 10

[v5.1]
name = "local"
listen = "127.0.0.1:{port}"
next_connection_delay_ms = 1

[v5.1.connections]
connection_timeout_ms = 60000
max_payload_size = 1048576
max_inflight_count = 1000
dynamic_filters = true
"""


class PortTakenError(ToldError):
    """A port that cannot be listened on; the message is one sentence for a person."""


@dataclass
class LocalBroker:
    program: str
    """ "mosquitto" or "iotcore"."""
    port: int
    child: Child

    @property
    def url(self) -> str:
        return f"mqtt://127.0.0.1:{self.port}"

    def stop(self) -> None:
        self.child.stop(timeout_s=5.0)


def find_mosquitto() -> Path | None:
    """Debian installs it outside the PATH of ordinary users."""
    found = shutil.which("mosquitto") or shutil.which("mosquitto", path="/usr/sbin:/usr/local/sbin")
    return Path(found) if found else None


def start_broker(directory: Path, port: int | None = None, mosquitto: Path | None = None) -> LocalBroker:
    """Start a broker on 127.0.0.1, at a free port unless one is given; its files go to `directory`.

    `mosquitto` is the program; without it the embedded broker serves. Raises PortTakenError, and
    ChildError when the broker does not come up.
    """
    directory.mkdir(parents=True, exist_ok=True)
    port = port or free_port()
    _require_free(port)
    program = "mosquitto" if mosquitto else "iotcore"
    configuration = directory / ("mosquitto.conf" if mosquitto else "rumqttd.toml")
    configuration.write_text((_MOSQUITTO if mosquitto else _RUMQTTD).format(port=port))
    # The embedded broker logs every packet as an error; what really ends it comes as an exception.
    embedded: list[str | Path] = [sys.executable, "-m", "iotcore", "--log-level", "CRITICAL", "--config", configuration]
    command: list[str | Path] = [mosquitto, "-c", configuration] if mosquitto else embedded
    name = N_("the broker (mosquitto)") if mosquitto else N_("the broker (iotcore)")
    broker = LocalBroker(program, port, start_child(name, command, directory / "broker.log"))
    _await_listening(broker)
    return broker


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def _require_free(port: int) -> None:
    try:
        socket.create_server(("127.0.0.1", port)).close()
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno else str(error)
        words = N_("port {port} of 127.0.0.1 cannot be used: {reason}")
        raise PortTakenError(words, port=port, reason=reason) from error


def _await_listening(broker: LocalBroker) -> None:
    deadline = time.monotonic() + _START_TIMEOUT_S
    while broker.child.running and time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", broker.port), timeout=1).close()
        except OSError:
            time.sleep(_POLL_S)
        else:
            return
    failure = broker.child.failure()
    broker.stop()
    raise failure

"""A load over some connections, one of which the broker refuses."""

import socket
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from ingest.mqtt.options import ConnectionOptions
from simulators.load.load import Load
from simulators.load.opening import LaneError
from simulators.load.storms import Storms

CONNECTED, UNAVAILABLE = b"\x20\x02\x00\x00", b"\x20\x02\x00\x03"
NOTHING: Any = None
"""No frame is ever sent."""


def left_open(server: socket.socket) -> int:
    """Takes the first connection and refuses the second; how many of both the other side has not closed since."""
    taken = []
    for answer in (CONNECTED, UNAVAILABLE):
        connection, _ = server.accept()
        connection.settimeout(5)
        connection.recv(1024)
        connection.sendall(answer)
        taken.append(connection)
    still = 0
    for connection in taken:
        with connection:
            try:
                still += connection.recv(1) != b""
            except TimeoutError:
                still += 1
    return still


def test_when_a_later_connection_is_refused_the_earlier_ones_are_closed() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, ThreadPoolExecutor(1) as broker:
        open_ones = broker.submit(left_open, server)
        options = ConnectionOptions("load", "127.0.0.1", server.getsockname()[1], "load", ())
        load = Load(NOTHING, NOTHING, 1.0, lambda: False, Storms(None))
        with pytest.raises(LaneError, match="refused the connection: not available"):
            next(load.run(options, 3))
        assert open_ones.result(20) == 0

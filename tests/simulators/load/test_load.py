"""A load over some connections, with a broker that refuses some of them, and a machine that falls behind."""

import json
import socket
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from ingest.mqtt.frames import split
from ingest.mqtt.options import ConnectionOptions
from simulators.load.frames import Frames
from simulators.load.load import Load
from simulators.load.opening import LaneError
from simulators.load.rates import parse_rates
from simulators.load.storms import Storms

CONNECTED, UNAVAILABLE = b"\x20\x02\x00\x00", b"\x20\x02\x00\x03"
NOTHING: Any = None
"""No frame is ever sent."""
PAYLOADS = [b'{"ts":1800000000%03d,"seq":%d}' % (place, 1000 + place) for place in range(50)]
TOPICS = [f"city/k/air/A{place}" for place in range(50)]


@contextmanager
def broker(listens: Callable[[socket.socket], Any]) -> Iterator[tuple[ConnectionOptions, Any]]:
    """What a load needs to reach it, and the future of what it gives back."""
    with socket.create_server(("127.0.0.1", 0)) as server, ThreadPoolExecutor(1) as thread:
        options = ConnectionOptions("load", "127.0.0.1", server.getsockname()[1], "load", (), qos=0)
        yield options, thread.submit(listens, server)


def accepted(server: socket.socket, answer: bytes) -> socket.socket:
    connection, _ = server.accept()
    connection.settimeout(10)
    connection.recv(1024)
    connection.sendall(answer)
    return connection


def left_open(server: socket.socket) -> int:
    """Takes the first connection and refuses the second; how many of both the other side has not closed since."""
    taken = [accepted(server, answer) for answer in (CONNECTED, UNAVAILABLE)]
    still = 0
    for connection in taken:
        with connection:
            try:
                still += connection.recv(1) != b""
            except TimeoutError:
                still += 1
    return still


def heard(connection: socket.socket) -> list[dict[str, int]]:
    """Until the other side closes it."""
    data = bytearray()
    with connection:
        while part := connection.recv(1 << 20):
            data += part
    return [json.loads(payload) for payload in split(bytes(data), 4, 1 << 20).payloads]


def test_when_a_later_connection_is_refused_the_earlier_ones_are_closed() -> None:
    with broker(left_open) as (options, open_ones):
        load = Load(NOTHING, NOTHING, 1.0, lambda: False, Storms(None))
        with pytest.raises(LaneError, match="refused the connection: not available"):
            next(load.run(options, 3))
        assert open_ones.result(20) == 0


def test_where_the_machine_falls_behind_each_message_says_when_it_was_due() -> None:
    naps = iter([0.5])

    def busy_for_a_while() -> bool:
        time.sleep(next(naps, 0.0))
        return False

    with broker(lambda server: heard(accepted(server, CONNECTED))) as (options, came):
        load = Load(Frames(TOPICS, PAYLOADS, 0), parse_rates("1k"), 1.0, busy_for_a_while, Storms(None))
        *_, last = load.run(options, 1)
        readings = came.result(20)
    assert (last.wanted, last.sent, last.done) == (1000, 1000, 1000)
    assert load.place == (20, 0)
    assert np.diff([reading["ts"] for reading in readings]).tolist() == pytest.approx([1] * 999, abs=1)
    assert [reading["seq"] for reading in readings[::50]] == [1000 + number for number in range(20)]


def refuses_once(server: socket.socket) -> list[list[dict[str, int]]]:
    first = heard(accepted(server, CONNECTED))
    accepted(server, UNAVAILABLE).close()
    return [first, heard(accepted(server, CONNECTED))]


def test_one_that_is_refused_after_a_storm_tries_again_after_a_second_and_nothing_is_forgotten() -> None:
    storms = Storms(0.5)
    with broker(refuses_once) as (options, came):
        load = Load(Frames(TOPICS, PAYLOADS, 0), parse_rates("200"), 0.9, lambda: False, storms)
        *_, last = load.run(options, 1)
        before, after = came.result(20)
    assert (last.sent, last.done, last.connected) == (180, 180, 1)
    assert len(before) + len(after) == 180
    (storm,) = storms.passed
    assert (storm.connections, storm.failures) == (1, 1)
    assert 0.5 <= storm.began_s < storm.began_s + 1.0 <= storm.began_s + (storm.back_s or 0.0)


def never_there_again(server: socket.socket) -> None:
    connection = accepted(server, CONNECTED)
    server.close()
    heard(connection)


def test_a_load_whose_broker_never_comes_back_after_a_storm_ends_after_a_grace(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("simulators.load.load._GRACE_S", 1.0)
    with broker(never_there_again) as (options, _):
        load = Load(Frames(TOPICS, PAYLOADS, 0), parse_rates("200"), 0.9, lambda: False, Storms(0.5))
        *_, last = load.run(options, 1)
    assert (last.wanted, last.connected) == (180, 0)
    assert 0 < last.sent < 180
    assert 1.9 <= last.seconds < 5.0


def closes_after_a_while(server: socket.socket) -> None:
    connection = accepted(server, CONNECTED)
    time.sleep(0.3)
    connection.close()


def test_a_broker_that_closes_without_a_storm_ends_the_load_after_a_word_on_how_far_it_came() -> None:
    with broker(closes_after_a_while) as (options, _):
        load = Load(Frames(TOPICS, PAYLOADS, 1), parse_rates("100"), 5.0, lambda: False, Storms(None))
        run = load.run(replace(options, qos=1), 1)
        last = next(run)
        with pytest.raises(LaneError, match=r"^127\.0\.0\.1:\d+"):
            next(run)
    assert 0.3 <= last.seconds < 3.0
    assert (last.done, last.connected) == (0, 0)
    assert 20 <= last.sent <= last.wanted < 300


def test_a_load_that_is_stopped_has_due_what_was_until_then() -> None:
    until = time.monotonic() + 0.5
    with broker(lambda server: heard(accepted(server, CONNECTED))) as (options, _):
        load = Load(
            Frames(TOPICS, PAYLOADS, 0), parse_rates("100"), 60.0, lambda: time.monotonic() > until, Storms(None)
        )
        *_, last = load.run(options, 1)
    assert last.wanted == last.sent == last.done
    assert 20 <= last.sent <= 50

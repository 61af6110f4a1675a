"""A connection that is lost on the way: what the other side gets over both, by socket pairs."""

import socket
from collections.abc import Iterator

import numpy as np
import pytest
from numpy.typing import NDArray

from ingest.mqtt.frames import Frames, split
from simulators.load.frames import Frames as Laid
from simulators.load.lane import Lane
from simulators.load.opening import LaneError

PAYLOADS = [b'{"ts":1800000000%03d,"seq":%d}' % (place, place) for place in range(50)]
TOPICS = ["city/k/air/A1"] * len(PAYLOADS)
PUBACK = b"\x40\x02\x00\x00"


@pytest.fixture
def pair() -> Iterator[tuple[socket.socket, socket.socket]]:
    with Pair() as ends:
        yield ends


class Pair:
    """Both ends of a connection; the first is the client's and does not wait."""

    def __enter__(self) -> tuple[socket.socket, socket.socket]:
        self._ends = socket.socketpair()
        self._ends[0].setblocking(False)
        self._ends[1].settimeout(5)
        return self._ends

    def __exit__(self, *_error: object) -> None:
        for end in self._ends:
            end.close()


def laid(qos: int) -> tuple[memoryview, NDArray[np.int64]]:
    frames = Laid(TOPICS, PAYLOADS, qos)
    if qos:
        frames.number(0, len(frames), 1)
    return memoryview(frames.data), frames.starts


def heard(server: socket.socket) -> Frames:
    return split(server.recv(1 << 20), 4, 1 << 20)


def test_what_was_not_acknowledged_goes_out_again_and_says_so(pair: tuple[socket.socket, socket.socket]) -> None:
    client, server = pair
    lane = Lane(qos=1, most=100, address="here")
    lane.resume(client)
    lane.send(*laid(1))
    assert heard(server).packet_ids.tolist() == list(range(1, 51))
    server.sendall(PUBACK * 30 + PUBACK[:2])
    lane.receive()
    assert (lane.sent, lane.done, lane.room) == (50, 30, 80)
    lane.drop()
    assert lane.room == 0
    with Pair() as (again, server_again):
        lane.resume(again)
        lane.flush()
        found = heard(server_again)
        assert found.packet_ids.tolist() == list(range(31, 51))
        assert found.again.all()
        server_again.sendall(PUBACK * 20)
        lane.receive()
    assert (lane.sent, lane.done, lane.again) == (50, 50, 20)


def test_what_the_socket_had_not_begun_to_take_is_no_duplicate() -> None:
    with Pair() as (client, _):
        client.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1)
        lane = Lane(qos=1, most=10_000, address="here")
        lane.resume(client)
        frames, starts = laid(1)
        for _ in range(200):
            lane.send(frames, starts)
        assert lane.busy
        lane.drop()
    with Pair() as (again, server):
        lane.resume(again)
        data = bytearray()
        while lane.busy:
            lane.flush()
            data += server.recv(1 << 20)
    found = split(bytes(data), 4, 1 << 20)
    assert found.packet_ids.tolist() == list(range(1, 51)) * 200
    assert 0 < lane.again < 10_000
    assert found.again.tolist() == [True] * lane.again + [False] * (10_000 - lane.again)


def test_at_qos_0_a_message_that_broke_off_goes_out_again_whole_and_none_before_it() -> None:
    taken = bytearray()
    with Pair() as (client, server):
        client.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1)
        lane = Lane(qos=0, most=10_000, address="here")
        lane.resume(client)
        for _ in range(200):
            lane.send(*laid(0))
        lane.drop()
        while part := server.recv(1 << 20):
            taken += part
    whole = split(bytes(taken), 4, 1 << 20)
    with Pair() as (again, server):
        lane.resume(again)
        rest = bytearray()
        while lane.busy:
            lane.flush()
            rest += server.recv(1 << 20)
    assert [*whole.payloads, *split(bytes(rest), 4, 1 << 20).payloads] == PAYLOADS * 200
    assert (lane.sent, lane.done, lane.again) == (10_000, 10_000, int(whole.consumed < len(taken)))


def test_a_broker_that_closes_is_named(pair: tuple[socket.socket, socket.socket]) -> None:
    client, server = pair
    lane = Lane(qos=1, most=100, address="broker.example:1883")
    lane.resume(client)
    server.close()
    with pytest.raises(LaneError, match=r"^broker.example:1883 closed the connection$"):
        lane.receive()

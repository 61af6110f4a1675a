import logging

import numpy as np
import pytest

from storage.line_bodies import FOUND_ONE_BY_ONE, LINES_PER_BODY, LineWriter
from storage.points import PointBatch, SeriesTable
from storage.store import PointsRefused, StoreRefused, StoreUnavailable


def points(count: int, device: str = "d") -> PointBatch:
    table = SeriesTable()
    series = np.full(count, table.index("window", {"device": device}), dtype=np.int32)
    return PointBatch(table, series, np.arange(count), {"x": np.ones(count)})


def test_many_points_go_in_several_bodies() -> None:
    bodies: list[bytes] = []
    assert LineWriter(bodies.append).write([points(LINES_PER_BODY), points(3)]) == LINES_PER_BODY + 3
    assert [body.count(b"\n") + 1 for body in bodies] == [LINES_PER_BODY, 3]


def test_a_body_too_large_goes_in_halves_and_in_order() -> None:
    bodies: list[bytes] = []

    def send(body: bytes) -> None:
        if len(body) > 60:
            raise StoreRefused("too_large", "at most 60 bytes")
        bodies.append(body)

    assert LineWriter(send).write([points(10)]) == 10
    assert b"\n".join(bodies).split(b"\n") == [b"window,device=d x=1.0 %d" % time for time in range(10)]


class Server:
    """Takes a body only if none of its lines has a guilty time; counts its requests."""

    def __init__(self, *guilty: int) -> None:
        self.guilty = {b" %d" % time for time in guilty}
        self.taken: list[bytes] = []
        self.requests = 0

    def __call__(self, body: bytes) -> None:
        self.requests += 1
        lines = body.split(b"\n")
        for line in lines:
            if line[line.rindex(b" ") :] in self.guilty:
                raise StoreRefused("invalid", f"unable to parse {line.decode()!r}")
        self.taken += lines


def test_only_the_points_at_fault_are_refused_each_with_the_servers_words() -> None:
    server = Server(7, 4_100, LINES_PER_BODY + 1)
    with pytest.raises(PointsRefused, match="unable to parse") as refusal:
        LineWriter(server).write([points(LINES_PER_BODY + 3)])
    assert refusal.value.reason == "invalid"
    assert refusal.value.written == LINES_PER_BODY
    assert refusal.value.lines == [
        (b"window,device=d x=1.0 7", "unable to parse 'window,device=d x=1.0 7'"),
        (b"window,device=d x=1.0 4100", "unable to parse 'window,device=d x=1.0 4100'"),
        (b"window,device=d x=1.0 5001", "unable to parse 'window,device=d x=1.0 5001'"),
    ]
    assert len(server.taken) == LINES_PER_BODY
    assert server.requests <= 1 + 2 * 2 * 13 + 1 + 2 * 2, "halving finds each in about 2 log2(n) requests"


def test_where_all_is_refused_requests_do_not_outnumber_points() -> None:
    server = Server(*range(4 * LINES_PER_BODY))
    with pytest.raises(PointsRefused) as refusal:
        LineWriter(server).write([points(4 * LINES_PER_BODY)])
    assert (refusal.value.written, len(refusal.value.lines)) == (0, 4 * LINES_PER_BODY)
    assert [line for line, _ in refusal.value.lines] == [
        b"window,device=d x=1.0 %d" % time for time in range(4 * LINES_PER_BODY)
    ]
    assert server.requests < 3 * FOUND_ONE_BY_ONE


def test_a_single_line_too_large_for_the_server_is_refused_and_its_neighbours_are_not() -> None:
    taken: list[bytes] = []

    def send(body: bytes) -> None:
        if len(body) > 200:
            raise StoreRefused("too_large", "at most 200 bytes")
        taken.append(body)

    with pytest.raises(PointsRefused, match="at most 200 bytes") as refusal:
        LineWriter(send).write([points(3), points(1, "d" * 200), points(3)])
    assert (refusal.value.reason, refusal.value.written) == ("too_large", 6)
    assert [message for _, message in refusal.value.lines] == ["at most 200 bytes"]
    assert b"\n".join(taken).count(b"device=d ") == 6


def test_a_wrong_token_ends_the_writing_at_once() -> None:
    bodies: list[bytes] = []

    def send(body: bytes) -> None:
        bodies.append(body)
        raise StoreRefused("unauthorized", "no")

    with pytest.raises(StoreRefused) as refusal:
        LineWriter(send).write([points(LINES_PER_BODY + 1)])
    assert not refusal.value.concerns_points
    assert len(bodies) == 1


def test_a_server_that_goes_away_ends_the_writing() -> None:
    def send(_: bytes) -> None:
        raise StoreUnavailable("gone")

    with pytest.raises(StoreUnavailable, match="gone"):
        LineWriter(send).write([points(1)])


def test_what_line_protocol_cannot_carry_is_counted_and_said_once(caplog: pytest.LogCaptureFixture) -> None:
    bodies: list[bytes] = []
    writer = LineWriter(bodies.append)
    with caplog.at_level(logging.WARNING):
        for _ in range(3):
            assert writer.write([points(2, "line\nbreak")]) == 0
    assert (writer.dropped, bodies, len(caplog.records)) == ({"unwritable_series": 6}, [], 1)


def test_what_is_sent_again_is_not_counted_again() -> None:
    troubles: list[StoreUnavailable] = [StoreUnavailable("away")]

    def send(_: bytes) -> None:
        if troubles:
            raise troubles.pop()

    writer = LineWriter(send)
    with pytest.raises(StoreUnavailable):
        writer.write([points(3), points(2, "line\nbreak")])
    assert writer.write([points(3), points(2, "line\nbreak")]) == 3
    assert writer.dropped == {"unwritable_series": 2}

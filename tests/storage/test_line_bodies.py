import logging

import numpy as np
import pytest

from storage.line_bodies import LINES_PER_BODY, LineWriter
from storage.points import PointBatch, SeriesTable
from storage.store import StoreRefused, StoreUnavailable


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


def test_invalid_points_do_not_keep_the_next_body_from_the_server() -> None:
    bodies: list[bytes] = []

    def send(body: bytes) -> None:
        bodies.append(body)
        if len(bodies) == 1:
            raise StoreRefused("invalid", "field type conflict")

    with pytest.raises(StoreRefused, match="field type conflict"):
        LineWriter(send).write([points(LINES_PER_BODY + 1)])
    assert len(bodies) == 2


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

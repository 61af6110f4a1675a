"""Whatever is asked, the answer is a sentence, never a failure."""

import asyncio
import json
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from dashboard.http.app import pages
from tests.dashboard.http.alert_city import OPERATOR, City, city, sent
from tests.dashboard.http.serving import Answer, serving

TEXTS = ["", "x", "-1", "99999999999999999999", "NaN", "1e9", "%00", "%FF", "null", "[]", "a" * 3000, "100000d"]
VALUES: list[Any] = [None, 0, -1, 2**64, 1e308, "", "x" * 5000, "\0", "\ud83d", [], {}, [[]], True, "1ms", ["x"] * 99]
SENSE = {"for": "1h", "who": "ops", "why": "x", "to": "ayu", "actuator": "sign", "command": "full", "zones": ["kota"]}


@pytest.fixture
def made(tmp_path: Path) -> Iterator[City]:
    with city(tmp_path) as built:
        built.fire()
        yield built


def all_questions(made: City, port: int) -> Iterator[tuple[str, Answer]]:
    """Each parameter of each query, and each key of each body, with each of the values above."""
    for page in pages(made.sources(), "1.2.3"):
        path = page.path.replace("{number}", "1").replace("{id:path}", "full")
        if page.method == "POST":
            keys = page.body.__struct_encode_fields__
            sense = {key: value for key, value in SENSE.items() if key in keys}
            for key in keys:
                for value in VALUES:
                    yield f"{path} {key}={value!r}", sent(port, path, {**sense, key: value})
        else:
            for parameter in page.query:
                for text in TEXTS:
                    yield f"{path}?{parameter.name}={text}", sent(port, f"{path}?{parameter.name}={text}")


def test_no_value_anywhere_brings_a_failure(made: City) -> None:
    async def scene() -> list[tuple[str, Answer]]:
        async with serving(made.sources(), guard=made.guard()) as port:
            return await asyncio.to_thread(lambda: list(all_questions(made, port)))

    found = asyncio.run(scene())
    assert len(found) > 800
    assert {question: answer.body for question, answer in found if answer.status >= 500} == {}
    for question, answer in found:
        if answer.status != 200:
            error = answer.json["error"]
            assert 0 < len(error) < 500, question
            assert "\n" not in error


@pytest.mark.parametrize("body", [b'{"who": "ay', b""])
def test_a_body_that_does_not_come_to_its_end_ends_its_connection(
    made: City, body: bytes, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("dashboard.http.connection.REQUEST_S", 0.3)
    head = f"POST /api/alerts/1/acknowledge HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {OPERATOR}\r\n"
    head += "Content-Type: application/json\r\nContent-Length: 100\r\n\r\n"

    def talk(port: int) -> bytes:
        with socket.create_connection(("127.0.0.1", port), timeout=5) as talking:
            talking.sendall(head.encode() + body)
            try:
                return talking.recv(4096)
            except ConnectionResetError:
                return b""

    async def scene() -> bytes:
        async with serving(made.sources(), guard=made.guard()) as port:
            return await asyncio.to_thread(talk, port)

    assert asyncio.run(scene()) == b""
    assert made.desk.book.alerts[0].acknowledged_ns is None
    assert caplog.text == ""


def test_a_body_in_pieces_is_taken(made: City) -> None:
    said = json.dumps({"who": "ayu"}).encode()
    head = f"POST /api/alerts/1/acknowledge HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {OPERATOR}\r\n"
    head += f"Content-Type: application/json; charset=utf-8\r\nContent-Length: {len(said)}\r\n\r\n"

    def talk(port: int) -> bytes:
        with socket.create_connection(("127.0.0.1", port), timeout=5) as talking:
            for piece in (head.encode(), said[:3], said[3:]):
                talking.sendall(piece)
            return talking.recv(4096)

    async def scene() -> bytes:
        async with serving(made.sources(), guard=made.guard()) as port:
            return await asyncio.to_thread(talk, port)

    assert asyncio.run(scene()).startswith(b"HTTP/1.1 200 OK")
    assert made.desk.book.alerts[0].acknowledged_by == "ayu"

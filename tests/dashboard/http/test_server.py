"""The server stops in time, and no request floods the log."""

import asyncio
import http.client
import logging
import socket
import time
from collections.abc import AsyncIterator
from contextlib import ExitStack, suppress
from dataclasses import replace

import pytest

from dashboard.http import connection, server
from dashboard.http.access import HEADERS
from dashboard.http.app import Sources
from dashboard.http.device_lines import DeviceLines
from dashboard.http.server import MOST_CONNECTIONS
from ingest.devices import DeviceTable
from ingest.ledger import Ledger
from tests.dashboard.http.serving import Answer, asked, serving, sources

LIMIT_S = 1.0


class Endless(DeviceLines):
    async def stream(self) -> AsyncIterator[str]:
        while True:
            yield "x" * 65_536
            await asyncio.sleep(0)


def endless() -> Sources:
    return replace(sources(), devices=Endless(DeviceTable(), Ledger()))


def test_it_stops_within_a_second_while_somebody_reads_slowly(caplog: pytest.LogCaptureFixture) -> None:
    async def scene() -> float:
        async with serving(endless()) as port:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(b"GET /metrics/devices HTTP/1.1\r\nHost: x\r\n\r\n")
            await reader.read(1000)
            began = time.monotonic()
        took = time.monotonic() - began
        writer.close()
        return took

    assert asyncio.run(scene()) < LIMIT_S
    assert caplog.records == []


def test_it_stops_within_a_second_while_a_connection_says_nothing() -> None:
    async def scene() -> float:
        async with serving(sources()) as port:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
            kept = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            await asyncio.to_thread(kept.request, "GET", "/healthz")
            await asyncio.to_thread(lambda: kept.getresponse().read())
            began = time.monotonic()
        took = time.monotonic() - began
        writer.close()
        kept.close()
        return took

    assert asyncio.run(scene()) < LIMIT_S


def test_after_the_stop_the_port_is_free_again() -> None:
    async def scene() -> int:
        async with serving(sources()) as port:
            assert (await asyncio.to_thread(asked, port, "/healthz")).status == 200
        return port

    port = asyncio.run(scene())
    with pytest.raises(ConnectionRefusedError):
        asked(port, "/healthz")


def test_what_is_no_http_is_400_and_makes_no_line_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    async def scene() -> bytes:
        async with serving(sources()) as port:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(b"\x16\x03\x01 hello\r\n\r\n")
            answer = await reader.read()
            writer.close()
            return answer

    assert asyncio.run(scene()).startswith(b"HTTP/1.1 400 ")
    assert caplog.records == []


def test_more_connections_than_it_serves_are_told_so() -> None:
    async def scene() -> int:
        async with serving(sources()) as port:
            held = [await asyncio.open_connection("127.0.0.1", port) for _ in range(MOST_CONNECTIONS)]
            status = (await asyncio.to_thread(asked, port, "/healthz")).status
            for _, writer in held:
                writer.close()
            return status

    assert asyncio.run(scene()) == 503


def end_of(talk: socket.socket) -> bytes:
    """What comes before the connection is closed."""
    talk.settimeout(LIMIT_S)
    said = b""
    with suppress(ConnectionResetError):
        while data := talk.recv(4096):
            said += data
    return said


def test_connections_far_beyond_that_are_closed_at_once() -> None:
    async def scene() -> bytes:
        async with serving(sources()) as port:
            with ExitStack() as stack:
                for _ in range(connection.MOST_OPEN):
                    stack.enter_context(socket.create_connection(("127.0.0.1", port)))
                last = stack.enter_context(socket.create_connection(("127.0.0.1", port)))
                return await asyncio.to_thread(end_of, last)

    assert asyncio.run(scene()) == b""


@pytest.mark.parametrize("before", [b"", b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"])
@pytest.mark.parametrize("begun", [b"", b"GET /healthz HT"])
def test_a_request_that_does_not_come_to_its_end_ends_its_connection(
    before: bytes, begun: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "_IDLE_S", 0.3)
    monkeypatch.setattr(connection, "REQUEST_S", 0.3)

    def talk(port: int) -> bytes:
        with socket.create_connection(("127.0.0.1", port)) as talking:
            talking.sendall(before)
            answer = talking.recv(4096) if before else b""
            talking.sendall(begun)
            end_of(talking)
        return answer

    async def scene() -> bytes:
        async with serving(sources()) as port:
            return await asyncio.to_thread(talk, port)

    assert asyncio.run(scene()).startswith(b"HTTP/1.1 200 OK" if before else b"")


def test_a_figure_that_fails_is_a_500_and_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    def broken() -> dict[str, object]:
        raise RuntimeError("no figures today")

    async def scene() -> Answer:
        async with serving(replace(sources(), figures=broken)) as port:
            answer = await asyncio.to_thread(asked, port, "/metrics")
            assert (await asyncio.to_thread(asked, port, "/healthz")).status == 200
            return answer

    with caplog.at_level(logging.ERROR):
        answer = asyncio.run(scene())
    assert (answer.status, answer.json) == (500, {"error": "a mistake of Denyut; its log says more"})
    assert {name: answer.headers.get(name.lower()) for name in HEADERS} == HEADERS
    assert "no figures today" in caplog.text

"""What those who listen hear, what they hear after they were away, and who is cut."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from dashboard.http.event_stream import MOST_CLIENTS, EventStream
from tests.dashboard.http.alert_city import MONITOR, OPERATOR, City, city, sent
from tests.dashboard.http.serving import ask, serving, sources

Event = tuple[int, str, Any]
"""Number, name, content."""


class Listener:
    def __init__(self, reader: asyncio.StreamReader) -> None:
        self._reader = reader

    async def event(self) -> Event:
        """The next one; heartbeats are none."""
        while (text := await self.chunk()).startswith(":"):
            pass
        (event,) = events_in(text)
        return event

    async def chunk(self) -> str:
        return (await self._chunk()).decode()

    async def ended(self) -> bool:
        return await self._chunk() == b""

    async def _chunk(self) -> bytes:
        size = int(await asyncio.wait_for(self._reader.readline(), 5), 16)
        return (await self._reader.readexactly(size + 2))[:-2]


def events_in(text: str) -> list[Event]:
    found = []
    for block in text.strip().split("\n\n"):
        number, name, data = (line.partition(": ")[2] for line in block.splitlines())
        found.append((int(number), name, json.loads(data)))
    return found


@asynccontextmanager
async def listening(port: int, last: str | None = None, token: str = MONITOR) -> AsyncIterator[Listener]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    headers = ["Host: localhost", f"Authorization: Bearer {token}", *([f"Last-Event-ID: {last}"] if last else [])]
    writer.write("\r\n".join(["GET /api/events HTTP/1.1", *headers, "", ""]).encode())
    await writer.drain()
    try:
        head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 5)
        assert head.startswith(b"HTTP/1.1 200"), head
        assert b"text/event-stream" in head
        assert b"x-accel-buffering: no" in head.lower()
        yield Listener(reader)
    finally:
        writer.close()


def scene_of(stream: EventStream) -> Any:
    return serving(replace(sources(), apis=(stream,)), MONITOR)


def test_a_listener_hears_where_it_begins_and_then_each_change() -> None:
    async def scene() -> list[Event]:
        stream = EventStream(41)
        async with scene_of(stream) as port, listening(port) as listener:
            begin = await listener.event()
            stream.tell(42, [("alert", {"what": "firing"}), ("command", {"what": "decided"})])
            text = await listener.chunk()
            stream.tell(57, [("alert", {"what": "resolved"})])
            return [begin, *events_in(text), await listener.event()]

    assert asyncio.run(scene()) == [
        (42_000, "begin", {"newest": 42_000}),
        (42_001, "alert", {"what": "firing"}),
        (42_002, "command", {"what": "decided"}),
        (57_001, "alert", {"what": "resolved"}),
    ]


def test_who_was_away_hears_what_it_missed() -> None:
    async def scene() -> str:
        stream = EventStream()
        for offset in range(5):
            stream.tell(offset, [("alert", {"offset": offset})])
        async with scene_of(stream) as port, listening(port, last="2001") as listener:
            return await listener.chunk()

    assert events_in(asyncio.run(scene())) == [(3001, "alert", {"offset": 3}), (4001, "alert", {"offset": 4})]


def test_who_missed_nothing_hears_nothing_but_that_it_listens() -> None:
    async def scene() -> str:
        stream = EventStream()
        stream.tell(0, [("alert", {})])
        async with scene_of(stream) as port, listening(port, last="1") as listener:
            return await listener.chunk()

    assert asyncio.run(scene()) == ": alive\n\n"


@pytest.mark.parametrize("last", ["5999", "998", "99999999", "9" * 30, "-1", "x", "\u0663"])
def test_who_was_away_too_long_or_elsewhere_is_to_ask_for_everything_again(last: str) -> None:
    """Its events are gone: this run began after them, or has never had them."""

    async def scene() -> Event:
        stream = EventStream(5)
        stream.tell(6, [("alert", {})])
        async with scene_of(stream) as port, listening(port, last=last.encode().decode("latin-1")) as listener:
            return await listener.event()

    assert asyncio.run(scene()) == (6001, "begin", {"newest": 6001})


def test_an_entry_that_is_applied_again_is_told_once() -> None:
    stream = EventStream()
    for _ in range(2):
        stream.tell(3, [("alert", {}), ("alert", {})])
    assert stream.newest == 3002


def test_only_the_newest_are_kept_for_who_comes_back() -> None:
    async def scene() -> tuple[Event, str]:
        stream = EventStream()
        for offset in range(2_100):
            stream.tell(offset, [("alert", {"offset": offset})])
        async with scene_of(stream) as port:
            async with listening(port, last="98001") as listener:
                gone = await listener.event()
            async with listening(port, last="2098001") as listener:
                return gone, await listener.chunk()

    gone, missed = asyncio.run(scene())
    assert gone == (2_099_001, "begin", {"newest": 2_099_001})
    assert events_in(missed) == [(2_099_001, "alert", {"offset": 2_099})]


def test_silence_is_broken_by_a_heartbeat(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dashboard.http.event_stream.HEARTBEAT_S", 0.05)

    async def scene() -> list[str]:
        async with scene_of(EventStream()) as port, listening(port) as listener:
            return [await listener.chunk() for _ in range(3)][1:]

    assert asyncio.run(scene()) == [": alive\n\n"] * 2


def test_who_takes_nothing_is_cut_and_the_others_hear_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dashboard.http.connection.STALLED_S", 0.3)

    async def scene() -> tuple[int, bool]:
        stream = EventStream()
        async with scene_of(stream) as port:
            asleep = socket.create_connection(("127.0.0.1", port))
            asleep.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            asleep.sendall(f"GET /api/events HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {MONITOR}\r\n\r\n".encode())
            async with listening(port) as awake:
                await awake.event()
                for offset in range(300):
                    stream.tell(offset, [("alert", {"text": "x" * 50_000})])
                    while offset * 1000 + 1 not in [number for number, _, _ in events_in(await awake.chunk())]:
                        pass
                deadline = asyncio.get_running_loop().time() + 5
                while len(stream) > 1 and asyncio.get_running_loop().time() < deadline:
                    await asyncio.sleep(0.05)
                left = len(stream)
                stream.tell(1_000, [("alert", {})])
                heard = (await awake.event())[0] == 1_000_001
            asleep.close()
            return left, heard

    assert asyncio.run(scene()) == (1, True)


def test_a_listener_with_too_much_to_come_is_ended() -> None:
    async def scene() -> bool:
        stream = EventStream()
        async with scene_of(stream) as port, listening(port) as listener:
            await listener.event()
            for offset in range(600):
                stream.tell(offset, [("alert", {})])
            while not await listener.ended():
                pass
            return len(stream) == 0

    assert asyncio.run(scene())


def test_no_more_listen_than_leave_room_for_others() -> None:
    async def scene() -> tuple[int, str, int]:
        stream = EventStream()
        async with scene_of(stream) as port:
            opened = [await asyncio.open_connection("127.0.0.1", port) for _ in range(MOST_CLIENTS)]
            question = f"GET /api/events HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {MONITOR}\r\n\r\n".encode()
            for reader, writer in opened:
                writer.write(question)
                await reader.readuntil(b"event: begin")
            refused = await asyncio.to_thread(sent, port, "/api/events", None, MONITOR)
            for _, writer in opened:
                writer.close()
            while len(stream):
                await asyncio.sleep(0.02)
            async with listening(port) as listener:
                return refused.status, refused.json["error"], (await listener.event())[0]

    assert asyncio.run(scene()) == (503, "32 listen already: try again later", 0)


def test_head_tells_what_it_is_and_ends() -> None:
    answer = ask(replace(sources(), apis=(EventStream(),)), "/api/events", "HEAD")
    assert (answer.status, answer.headers["content-type"]) == (200, "text/event-stream; charset=utf-8")


def test_what_one_does_all_hear_with_how_it_stands_now(tmp_path: Path) -> None:
    async def scene(made: City) -> tuple[int, list[Event]]:
        async with serving(made.sources(), guard=made.guard()) as port, listening(port) as listener:
            await listener.event()
            listed = (await asyncio.to_thread(sent, port, "/api/alerts")).json
            await asyncio.to_thread(sent, port, "/api/alerts/1/acknowledge", {"who": "ayu"}, OPERATOR)
            acknowledged = events_in(await listener.chunk())
            made.end()
            return listed["newest_event"], acknowledged + events_in(await listener.chunk())

    with city(tmp_path) as made:
        made.fire()
        newest, events = asyncio.run(scene(made))
    assert [number > newest for number, _, _ in events] == [True] * len(events)
    assert {name for _, name, _ in events} == {"alert"}
    told = [(each["what"], each["who"], each["now"] and each["now"]["state"]) for _, _, each in events]
    assert told == [("acknowledged", "ayu", "acknowledged"), ("resolved", "denyut", None), ("told", "denyut", None)]


def test_a_storm_is_one_event(tmp_path: Path) -> None:
    async def scene(made: City) -> Event:
        async with serving(made.sources(), guard=made.guard()) as port, listening(port) as listener:
            await listener.event()
            made.figures("parking_occupancy", [f"zone-{number}" for number in range(2_000)], 0.97)
            return await listener.event()

    with city(tmp_path) as made:
        number, name, content = asyncio.run(scene(made))
    assert (number, name) == (1, "many")
    assert content["changes"] >= 2_000

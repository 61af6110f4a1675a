"""What changes about alerts, told as it happens to whoever keeps a request open (server-sent events).

https://html.spec.whatwg.org/multipage/server-sent-events.html. Whoever lost the connection comes back with the number
of the last event and gets what it missed; where that is no longer known it is told to ask for everything again.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Sequence

import msgspec
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from dashboard.http.access import Role
from dashboard.http.asked import query_of
from dashboard.http.changes import Change
from dashboard.http.page import Page
from dashboard.http.refusal import RefusedError

CONTENT_TYPE = "text/event-stream"
HEARTBEAT_S = 15.0
MOST_CLIENTS = 32
"""Half of the connections that the server takes."""
_KEPT = 2_000
"""Events for those who come back."""
_MOST_WAITING = 500
"""Events that a client has not taken; with more it is cut, and comes back when it can."""
_STEP = 1_000
"""Numbers for each entry of the journal: they ascend, and stay the same when it is applied again."""
_ALIVE = b": alive\n\n"


class _Client:
    def __init__(self, waiting: Sequence[bytes]) -> None:
        self.waiting = deque(waiting)
        self.news = asyncio.Event()
        self.over = False

    def tell(self, event: bytes) -> None:
        self.waiting.append(event)
        self.over |= len(self.waiting) > _MOST_WAITING
        self.news.set()

    def end(self) -> None:
        self.over = True
        self.news.set()


class EventStream:
    """On the event loop."""

    def __init__(self, after_offset: int = -1) -> None:
        """`after_offset`: of the newest entry of the journal whose changes an earlier run told."""
        self.newest = _last_of(after_offset)
        """Number of the newest event, or of the last one there can have been before the first."""
        self._lost = self.newest
        """Number of the newest event that is no longer kept."""
        self._kept: deque[tuple[int, bytes]] = deque()
        self._clients: set[_Client] = set()
        self._ended = False

    def __len__(self) -> int:
        """Who listens."""
        return len(self._clients)

    def pages(self) -> tuple[Page, ...]:
        return (
            Page(
                "/api/events",
                Role.MONITOR,
                self.listened,
                summary="What changes about alerts, as it happens.",
                answer=None,
                media_type=CONTENT_TYPE,
                refusals=(503,),
            ),
        )

    def tell(self, offset: int, changes: Sequence[Change]) -> None:
        """What an entry of the journal brought, at most `changes.MOST`."""
        for place, (name, content) in enumerate(changes, 1):
            number = offset * _STEP + place
            if number > self.newest:
                self._add(number, _written(number, name, content))

    def end(self) -> None:
        """The server waits for open answers: these have to end first."""
        self._ended = True
        for client in self._clients:
            client.end()

    async def listened(self, request: Request) -> Response:
        query_of(request, ())
        headers = {"X-Accel-Buffering": "no"}
        if request.method == "HEAD":
            return Response(media_type=CONTENT_TYPE, headers=headers)
        if len(self._clients) >= MOST_CLIENTS or self._ended:
            raise RefusedError(503, f"{len(self._clients)} listen already: try again later")
        client = _Client(self._since(request.headers.get("last-event-id", "")))
        self._clients.add(client)
        return StreamingResponse(self._stream(client), media_type=CONTENT_TYPE, headers=headers)

    async def _stream(self, client: _Client) -> AsyncIterator[bytes]:
        try:
            while not client.over:
                if client.waiting:
                    told = b"".join(client.waiting)
                    client.waiting.clear()
                    yield told
                    continue
                client.news.clear()
                try:
                    await asyncio.wait_for(client.news.wait(), HEARTBEAT_S)
                except TimeoutError:
                    yield _ALIVE
        finally:
            self._clients.discard(client)

    def _since(self, last: str) -> list[bytes]:
        """What a client hears first: what it missed, or that it has to ask for everything again."""
        missed = int(last) if last.isascii() and last.isdigit() and len(last) <= 16 else -1
        if self._lost <= missed <= self.newest:
            return [event for number, event in self._kept if number > missed] or [_ALIVE]
        return [_written(self.newest, "begin", {"newest": self.newest})]

    def _add(self, number: int, event: bytes) -> None:
        self.newest = number
        self._kept.append((number, event))
        if len(self._kept) > _KEPT:
            self._lost, _ = self._kept.popleft()
        for client in self._clients:
            client.tell(event)


def _last_of(offset: int) -> int:
    return (offset + 1) * _STEP


def _written(number: int, name: str, content: object) -> bytes:
    # Its JSON has no line ends: one line of data is enough.
    return b"id: %d\nevent: %s\ndata: %s\n\n" % (number, name.encode(), msgspec.json.encode(content))

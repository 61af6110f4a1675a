"""One HTTP connection, which can neither be held open by saying or taking nothing nor be one too many."""

import asyncio

from uvicorn.protocols.http.h11_impl import H11Protocol, RequestResponseCycle

MOST_OPEN = 128
"""Each takes a file of the process, which the journal and the broker need: more are closed at once, unanswered."""
REQUEST_S = 15.0
"""How long a request may take to arrive. Uvicorn waits for ever for the rest of what has begun."""
STALLED_S = 30.0
"""How long nobody may take anything of an answer that waits to be taken."""


class HttpConnection(H11Protocol):
    _overdue: asyncio.TimerHandle | None = None
    _stalled: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as in H11Protocol
        super().connection_made(transport)
        if len(self.connections) > MOST_OPEN:
            transport.abort()
        self._expect_request()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        cycle: RequestResponseCycle | None = self.cycle
        if cycle is None or cycle.response_complete or cycle.more_body:
            self._expect_request()
        else:
            self._forget_request()

    def connection_lost(self, exc: Exception | None) -> None:
        self._forget_request()
        self._forget_stall()
        super().connection_lost(exc)

    def pause_writing(self) -> None:
        super().pause_writing()
        self._stalled = asyncio.get_running_loop().call_later(STALLED_S, self.transport.abort)

    def resume_writing(self) -> None:
        super().resume_writing()
        self._forget_stall()

    def _expect_request(self) -> None:
        """Once for each request: what comes byte by byte has no more time."""
        if self._overdue is None:
            self._overdue = asyncio.get_running_loop().call_later(REQUEST_S, self.transport.abort)

    def _forget_request(self) -> None:
        if self._overdue is not None:
            self._overdue.cancel()
            self._overdue = None

    def _forget_stall(self) -> None:
        if self._stalled is not None:
            self._stalled.cancel()
            self._stalled = None

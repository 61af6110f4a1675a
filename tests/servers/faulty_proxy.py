"""A TCP proxy in front of a real server that lets chosen connections fail in chosen ways."""

import re
import socket
import threading
import time
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from urllib.parse import urlsplit

_LENGTH = re.compile(rb"^content-length: *(\d+)", re.IGNORECASE | re.MULTILINE)
_CHUNK = 65_536


@dataclass(frozen=True, slots=True)
class Forward:
    """Passes everything on, each answer after a while."""

    answer_after_s: float = 0.0


@dataclass(frozen=True, slots=True)
class CutRequest:
    """The server and the client both lose the connection after so many bytes of the request."""

    after_bytes: int


@dataclass(frozen=True, slots=True)
class CutAnswer:
    """The server gets the whole request and the client so many bytes of its answer."""

    after_bytes: int = 0


@dataclass(frozen=True, slots=True)
class Answer:
    """The server gets nothing; the client is answered here."""

    status: str
    headers: Sequence[str] = ()

    def encode(self) -> bytes:
        lines = [f"HTTP/1.1 {self.status}", *self.headers, "Content-Length: 2", "Connection: close", "", "{}"]
        return "\r\n".join(lines).encode()


Plan = Forward | CutRequest | CutAnswer | Answer


class FaultyProxy:
    """Connections follow `plans` one by one; those after the last follow `otherwise`."""

    def __init__(self, server_url: str) -> None:
        parts = urlsplit(server_url)
        self._server = (parts.hostname or "", parts.port or 0)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._threads: list[threading.Thread] = []
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self.plans: deque[Plan] = deque()
        self.otherwise: Plan = Forward()
        self.connected_at: list[float] = []

    def serve(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            self.connected_at.append(time.monotonic())
            plan = self.plans.popleft() if self.plans else self.otherwise
            thread = threading.Thread(target=self._follow, args=(plan, client), daemon=True)
            thread.start()

    def close(self) -> None:
        # Closing alone would not wake the thread that accepts.
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _follow(self, plan: Plan, client: socket.socket) -> None:
        # Whoever closes first, the other side notices.
        with closing(client), suppress(OSError):
            if isinstance(plan, Answer):
                read_request(client)
                client.sendall(plan.encode())
                return
            with closing(socket.create_connection(self._server)) as server:
                if isinstance(plan, CutRequest):
                    server.sendall(read_request(client)[: plan.after_bytes])
                elif isinstance(plan, CutAnswer):
                    server.sendall(read_request(client))
                    answer = server.recv(_CHUNK)
                    client.sendall(answer[: plan.after_bytes])
                else:
                    pass_on(client, server, plan.answer_after_s)


def read_request(client: socket.socket) -> bytes:
    """A whole HTTP request with a length."""
    request = b""
    while b"\r\n\r\n" not in request:
        request += received(client)
    head, _, body = request.partition(b"\r\n\r\n")
    length = _LENGTH.search(head)
    missing = (int(length[1]) if length else 0) - len(body)
    while missing > 0:
        more = received(client)
        request += more
        missing -= len(more)
    return request


def received(connection: socket.socket) -> bytes:
    content = connection.recv(_CHUNK)
    if not content:
        raise ConnectionResetError("the other side is gone")
    return content


def pass_on(client: socket.socket, server: socket.socket, answer_after_s: float) -> None:
    answers = threading.Thread(target=_pipe, args=(server, client, answer_after_s), daemon=True)
    answers.start()
    _pipe(client, server, 0.0)
    answers.join()


def _pipe(source: socket.socket, target: socket.socket, after_s: float) -> None:
    with suppress(OSError):
        while content := source.recv(_CHUNK):
            time.sleep(after_s)
            target.sendall(content)
    with suppress(OSError):
        target.shutdown(socket.SHUT_WR)


@contextmanager
def faulty_proxy(server_url: str, *plans: Plan) -> Iterator[FaultyProxy]:
    proxy = FaultyProxy(server_url)
    proxy.plans.extend(plans)
    thread = threading.Thread(target=proxy.serve, daemon=True)
    thread.start()
    try:
        yield proxy
    finally:
        proxy.close()
        thread.join(5)

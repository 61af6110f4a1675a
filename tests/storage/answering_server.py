"""A server on this machine that answers each request with the bytes it is given, whatever they are."""

import socket
import threading
import time
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from functools import cache
from itertools import repeat

MEBIBYTE = 1 << 20


@dataclass
class Served:
    url: str
    requests: list[bytes] = field(default_factory=list)
    """The head of each."""
    connections: int = 0
    sent_bytes: int = 0


@contextmanager
def answering(answer: Callable[[], Iterable[bytes]]) -> Iterator[Served]:
    """Every request gets what `answer` yields; then the connection takes the next one."""
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        served = Served(f"http://127.0.0.1:{listener.getsockname()[1]}")
        accepting = threading.Thread(target=_accept, args=(listener, answer, served), daemon=True)
        accepting.start()
        yield served
        listener.shutdown(socket.SHUT_RDWR)
        accepting.join()


def _accept(listener: socket.socket, answer: Callable[[], Iterable[bytes]], served: Served) -> None:
    with suppress(OSError):
        while True:
            connection, _ = listener.accept()
            served.connections += 1
            threading.Thread(target=_serve, args=(connection, answer, served), daemon=True).start()


def _serve(connection: socket.socket, answer: Callable[[], Iterable[bytes]], served: Served) -> None:
    # Whoever asked may go away at any time.
    with connection, suppress(OSError):
        while head := _request(connection):
            served.requests.append(head)
            for piece in answer():
                connection.sendall(piece)
                served.sent_bytes += len(piece)


def _request(connection: socket.socket) -> bytes:
    received = b""
    while b"\r\n\r\n" not in received:
        if not (more := connection.recv(65_536)):
            return b""
        received += more
    head, _, body = received.partition(b"\r\n\r\n")
    lengths = [line.split(b":")[1] for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")]
    missing = int(lengths[0]) - len(body) if lengths else 0
    while missing > 0:
        missing -= len(connection.recv(65_536)) or missing
    return head


def plain(status: str, body: bytes = b"", *headers: str) -> bytes:
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def swelling() -> Iterator[bytes]:
    """300 MiB that were compressed to 300 kB."""
    yield plain("200 OK", _swollen(), "Content-Encoding: gzip")


@cache
def _swollen() -> bytes:
    compressor = zlib.compressobj(wbits=16 + zlib.MAX_WBITS)
    return b"".join([compressor.compress(bytes(MEBIBYTE)) for _ in range(300)] + [compressor.flush()])


def endless() -> Iterator[bytes]:
    yield b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    yield from repeat(b"10000\r\n" + bytes(65_536) + b"\r\n")


def dripping_body() -> Iterator[bytes]:
    """Never silent for long; it has no length, so that it is whole where the connection ends."""
    yield b"HTTP/1.1 200 OK\r\n\r\n"
    yield from _drops()


def dripping_head() -> Iterator[bytes]:
    yield b"HTTP/1.1 200 OK\r\nServer: "
    yield from _drops()


def _drops() -> Iterator[bytes]:
    for drop in repeat(b"x"):
        time.sleep(0.05)
        yield drop

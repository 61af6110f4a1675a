"""HTTP with a server that may answer anything: an answer has a greatest size, and a time by which it must be whole."""

import socket
import threading
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import BytesIO
from typing import Any
from weakref import WeakSet

import urllib3
from urllib3.connection import HTTPConnection, HTTPSConnection

SHORT_ANSWER_BYTES = 64 << 10
"""To a write: nothing, or a sentence on what is wrong."""
_PIECE_BYTES = 64 << 10
_WHOLE_WITHIN = 4
"""Times the longest silence allowed."""
_SHUT_AGAIN_S = 0.2
_COMPRESSED = ("gzip", "x-gzip", "deflate")
_ANY_HEADER = 32 + zlib.MAX_WBITS
"""Of gzip or of zlib, for `zlib.decompressobj`."""


class AnswerRefused(urllib3.exceptions.HTTPError):
    """What the server sent is not taken; the text is a sentence without its subject, the server."""


class AnswerTooLarge(AnswerRefused):
    """More than was to be taken."""


class BoundedPool(urllib3.PoolManager):
    """Its `request` takes `most_bytes`, counted after decompression; what is longer raises AnswerTooLarge.

    The answer to a failure is cut off instead, for its status says enough. Redirections are not followed: a POST would
    become a GET. For one thread at a time. Raises urllib3.exceptions.HTTPError.
    """

    def __init__(
        self, timeout_s: float, headers: dict[str, str] | None = None, whole_within_s: float | None = None
    ) -> None:
        """`timeout_s`: the longest silence; the whole answer has four times as long where nothing else is said."""
        super().__init__(retries=False, timeout=timeout_s, headers=headers)
        self._whole_within_s = whole_within_s or _WHOLE_WITHIN * timeout_s
        self._sockets: WeakSet[socket.socket] = WeakSet()
        self.pool_classes_by_scheme = _pools_entering(self._sockets)

    def urlopen(  # type: ignore[override]
        self, method: str, url: str, most_bytes: int = SHORT_ANSWER_BYTES, **options: Any
    ) -> urllib3.HTTPResponse:
        options |= {"redirect": False, "preload_content": False, "decode_content": False}
        with self._deadline():
            response = super().urlopen(method, url, **options)
            try:
                body, is_whole = _taken(response, most_bytes)
            except BaseException:
                response.close()
                raise
        if is_whole:
            response.release_conn()
        else:
            response.close()
            if 200 <= response.status < 300:
                raise AnswerTooLarge(f"answered with more than {_size(most_bytes)}")
        headers = urllib3.HTTPHeaderDict(response.headers)
        headers.discard("Content-Encoding")
        return urllib3.HTTPResponse(BytesIO(body), headers, response.status, reason=response.reason)

    @contextmanager
    def _deadline(self) -> Iterator[None]:
        """Ends what is under way when the time is up: a server that sends a byte now and then is never silent."""
        done, is_late = threading.Event(), threading.Event()
        watch = threading.Thread(target=self._shut_when_late, args=(done, is_late), daemon=True)
        watch.start()
        try:
            yield
        except urllib3.exceptions.HTTPError as error:
            if is_late.is_set():
                raise self._late() from error
            raise
        finally:
            done.set()
        # An answer without a length seems whole where its connection ends.
        if is_late.is_set():
            raise self._late()

    def _late(self) -> AnswerRefused:
        return AnswerRefused(f"did not answer as a whole within {self._whole_within_s:g} s")

    def _shut_when_late(self, done: threading.Event, is_late: threading.Event) -> None:
        wait_s = self._whole_within_s
        while not done.wait(wait_s):
            is_late.set()
            for each in list(self._sockets):
                _shut(each)
            # The connection was perhaps only being made.
            wait_s = _SHUT_AGAIN_S


def _pools_entering(sockets: "WeakSet[socket.socket]") -> dict[str, type[urllib3.HTTPConnectionPool]]:
    """Pools, by scheme, that enter the socket of each connection: the connection may let go of it while it is read."""

    class Plain(HTTPConnection):
        def connect(self) -> None:
            super().connect()
            sockets.add(self.sock)

    class Secure(HTTPSConnection):
        def connect(self) -> None:
            super().connect()
            sockets.add(self.sock)

    class PlainPool(urllib3.HTTPConnectionPool):
        ConnectionCls = Plain

    class SecurePool(urllib3.HTTPSConnectionPool):
        ConnectionCls = Secure

    return {"http": PlainPool, "https": SecurePool}


def _shut(each: socket.socket) -> None:
    # The class's own method, as that of a TLS socket would also forget its session, in which another thread reads.
    with suppress(OSError):
        socket.socket.shutdown(each, socket.SHUT_RDWR)


def _size(count: int) -> str:
    return f"{count >> 20} MiB" if count >= 1 << 20 else f"{count >> 10} KiB"


def _taken(response: urllib3.BaseHTTPResponse, most_bytes: int) -> tuple[bytes, bool]:
    """The body as far as it is to be taken, and whether that is all of it."""
    encoding = response.headers.get("Content-Encoding", "identity").strip().lower()
    if encoding not in ("identity", *_COMPRESSED):
        raise AnswerRefused(f"answered in the encoding {encoding[:40]!a}, which it was not asked for")
    decompressor = zlib.decompressobj(_ANY_HEADER) if encoding in _COMPRESSED else None
    taken = bytearray()
    while len(taken) <= most_bytes and (piece := response.read(_PIECE_BYTES, decode_content=False)):
        try:
            taken += decompressor.decompress(piece, most_bytes + 1 - len(taken)) if decompressor else piece
        except zlib.error as error:
            raise AnswerRefused(f"answered with what is not {encoding}: {error}") from error
    return bytes(taken[:most_bytes]), len(taken) <= most_bytes

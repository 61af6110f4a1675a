"""A system that is told of alerts by HTTP, as a test wants it to behave."""

import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple


class Answer(NamedTuple):
    status: int = 204
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    after_s: float = 0.0


class Told(NamedTuple):
    key: str
    headers: Mapping[str, str]
    body: bytes
    path: str
    at_s: float
    """Of time.monotonic."""

    @property
    def json(self) -> dict[str, Any]:
        content: dict[str, Any] = json.loads(self.body)
        return content


OK = Answer()
Behaviour = Callable[[Told, int], Answer]
"""Of what it is told, and how often it was told that before."""


class Receiver:
    def __init__(self, behaviour: Behaviour) -> None:
        self.behaviour = behaviour
        self.told: list[Told] = []
        self.taken: set[str] = set()
        """Keys that were answered with success."""
        self.port = 0
        self.under_way = self.most_under_way = 0
        self._lock = threading.Lock()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/told"

    @property
    def keys(self) -> list[str]:
        return [each.key for each in self.told]

    def take(self, told: Told) -> Answer:
        with self._lock:
            before = self.keys.count(told.key)
            self.told.append(told)
            self.under_way += 1
            self.most_under_way = max(self.most_under_way, self.under_way)
        answer = self.behaviour(told, before)
        time.sleep(answer.after_s)
        with self._lock:
            self.under_way -= 1
            if 200 <= answer.status < 300:
                self.taken.add(told.key)
        return answer


@contextmanager
def receiving(behaviour: Behaviour = lambda *_: OK, port: int = 0) -> Iterator[Receiver]:
    receiver = Receiver(behaviour)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            key = self.headers.get("Idempotency-Key", "")
            answer = receiver.take(Told(key, dict(self.headers), body, self.path, time.monotonic()))
            try:
                self.send_response(answer.status)
                for name, value in answer.headers:
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(answer.body)))
                self.end_headers()
                self.wfile.write(answer.body)
            except OSError:
                self.close_connection = True

        def log_message(self, *_: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True
        block_on_close = False
        request_queue_size = 128

        def handle_error(self, *_: object) -> None:
            """Whoever asks may be killed."""

    server = Server(("127.0.0.1", port), Handler)
    receiver.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        server.shutdown()
        server.server_close()
        thread.join()

"""Sends single readings that fire an alert each, and takes the webhook that tells of it. `BROKER_PORT`; orders as JSON
lines: {"kind": K, "first": F, "count": N, "every_s": E}.

Both ends are in this process, so one clock takes the time: from just before a reading leaves for the broker, which is
before it reaches the socket of who is measured, until the body of the webhook has arrived.
"""

import json
import re
import socket
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from benchmarks.mqtt_packets import connect, publish
from benchmarks.stand_in_broker import report

PATIENCE_S = 15.0
_DEVICE = re.compile(rb'"device": ?"(probe\d+)"')
_FIRING = re.compile(rb'"reason": ?"firing"')


class Arrivals(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Webhook)
        self.at_ns: dict[str, int] = {}
        """Device -> when the first webhook of its alert came; ns UTC."""
        self.repeated = 0
        self._lock = threading.Lock()

    def take(self, body: bytes) -> None:
        now_ns = time.time_ns()
        if not _FIRING.search(body):
            return
        with self._lock:
            for device in set(_DEVICE.findall(body)):
                name = device.decode()
                self.repeated += name in self.at_ns
                self.at_ns.setdefault(name, now_ns)


class Webhook(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Arrivals

    def do_POST(self) -> None:
        self.server.take(self.rfile.read(int(self.headers["Content-Length"])))
        self.send_response(204)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name that it has there
        """Nothing."""


class Sender:
    def __init__(self, port: int) -> None:
        self._connection = socket.create_connection(("127.0.0.1", port))
        self._connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._connection.sendall(connect(b"alert-probe"))
        self._connection.recv(4)
        self._packet = 0

    def send(self, kind: str, device: str) -> int:
        """When it left, ns UTC."""
        self._packet = self._packet % 65_535 + 1
        now_ns = time.time_ns()
        payload = b'{"ts":%d,"level":1.0}' % (now_ns // 1_000_000)
        topic = f"city/bjn/{kind}/{device}/up".encode()
        self._connection.sendall(publish(topic, payload, self._packet, 4))
        # Its PUBACK: the broker has it.
        self._connection.recv(4)
        return now_ns


def probe(sender: Sender, arrivals: Arrivals, kind: str, first: int, count: int, every_s: float) -> None:
    arrivals.at_ns.clear()
    sent_ns, began = {}, time.monotonic()
    for number in range(count):
        time.sleep(max(0.0, began + number * every_s - time.monotonic()))
        device = f"probe{first + number:06}"
        sent_ns[device] = sender.send(kind, device)
    deadline = time.monotonic() + PATIENCE_S
    while len(arrivals.at_ns) < count and time.monotonic() < deadline:
        time.sleep(0.05)
    found = [[at_ns, arrivals.at_ns[device]] for device, at_ns in sent_ns.items() if device in arrivals.at_ns]
    report("probed", found=found, missing=count - len(found), repeated=arrivals.repeated)


def main(port: int) -> None:
    arrivals = Arrivals()
    threading.Thread(target=arrivals.serve_forever, daemon=True).start()
    sender = Sender(port)
    report("listening", port=arrivals.server_address[1])
    for line in sys.stdin.buffer:
        probe(sender, arrivals, **json.loads(line))


if __name__ == "__main__":
    main(int(sys.argv[1]))

"""Connections that take a load to a broker: whole stretches of frames in one write, acknowledgements by their bytes.

MQTT 3.1.1: there the client alone says how many of its messages may be unacknowledged.
"""

import socket
import ssl

from ingest.mqtt.options import ConnectionOptions
from simulators.load.frames import encode_length

_PUBACK_BYTES = 4
_CONNACK_BYTES = 4
_TIMEOUT_S = 10.0
_REFUSED = {
    1: "it does not speak MQTT 3.1.1",
    2: "client id",
    3: "not available",
    4: "user or password",
    5: "not allowed",
}


class LaneError(Exception):
    """The broker cannot be used, or has gone; one sentence."""


class Lane:
    """One connection. `unacknowledged`: how many messages may be on the way at QoS 1."""

    def __init__(self, options: ConnectionOptions, number: int, unacknowledged: int) -> None:
        """Raises LaneError."""
        self.sent = 0
        """Messages, whole ones."""
        self.acknowledged = 0
        self.next_id = 1
        self._waiting = memoryview(b"")
        self._rest = 0
        self._most = unacknowledged
        self._address = f"{options.host}:{options.port}"
        try:
            self.socket = _connected(options)
        except OSError as error:
            raise LaneError(f"{self._address}: {error.strerror or error}") from None
        try:
            self._sign_in(options, number)
        except LaneError:
            self.close()
            raise

    def _sign_in(self, options: ConnectionOptions, number: int) -> None:
        try:
            self.socket.sendall(_connect(options, number))
            answer = _exactly(self.socket, _CONNACK_BYTES)
        except OSError as error:
            raise LaneError(f"{self._address}: {error.strerror or error}") from None
        if answer[:2] != b"\x20\x02" or answer[3]:
            raise LaneError(f"{self._address} refused the connection: {_REFUSED.get(answer[3], 'unknown reason')}")
        self.socket.setblocking(False)

    @property
    def room(self) -> int:
        """How many more messages may go."""
        return 0 if self._waiting else self._most - (self.sent - self.acknowledged)

    @property
    def busy(self) -> bool:
        return bool(self._waiting)

    def send(self, frames: memoryview, messages: int, *, acknowledged: bool) -> None:
        """Take these; what the socket does not take at once goes with `flush`."""
        self.sent += messages
        if not acknowledged:
            self.acknowledged += messages
        # A copy: the frames are given other times before all of it has gone.
        self._waiting = memoryview(bytes(frames))
        self.flush()

    def flush(self) -> None:
        """Raises LaneError."""
        try:
            self._waiting = self._waiting[self.socket.send(self._waiting) :]
        except (BlockingIOError, ssl.SSLWantWriteError, ssl.SSLWantReadError):
            return
        except OSError as error:
            raise LaneError(f"{self._address}: {error.strerror or error}") from None

    def receive(self) -> None:
        """PUBACKs; a broker sends nothing else here. Raises LaneError."""
        try:
            data = self.socket.recv(1 << 20)
        except (BlockingIOError, ssl.SSLWantReadError):
            return
        except OSError as error:
            raise LaneError(f"{self._address}: {error.strerror or error}") from None
        if not data:
            raise LaneError(f"{self._address} closed the connection")
        whole, self._rest = divmod(self._rest + len(data), _PUBACK_BYTES)
        self.acknowledged += whole

    def close(self) -> None:
        self.socket.close()


def _connected(options: ConnectionOptions) -> socket.socket:
    plain = socket.create_connection((options.host, options.port), _TIMEOUT_S)
    plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return plain if options.tls is None else options.tls.wrap_socket(plain, server_hostname=options.host)


def _connect(options: ConnectionOptions, number: int) -> bytes:
    username = None if options.username is None else options.username.encode()
    flags = 2 | (128 if username is not None else 0) | (64 if options.password is not None else 0)
    client_id = b"denyut-load-%d-%d" % (id(options) % 100_000, number)
    texts = [client_id, *(each for each in (username, options.password) if each is not None)]
    body = b"\0\4MQTT\4" + bytes((flags,)) + b"\0\0" + b"".join(len(each).to_bytes(2, "big") + each for each in texts)
    return b"\x10" + encode_length(len(body)) + body


def _exactly(connection: socket.socket, size: int) -> bytes:
    data = b""
    while len(data) < size:
        part = connection.recv(size - len(data))
        if not part:
            raise ConnectionResetError(0, "the broker closed the connection")
        data += part
    return data

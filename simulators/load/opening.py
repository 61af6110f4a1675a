"""How a connection of a load comes up without waiting: many do so at once.

MQTT 3.1.1: there the client alone says how many of its messages may be unacknowledged.
"""

import errno
import os
import socket
import ssl
from collections.abc import Generator, Sequence
from selectors import EVENT_READ, EVENT_WRITE
from typing import TypeAlias

from ingest.mqtt.options import ConnectionOptions
from simulators.load.frames import encode_length

Address: TypeAlias = tuple[socket.AddressFamily, tuple[object, ...]]
Steps: TypeAlias = Generator[tuple[socket.socket, int], None, socket.socket]
"""Each step names a socket and the event of `selectors` that the next one waits for; the last gives the session."""

_CONNACK_BYTES = 4
_REFUSED = {
    1: "it does not speak MQTT 3.1.1",
    2: "client id",
    3: "not available",
    4: "user or password",
    5: "not allowed",
}


class LaneError(Exception):
    """The broker cannot be used, or has gone; one sentence."""


def reason_of(error: OSError) -> str:
    """In a few words, and what helps where it is this machine that lacks something."""
    hint = "; allow more with `ulimit -n`" if error.errno == errno.EMFILE else ""
    return f"{error.strerror or error}{hint}"


def addresses_of(options: ConnectionOptions) -> list[Address]:
    """Raises LaneError where the name stands for none."""
    try:
        found = socket.getaddrinfo(options.host, options.port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise LaneError(f"{options.host}:{options.port}: {error.strerror or error}") from None
    return [(family, address) for family, _type, _protocol, _name, address in found]


def opening(options: ConnectionOptions, addresses: Sequence[Address], number: int) -> Steps:
    """A session in which the broker holds nothing of an earlier one. Raises LaneError; closes what it leaves."""
    place = f"{options.host}:{options.port}"
    try:
        connection = yield from _reach(addresses)
    except OSError as error:
        raise LaneError(f"{place}: {reason_of(error)}") from None
    try:
        if options.tls is not None:
            connection = options.tls.wrap_socket(
                connection, server_hostname=options.host, do_handshake_on_connect=False
            )
            yield from _shake_hands(connection)
        answer = yield from _sign_in(connection, _connect(options, number))
        if answer[:2] != b"\x20\x02" or answer[3]:
            raise LaneError(f"{place} refused the connection: {_REFUSED.get(answer[3], 'unknown reason')}")
    except OSError as error:
        connection.close()
        raise LaneError(f"{place}: {reason_of(error)}") from None
    except BaseException:
        connection.close()
        raise
    return connection


def _reach(addresses: Sequence[Address]) -> Steps:
    """The first address that answers; OSError of the last where none does."""
    refused = OSError(0, "no address")
    for family, address in addresses:
        connection = socket.socket(family)
        try:
            connection.setblocking(False)
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            connection.connect_ex(address)
            yield connection, EVENT_WRITE
            failed = connection.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        except BaseException:
            connection.close()
            raise
        if not failed:
            return connection
        connection.close()
        refused = OSError(failed, os.strerror(failed))
    raise refused


def _shake_hands(connection: ssl.SSLSocket) -> Generator[tuple[socket.socket, int], None, None]:
    while True:
        try:
            return connection.do_handshake()
        except ssl.SSLWantReadError:
            yield connection, EVENT_READ
        except ssl.SSLWantWriteError:
            yield connection, EVENT_WRITE


def _sign_in(connection: socket.socket, packet: bytes) -> Generator[tuple[socket.socket, int], None, bytes]:
    """The CONNACK. The CONNECT is small enough for the buffer of a socket that is new."""
    connection.sendall(packet)
    answer = b""
    while len(answer) < _CONNACK_BYTES:
        yield connection, EVENT_READ
        try:
            part = connection.recv(_CONNACK_BYTES - len(answer))
        except (BlockingIOError, ssl.SSLWantReadError):
            continue
        if not part:
            raise ConnectionResetError(0, "the broker closed the connection")
        answer += part
    return answer


def _connect(options: ConnectionOptions, number: int) -> bytes:
    username = None if options.username is None else options.username.encode()
    flags = 2 | (128 if username is not None else 0) | (64 if options.password is not None else 0)
    client_id = b"denyut-load-%d-%d" % (os.getpid(), number)
    texts = [client_id, *(each for each in (username, options.password) if each is not None)]
    body = b"\0\4MQTT\4" + bytes((flags,)) + b"\0\0" + b"".join(len(each).to_bytes(2, "big") + each for each in texts)
    return b"\x10" + encode_length(len(body)) + body

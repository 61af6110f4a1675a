"""One connection of a load: whole stretches of frames in one write, acknowledgements by their bytes.

What the broker has not acknowledged is held, and goes out again once the connection is back.
"""

import socket
import ssl
from collections import deque
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from simulators.load.opening import LaneError

_PUBACK_BYTES = 4
_DUP = 8


@dataclass(slots=True)
class Stretch:
    """Frames in a row. `starts`: (n + 1,) byte position of each, and of the end."""

    data: bytearray
    starts: NDArray[np.int64]
    written: int = 0
    """Bytes that the socket has taken."""
    done: int = 0
    """Frames, from the first on: acknowledged, or at QoS 0 taken by the socket."""

    @property
    def left(self) -> int:
        return len(self.starts) - 1 - self.done

    def rewind(self, duplicates: bool) -> int:
        """Back to the first that is not done; how many of the rest had begun to go out, and are marked so (DUP)."""
        begun = int(np.searchsorted(self.starts[:-1], self.written, "left"))
        again = max(begun - self.done, 0)
        if duplicates:
            np.frombuffer(self.data, np.uint8)[self.starts[self.done : self.done + again]] |= _DUP
        self.written = int(self.starts[self.done])
        return again


class Lane:
    """`most`: how many messages may be on the way unacknowledged at QoS 1."""

    def __init__(self, qos: int, most: int, address: str) -> None:
        self.socket: socket.socket | None = None
        self.sent = 0
        """Messages, each once however often it went out."""
        self.done = 0
        """Acknowledged, or at QoS 0 taken by the socket."""
        self.again = 0
        """Messages that went out once more after the connection was lost."""
        self.next_id = 1
        self._qos = qos
        self._most = most
        self._address = address
        self._rest = 0
        self._held: deque[Stretch] = deque()
        """Not done, the oldest first."""
        self._unwritten: deque[Stretch] = deque()
        """Those of `_held` that the socket has not taken whole."""

    @property
    def room(self) -> int:
        """How many more messages may go."""
        return 0 if self.socket is None or self._unwritten else self._most - (self.sent - self.done)

    @property
    def busy(self) -> bool:
        return bool(self._unwritten)

    def send(self, frames: memoryview, starts: NDArray[np.int64]) -> None:
        """Take these; what the socket does not take at once goes with `flush`. Raises LaneError."""
        # A copy: the frames are given other times before all of it has gone.
        stretch = Stretch(bytearray(frames), starts - starts[0])
        self.sent += stretch.left
        self._held.append(stretch)
        self._unwritten.append(stretch)
        self.flush()

    def flush(self) -> None:
        """Raises LaneError."""
        while self._unwritten and self.socket is not None:
            stretch = self._unwritten[0]
            try:
                stretch.written += self.socket.send(memoryview(stretch.data)[stretch.written :])
            except (BlockingIOError, ssl.SSLWantWriteError, ssl.SSLWantReadError):
                return
            except OSError as error:
                raise LaneError(f"{self._address}: {error.strerror or error}") from None
            if stretch.written < len(stretch.data):
                return
            self._unwritten.popleft()
            if not self._qos:
                self._finish(stretch.left)

    def receive(self) -> None:
        """PUBACKs; a broker sends nothing else here, and those in the order of the messages. Raises LaneError."""
        while data := self._read():
            whole, self._rest = divmod(self._rest + len(data), _PUBACK_BYTES)
            self._finish(whole)
            # TLS gives a record at a time, and Mosquitto makes one of each PUBACK.
            if not isinstance(self.socket, ssl.SSLSocket):
                return

    def _read(self) -> bytes:
        """Empty where nothing has come."""
        if self.socket is None:
            return b""
        try:
            data = self.socket.recv(1 << 20)
        except (BlockingIOError, ssl.SSLWantReadError):
            return b""
        except OSError as error:
            raise LaneError(f"{self._address}: {error.strerror or error}") from None
        if not data:
            raise LaneError(f"{self._address} closed the connection")
        return data

    def drop(self) -> None:
        """The connection is gone, without a word to the broker; what it has not taken stays."""
        if self.socket is None:
            return
        self.socket.close()
        self.socket = None
        self._rest = 0
        if not self._qos and self._unwritten:
            begun = self._unwritten[0]
            self._finish(int(np.searchsorted(begun.starts, begun.written, "right")) - 1 - begun.done)

    def resume(self, connection: socket.socket) -> None:
        """Goes on over this one, with what is not done at first."""
        self.socket = connection
        for stretch in self._held:
            self.again += stretch.rewind(duplicates=bool(self._qos))
        self._unwritten = deque(self._held)

    def _finish(self, count: int) -> None:
        self.done += count
        while count and self._held:
            taken = min(count, self._held[0].left)
            self._held[0].done += taken
            count -= taken
            if not self._held[0].left:
                self._held.popleft()

"""A stream of device messages as the bytes a broker sends, built once and given new event times for each run."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from benchmarks.mqtt_packets import publish

KINDS = (b"parking", b"traffic", b"environment")
QUANTITIES = 4
TIME_MARK = b"0000000000000"
"""Unix milliseconds have 13 digits until the year 2286."""


def topic(device: int) -> bytes:
    return b"city/bjn/%s/dev%05d/up" % (KINDS[device % 3], device)


def payload(message: int, device: int) -> bytes:
    """The message of the design: a time and four quantities, about 85 bytes."""
    return b'{"ts":%b,"vehicle_count":%d,"speed":%.2f,"occupancy":%.3f,"battery":%.2f}' % (
        TIME_MARK,
        message % 97,
        30 + (device % 50) * 0.7,
        (device % 100) / 100,
        3.3 + (device % 10) / 20,
    )


class MessageStream:
    """`messages` PUBLISH frames, one device after the other.

    At QoS 0 the last frame alone goes out at QoS 1, so that its PUBACK tells when the client has taken all.
    """

    def __init__(
        self,
        messages: int,
        devices: int,
        qos: int,
        version: int,
        sentinel: bool = True,
        contents: Sequence[tuple[bytes, bytes]] | None = None,
    ) -> None:
        """`contents`: topic and payload of each message, with `TIME_MARK` for its time, instead of the usual ones."""
        self.messages = messages
        self.qos = qos
        self._position = np.arange(messages) / messages
        said = contents or [(topic(number % devices), payload(number, number % devices)) for number in range(messages)]
        frames = [self._frame(message, *said[message], version, sentinel) for message in range(messages)]
        lengths = np.fromiter(map(len, frames), np.int64, messages)
        self.starts: NDArray[np.int64] = np.concatenate(([0], np.cumsum(lengths)))
        """(messages + 1,) byte position of each frame, and of the end."""
        self.data = bytearray().join(frames)
        self._octets = np.frombuffer(self.data, np.uint8)
        marks = np.fromiter((frame.index(TIME_MARK) for frame in frames), np.int64, messages)
        self._time_at = self.starts[:-1] + marks
        self.acknowledgements = messages if qos else int(sentinel)

    def _frame(self, message: int, place: bytes, body: bytes, version: int, sentinel: bool) -> bytes:
        acknowledged = self.qos or (sentinel and message == self.messages - 1)
        packet_id = message % 65_535 + 1 if acknowledged else None
        return publish(place, body, packet_id, version)

    def set_times(self, first_ms: int, span_ms: int) -> None:
        """Event times run evenly over [first_ms, first_ms + span_ms)."""
        self.set_each_time(first_ms + (self._position * span_ms).astype(np.int64))

    def set_each_time(self, times: NDArray[np.int64]) -> None:
        """(messages,) event times, ms UTC."""
        for digit in range(len(TIME_MARK)):
            power = 10 ** (len(TIME_MARK) - 1 - digit)
            self._octets[self._time_at + digit] = 48 + times // power % 10

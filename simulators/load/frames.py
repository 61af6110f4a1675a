"""PUBLISH frames in bulk: laid out once, and given new times and numbers for each round.

Packet layout: OASIS MQTT 3.1.1, 3.3.
"""

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

_NUMBERS = re.compile(rb'"ts":(\d{13}),"seq":(\d+)')
_LAST_ID = 65_535


class Frames:
    """A round: one message after the other, of which each comes again in the next round.

    Raises ValueError where a payload does not begin with a time in ms and a sequence number, as simulated ones do.
    """

    def __init__(self, topics: Sequence[str], payloads: Sequence[bytes], qos: int) -> None:
        self.qos = qos
        frames, times, numbers, ids = [], [], [], []
        for topic, payload in zip(topics, payloads, strict=True):
            found = _NUMBERS.search(payload)
            if found is None:
                raise ValueError(f"{payload[:60]!r} has no time and number where they are looked for")
            head = _head(topic.encode(), payload, qos)
            frames.append(head + payload)
            times.append(len(head) + found.start(1))
            numbers.append((len(head) + found.start(2), len(found[2]), int(found[2])))
            ids.append(len(head) - 2)
        lengths = np.fromiter(map(len, frames), np.int64, len(frames))
        self.starts: NDArray[np.int64] = np.concatenate(([0], np.cumsum(lengths)))
        """(n + 1,) byte position of each frame, and of the end."""
        self.data = bytearray().join(frames)
        self._octets = np.frombuffer(self.data, np.uint8)
        self._time_at = self.starts[:-1] + np.array(times, np.int64)
        places, self._digits, self._first = np.array(numbers, np.int64).reshape(-1, 3).T
        self._number_at = self.starts[:-1] + places
        self._id_at = self.starts[:-1] + np.array(ids, np.int64)

    def __len__(self) -> int:
        return len(self._time_at)

    def write(self, first: int, last: int, time_ms: NDArray[np.int64], round_number: int) -> None:
        """Give the messages [first, last) their times, (last - first,), and the numbers of this round."""
        rows = slice(first, last)
        self._write_digits(self._time_at[rows], np.full(last - first, 13), time_ms)
        self._write_digits(self._number_at[rows], self._digits[rows], self._first[rows] + round_number)

    def number(self, first: int, last: int, next_id: int) -> int:
        """Give the messages [first, last) packet ids from `next_id` on; the one after them. QoS 1 alone."""
        ids = (next_id - 1 + np.arange(last - first)) % _LAST_ID + 1
        self._octets[self._id_at[first:last]] = ids >> 8
        self._octets[self._id_at[first:last] + 1] = ids & 255
        return (next_id - 1 + last - first) % _LAST_ID + 1

    def _write_digits(self, at: NDArray[np.int64], digits: NDArray[np.int64], values: NDArray[np.int64]) -> None:
        """The last digits of each value, so many as there is room for."""
        for place in range(int(digits.max(initial=0))):
            rows = np.flatnonzero(digits > place) if digits.min() <= place else slice(None)
            self._octets[at[rows] + digits[rows] - 1 - place] = 48 + values[rows] // 10**place % 10


def _head(topic: bytes, payload: bytes, qos: int) -> bytes:
    rest = len(topic).to_bytes(2, "big") + topic + (b"\0\0" if qos else b"")
    return bytes((0x30 | qos << 1,)) + encode_length(len(rest) + len(payload)) + rest


def encode_length(length: int) -> bytes:
    """A variable byte integer."""
    encoded = bytearray()
    while length > 127:
        encoded.append(length & 127 | 128)
        length >>= 7
    encoded.append(length)
    return bytes(encoded)

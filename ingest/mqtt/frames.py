"""Splits received bytes into PUBLISH frames, many at once, for MQTT 5 and 3.1.1.

The interpreter only walks from frame to frame (each length depends on the one before); everything inside the frames
is read by numpy for all of them together. Packets of other types are set aside whole, for the codec.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ingest.mqtt.protocol_errors import Fault, ProtocolError

Version = Literal[4, 5]
"""Protocol level: 4 is MQTT 3.1.1."""

PUBLISH = 3
_SMALLEST_FRAME = 2
_LONGEST_LENGTH_FIELD = 4
_MARGIN = bytes(8)
"""Lets the columns read past a malformed frame at the end of the buffer before they judge it."""


@dataclass(frozen=True, slots=True)
class Frames:
    """The whole frames at the head of a buffer. Columns are those of the n PUBLISH frames, in order of arrival."""

    topics: list[bytes]
    payloads: list[bytes]
    retained: NDArray[np.bool_]
    """(n,)"""
    qos: NDArray[np.uint8]
    """(n,) 0, 1 or 2"""
    packet_ids: NDArray[np.uint16]
    """(n,) 1 to 65535, and 0 at QoS 0, which has none."""
    again: NDArray[np.bool_]
    """(n,) DUP: the broker may have sent the message before."""
    controls: list[bytes]
    """Packets of every other type, whole, in order of arrival."""
    consumed: int
    """Bytes of the buffer that these frames took."""
    awaiting: int
    """Size of the frame that is not complete yet, as far as it is known: fewer bytes make no further frame."""
    error: ProtocolError | None
    """What ended the splitting; the frames before it are good."""


def split(data: bytes, version: Version, largest_packet: int) -> Frames:
    """The frames in `data`, which begins at a frame's first byte. `largest_packet`: bytes, header included."""
    edges, error = _walk(data, largest_packet)
    awaiting = _SMALLEST_FRAME
    if edges[-1] > len(data):
        awaiting = edges.pop() - edges[-1]
    bounds = np.array(edges, np.int64)
    raw = np.frombuffer(data + _MARGIN, np.uint8)
    starts, ends = bounds[:-1], bounds[1:]
    publish = raw[starts] >> 4 == PUBLISH
    controls: list[bytes] = []
    if not publish.all():
        controls = _slices(data, starts[~publish], ends[~publish])
        starts, ends = starts[publish], ends[publish]
    layout = _Layout(raw, starts, ends, error)
    layout.read_headers()
    if version == 5:
        layout.skip_properties()
    return Frames(
        topics=_slices(data, layout.topic_starts, layout.topic_ends),
        payloads=_slices(data, layout.payload_starts, layout.ends),
        retained=layout.flags & 1 != 0,
        qos=layout.qos,
        packet_ids=layout.packet_ids,
        again=layout.flags & 8 != 0,
        controls=controls,
        consumed=edges[-1],
        awaiting=awaiting,
        error=layout.error,
    )


def _slices(data: bytes, starts: NDArray[np.int64], ends: NDArray[np.int64]) -> list[bytes]:
    return [data[a:b] for a, b in zip(starts.tolist(), ends.tolist(), strict=True)]


def _walk(data: bytes, largest_packet: int) -> tuple[list[int], ProtocolError | None]:
    """Where frames begin and end; the last edge lies beyond `data` where the last frame's rest is still to come."""
    edges = [0]
    append = edges.append
    at, last = 0, len(data) - 1
    while at < last:
        length = data[at + 1]
        if length < 128:
            at += length + 2
        elif at < last - 1 and data[at + 2] < 128 and (size := length - 125 + (data[at + 2] << 7)) <= largest_packet:
            at += size
        else:
            size, error = _long_frame(data, at, largest_packet)
            if not size:
                return edges, error
            at += size
        append(at)
    return edges, None


def _long_frame(data: bytes, at: int, largest_packet: int) -> tuple[int, ProtocolError | None]:
    """The size in bytes of a frame whose length takes several bytes; 0 with an error, or the length is cut off."""
    length, shift = 0, 0
    field = data[at + 1 : at + 1 + _LONGEST_LENGTH_FIELD]
    for byte in field:
        length |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            size = 1 + shift // 7 + length
            if size <= largest_packet:
                return size, None
            return 0, ProtocolError(Fault.PACKET_TOO_LARGE, f"a packet of {size} bytes, allowed are {largest_packet}")
    if len(field) < _LONGEST_LENGTH_FIELD:
        return 0, None
    return 0, ProtocolError(Fault.LENGTH_MALFORMED, f"length field {field.hex(' ')} does not end")


class _Layout:
    """Where the parts of n PUBLISH frames lie in `raw`. A malformed frame cuts off itself and all that follow."""

    def __init__(
        self,
        raw: NDArray[np.uint8],
        starts: NDArray[np.int64],
        ends: NDArray[np.int64],
        error: ProtocolError | None,
    ) -> None:
        self.raw, self.ends, self.error = raw, ends, error
        self.flags = raw[starts]
        self.qos: NDArray[np.uint8] = (self.flags >> 1 & 3).astype(np.uint8)
        body = starts + 2
        longer = np.flatnonzero(raw[starts + 1] > 127)
        while longer.size:
            body[longer] += 1
            longer = longer[raw[body[longer] - 1] > 127]
        self.topic_starts = body + 2
        self.topic_ends = self.topic_starts + self._number_at(body)
        self.payload_starts = self.topic_ends + 2 * (self.qos > 0)
        self.packet_ids = np.zeros(0, np.uint16)

    def read_headers(self) -> None:
        self._end_at(self.qos == 3, Fault.QOS_RESERVED)
        self._end_at(self.payload_starts > self.ends, Fault.TOPIC_BEYOND_FRAME)
        # MQTT 5 sends an empty topic with a topic alias; we announce that we take none.
        self._end_at(self.topic_ends == self.topic_starts, Fault.TOPIC_EMPTY)
        identified = self.qos > 0
        if identified.any():
            numbers = self._number_at(self.topic_ends)
            self.packet_ids = np.where(identified, numbers, 0).astype(np.uint16)
            self._end_at(identified & (numbers == 0), Fault.PACKET_ID_ZERO)
        else:
            self.packet_ids = np.zeros(len(self.ends), np.uint16)

    def skip_properties(self) -> None:
        at = self.payload_starts
        first = self.raw[at].astype(np.int64)
        lengths = first & 127
        size = np.ones(len(at), np.int64)
        longer = np.flatnonzero(first > 127)
        while longer.size:
            byte = self.raw[at[longer] + size[longer]].astype(np.int64)
            lengths[longer] |= (byte & 127) << 7 * size[longer]
            size[longer] += 1
            longer = longer[(byte > 127) & (size[longer] < _LONGEST_LENGTH_FIELD)]
        self.payload_starts = at + size + lengths
        self._end_at(self.payload_starts > self.ends, Fault.PROPERTIES_BEYOND_FRAME)

    def _number_at(self, places: NDArray[np.int64]) -> NDArray[np.int64]:
        """(n,) two bytes each, the high one first."""
        return self.raw[places].astype(np.int64) << 8 | self.raw[places + 1]

    def _end_at(self, bad: NDArray[np.bool_], fault: Fault) -> None:
        """Keeps the frames before the first `bad` one."""
        if not bad.any():
            return
        n = int(bad.argmax())
        self.error = ProtocolError(fault, f"in the PUBLISH packet whose last byte is at {int(self.ends[n])}")
        for column in ("flags", "qos", "ends", "topic_starts", "topic_ends", "payload_starts", "packet_ids"):
            setattr(self, column, getattr(self, column)[:n])

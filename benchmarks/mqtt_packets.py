"""The few MQTT packets that the stand-in broker and the bare clients need, 3.1.1 and 5.

Packet layouts: OASIS MQTT 3.1.1 and MQTT 5.0, chapters 2 and 3.
"""

import struct
from collections.abc import Iterator

from simulators.load.frames import encode_length

CONNECT, CONNACK, PUBLISH, PUBACK, SUBSCRIBE, SUBACK, PINGREQ, DISCONNECT = 1, 2, 3, 4, 8, 9, 12, 14
PINGRESP_BYTES = b"\xd0\x00"
_PROPERTY_BYTES = {0x11: 4, 0x17: 1, 0x19: 1, 0x21: 2, 0x22: 2, 0x27: 4}
_RECEIVE_MAXIMUM, _USER_PROPERTY = 0x21, 0x26


def decode_length(data: bytes, at: int) -> tuple[int, int] | None:
    """(value, position after it), or None where the bytes end within it."""
    value = shift = 0
    while at < len(data):
        byte = data[at]
        at += 1
        value |= (byte & 127) << shift
        if byte < 128:
            return value, at
        shift += 7
    return None


def text(value: bytes) -> bytes:
    return struct.pack(">H", len(value)) + value


def packet(kind: int, flags: int, body: bytes) -> bytes:
    return bytes((kind << 4 | flags,)) + encode_length(len(body)) + body


def publish(topic: bytes, payload: bytes, packet_id: int | None, version: int) -> bytes:
    """QoS 1 with a packet id, QoS 0 without; an MQTT 5 frame has an empty property block."""
    body = (
        text(topic) + (struct.pack(">H", packet_id) if packet_id else b"") + (b"\0" if version == 5 else b"") + payload
    )
    return packet(PUBLISH, 2 if packet_id else 0, body)


def connect(client_id: bytes, version: int = 4) -> bytes:
    properties = b"\x03\x21\xff\xff" if version == 5 else b""  # Receive Maximum 65,535
    return packet(CONNECT, 0, text(b"MQTT") + bytes((version, 2, 0, 0)) + properties + text(client_id))


def subscribe(topic_filter: bytes, qos: int, version: int = 4) -> bytes:
    properties = b"\0" if version == 5 else b""
    return packet(SUBSCRIBE, 2, b"\0\1" + properties + text(topic_filter) + bytes((qos,)))


def packets(data: bytes) -> Iterator[tuple[int, bytes, int]]:
    """(first byte, body, position after it) of each whole packet in `data`."""
    at = 0
    while at + 2 <= len(data):
        length = decode_length(data, at + 1)
        if length is None or length[1] + length[0] > len(data):
            return
        end = length[1] + length[0]
        yield data[at], data[length[1] : end], end
        at = end


def connect_facts(body: bytes) -> tuple[int, int]:
    """(protocol version, Receive Maximum) of a CONNECT."""
    version = body[6]
    return version, _receive_maximum(body) if version == 5 else 65_535


def _receive_maximum(body: bytes) -> int:
    length = decode_length(body, 10)
    assert length is not None
    at, end = length[1], length[1] + length[0]
    while at < end:
        name = body[at]
        at += 1
        if name == _RECEIVE_MAXIMUM:
            return int.from_bytes(body[at : at + 2], "big")
        if name in _PROPERTY_BYTES:
            at += _PROPERTY_BYTES[name]
            continue
        for _ in range(2 if name == _USER_PROPERTY else 1):
            at += 2 + int.from_bytes(body[at : at + 2], "big")
    return 65_535


def suback(body: bytes, version: int) -> bytes:
    """The answer to a SUBSCRIBE: each filter at the QoS it asks for, 1 at most."""
    at = 2
    if version == 5:
        length = decode_length(body, 2)
        assert length is not None
        at = length[1] + length[0]
    granted = bytearray()
    while at < len(body):
        at += 2 + int.from_bytes(body[at : at + 2], "big")
        granted.append(min(body[at] & 3, 1))
        at += 1
    return packet(SUBACK, 0, body[:2] + (b"\0" if version == 5 else b"") + granted)

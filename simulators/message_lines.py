"""Recorded messages as JSON lines: when each came, its topic, and its payload as it was, to the byte.

    {"received":1772406000017,"topic":"city/b/air/A-1","payload":{"ts":1772406000017,"seq":4,"pm25":41.5}}

A payload that is no JSON object or list is kept as text, and one that is no text as "payload_base64".
"""

import json
from base64 import b64decode, b64encode

import msgspec

from ingest.event_time import event_time_ns
from simulators.payloads import Messages

_NANOSECONDS_A_MILLISECOND = 1_000_000


class MessageLine(msgspec.Struct):
    topic: str
    payload: msgspec.Raw = msgspec.field(default_factory=msgspec.Raw)
    payload_base64: str | None = None
    received: int | float | str | None = None
    """When it came, as a time in a payload; None: nobody knows."""

    @property
    def content(self) -> bytes:
        """The payload. Raises ValueError where there is none."""
        if self.payload_base64 is not None:
            return b64decode(self.payload_base64, validate=True)
        content = bytes(self.payload)
        if not content:
            raise ValueError("a message without a payload")
        if content.startswith(b'"'):
            return str(msgspec.json.decode(content)).encode("utf-8", errors="replace")
        return content

    @property
    def received_ns(self) -> int | None:
        """None: nobody knows. Raises ValueError where it is no time."""
        if self.received is None:
            return None
        moment = event_time_ns(self.received)
        if not isinstance(moment, int):
            raise ValueError(f"{self.received!r}: {moment.value}")
        return moment


_DECODER = msgspec.json.Decoder(MessageLine)
_CHECKER = msgspec.json.Decoder(msgspec.Raw)


def read_line(text: bytes) -> MessageLine | None:
    """None: it holds no message."""
    try:
        line = _DECODER.decode(text)
        return line if line.payload_base64 is not None or bytes(line.payload) else None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def written_lines(messages: Messages) -> str:
    """A line for each of them; the time of each counts as the time at which it came."""
    received_ms = (messages.time_ns // _NANOSECONDS_A_MILLISECOND).tolist()
    return "".join(
        f'{{"received":{moment},"topic":{json.dumps(topic)},{_payload(payload)}}}\n'
        for moment, topic, payload in zip(received_ms, messages.topics, messages.payloads, strict=True)
    )


def _payload(payload: bytes) -> str:
    try:
        text = payload.decode()
    except UnicodeDecodeError:
        return f'"payload_base64":"{b64encode(payload).decode()}"'
    return f'"payload":{text if _can_stand(payload) else json.dumps(text)}'


def _can_stand(payload: bytes) -> bool:
    """It is one object or list of JSON, on one line."""
    if payload[:1] + payload[-1:] not in (b"{}", b"[]") or b"\n" in payload or b"\r" in payload:
        return False
    try:
        # As deep within the line as it will stand.
        _CHECKER.decode(b"[" + payload + b"]")
    except (msgspec.DecodeError, RecursionError):
        return False
    return True

"""What is sent of readings that met with faults, as messages."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import msgspec
import numpy as np

from simulators.draws import FloatArray
from simulators.faults.sent import IntArray, Sent
from simulators.faults.troubled import TroubledFleet
from simulators.fleet import Reports
from simulators.payloads import Encoder, Messages, encode_payloads

Witness = Callable[[Sent, IntArray], None]
"""Told of every batch, and (n,) the number of the message in which each row went; -1: in none."""
_NEVER = -1


@dataclass(frozen=True, slots=True)
class _Message:
    batch: int
    rows: IntArray
    sent_ns: int
    topic: str
    payload: bytes


class TroubledEncoder:
    """As `Encoder`, of a fleet with faults. Spans are asked for in their order."""

    def __init__(self, encoder: Encoder, troubled: TroubledFleet, witness: Witness) -> None:
        self.fleet = encoder.fleet
        self._encoder = encoder
        self._troubled = troubled
        self._witness = witness
        self._next = 0

    def messages(self, start_ns: int, end_ns: int) -> Messages:
        """Everything that is sent in [start, end), ordered by the time of sending, then by kind."""
        batches = list(self._troubled.due(start_ns, end_ns))
        made = [message for number, sent in enumerate(batches) for message in self._messages(number, sent)]
        made.sort(key=lambda message: message.sent_ns)
        numbers = [np.full(len(sent), _NEVER, np.int64) for sent in batches]
        for message in made:
            numbers[message.batch][message.rows] = self._next
            self._next += 1
        for sent, number in zip(batches, numbers, strict=True):
            self._witness(sent, number)
        times = np.array([message.sent_ns for message in made], np.int64)
        return Messages([message.topic for message in made], [message.payload for message in made], times)

    def _messages(self, batch: int, sent: Sent) -> Iterator[_Message]:
        going = np.flatnonzero(~sent.never)
        payloads = dict(zip(going.tolist(), _payloads(sent.take(going)), strict=True))
        for rows in _uploads(sent, going):
            first = int(rows[0])
            one = payloads[first] if len(rows) == 1 else b"[" + b",".join(payloads[row] for row in rows.tolist()) + b"]"
            topic = self._encoder.topic(sent.kind, int(sent.device[first]))
            yield _Message(batch, rows, int(sent.sent_ns[first]), topic, one)


def _uploads(sent: Sent, going: IntArray) -> list[IntArray]:
    """Rows that go in one message: each by itself, but for what a device sends together."""
    together = sent.together[going]
    alone = [going[place : place + 1] for place in np.flatnonzero(~together).tolist()]
    held = going[together]
    if not len(held):
        return alone
    columns = (sent.copy, sent.sent_ns, sent.device)
    held = held[np.lexsort((sent.sequence[held], *(column[held] for column in columns)))]
    same = np.all([np.diff(column[held]) == 0 for column in columns], axis=0)
    return alone + np.split(held, np.flatnonzero(~same) + 1)


def _payloads(sent: Sent) -> list[bytes]:
    said: dict[str, FloatArray] = sent.said
    payloads = encode_payloads(Reports(sent.kind, sent.device, sent.stated_ns, sent.sequence, said))
    for row in np.flatnonzero(sent.has("changed_shape")).tolist():
        payloads[row] = _one_level_deeper(payloads[row])
    for row in np.flatnonzero(sent.has("malformed")).tolist():
        payloads[row] = payloads[row][: len(payloads[row]) // 2]
    return payloads


def _one_level_deeper(payload: bytes) -> bytes:
    content = msgspec.json.decode(payload)
    outside = {name: content.pop(name) for name in ("ts", "seq")}
    return msgspec.json.encode({**outside, "data": content})

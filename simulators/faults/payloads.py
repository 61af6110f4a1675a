"""What is sent of readings that met with faults, as messages."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import msgspec
import numpy as np

from simulators.draws import FloatArray
from simulators.faults.befallen import Befallen
from simulators.faults.malformed import SORTS, malformed
from simulators.faults.sent import IntArray, Mask, Sent
from simulators.faults.troubled import TroubledFleet
from simulators.fleet import Reports
from simulators.payloads import Encoder, Messages
from simulators.wire import Wire

Witness = Callable[[Sent, IntArray], None]
"""Told of every batch, and (n,) the number of the message in which each row went; -1: in none."""
_NEVER = -1
_NONE: IntArray = np.zeros(0, np.int64)


class TroubledEncoder:
    """As `Encoder`, of a fleet with faults. Spans are asked for in their order."""

    def __init__(self, encoder: Encoder, troubled: TroubledFleet, witness: Witness) -> None:
        self.fleet = encoder.fleet
        self.troubled = troubled
        self._befallen = Befallen()
        self.unsent = 0
        """To be set by who sends them: messages that could not be."""
        self._encoder = encoder
        self._witness = witness
        self._next = 0

    @property
    def befallen(self) -> Befallen:
        """Of all that was measured until now, also of what has yet to go: the truth tells of it too."""
        every = Befallen()
        every.readings, every.counts = self._befallen.readings, self._befallen.counts.copy()
        for sent in self.troubled.waiting:
            every.add(sent)
        return every

    def topic(self, kind: str, device: int) -> str:
        return self._encoder.topic(kind, device)

    def kind_of(self, topic: str) -> str:
        return self._encoder.kind_of(topic)

    def messages(self, start_ns: int, end_ns: int) -> Messages:
        """Everything that is sent in [start, end), ordered by the time of sending, then by kind and device."""
        batches = list(self.troubled.due(start_ns, end_ns))
        parts = [self._of_kind(sent) for sent in batches]
        size = sum(len(part.payloads) for part in parts)
        kind = np.repeat(np.arange(len(parts)), [len(part.payloads) for part in parts])
        keys = [np.concatenate([_NONE, *(part.keys[place] for part in parts)]) for place in range(4)]
        order = np.lexsort((*keys[:0:-1], kind, keys[0]))
        number = np.empty(size, np.int64)
        number[order] = self._next + np.arange(size)
        self._next += size
        self._tell(batches, parts, number)
        topics = [topic for part in parts for topic in part.topics]
        payloads = [payload for part in parts for payload in part.payloads]
        retain = np.concatenate([np.zeros(0, np.bool_), *(part.retain for part in parts)])
        return Messages(
            [topics[row] for row in order.tolist()],
            [payloads[row] for row in order.tolist()],
            keys[0][order],
            retain[order],
        )

    def _tell(self, batches: list[Sent], parts: list["_Part"], number: IntArray) -> None:
        since = 0
        for sent, part in zip(batches, parts, strict=True):
            numbers = np.full(len(sent), _NEVER, np.int64)
            numbers[part.rows] = number[since + part.message]
            since += len(part.payloads)
            self._befallen.add(sent)
            self._witness(sent, numbers)

    def _of_kind(self, sent: Sent) -> "_Part":
        going = np.flatnonzero(~sent.never)
        payloads = _payloads(sent.take(going), self._encoder.wire)
        order, first = _uploads(sent, going)
        bounds = [*first.tolist(), len(order)]
        joined = [
            payloads[order[begin]] if end - begin == 1 else _list_of(payloads, order[begin:end])
            for begin, end in pairwise(bounds)
        ]
        rows = going[order]
        message = np.repeat(np.arange(len(first)), np.diff(first, append=len(order)))
        leading = rows[first]
        retain = np.zeros(len(first), np.bool_)
        np.logical_or.at(retain, message, sent.retain[rows])
        return _Part(
            topics=[self._encoder.topic(sent.kind, device) for device in sent.device[leading].tolist()],
            payloads=joined,
            keys=tuple(column[leading] for column in (sent.sent_ns, sent.device, sent.sequence, sent.copy)),
            retain=retain,
            rows=rows,
            message=message,
        )


@dataclass(frozen=True, slots=True)
class _Part:
    """The messages of one kind."""

    topics: list[str]
    payloads: list[bytes]
    keys: tuple[IntArray, ...]
    """(m,) each: time of sending, device, number of its first reading, copy."""
    retain: Mask
    """(m,)"""
    rows: IntArray
    """(r,) readings that go, and
    (r,) the message in which each goes."""
    message: IntArray


def _uploads(sent: Sent, going: IntArray) -> tuple[IntArray, IntArray]:
    """(r,) places of `going` in the order in which they stand in messages, and (m,) where each message begins.

    Each reading goes by itself, but for what a device sends together; what cannot be read would break all of an upload.
    """
    together = (sent.together & ~sent.has("malformed"))[going]
    alone, held = np.flatnonzero(~together), np.flatnonzero(together)
    columns = [column[going[held]] for column in (sent.device, sent.sent_ns, sent.copy)]
    held = held[np.lexsort((sent.sequence[going[held]], *columns))]
    columns = [column[going[held]] for column in (sent.device, sent.sent_ns, sent.copy)]
    begins = np.ones(len(held), np.bool_)
    begins[1:] = np.any([np.diff(column) != 0 for column in columns], axis=0)
    return np.concatenate([alone, held]), np.concatenate([np.arange(len(alone)), len(alone) + np.flatnonzero(begins)])


def _list_of(payloads: list[bytes], places: IntArray) -> bytes:
    return b"[" + b",".join(payloads[place] for place in places.tolist()) + b"]"


def _payloads(sent: Sent, wire: Wire) -> list[bytes]:
    said: dict[str, FloatArray] = sent.said
    payloads = wire.payloads(Reports(sent.kind, sent.device, sent.stated_ns, sent.sequence, said))
    for row in np.flatnonzero(sent.has("changed_shape")).tolist():
        payloads[row] = _one_level_deeper(payloads[row], wire.fields_beside(sent.kind))
    for sort in SORTS:
        for row in np.flatnonzero(sent.has(f"malformed:{sort}")).tolist():
            payloads[row] = malformed(payloads[row], sort)
    return payloads


def _one_level_deeper(payload: bytes, beside: tuple[str, ...]) -> bytes:
    content = msgspec.json.decode(payload)
    outside = {name: content.pop(name) for name in beside if name in content}
    return msgspec.json.encode({**outside, "data": content})

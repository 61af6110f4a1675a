"""Messages as received to readings in columns, grouped by kind of device."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from operator import itemgetter

import numpy as np
from numpy.typing import NDArray

from config.settings import Kind, Source
from ingest.devices import DeviceTable
from ingest.messages import MessageBatch
from ingest.payloads.decoded import Decoded
from ingest.payloads.json_decoder import JsonDecoder
from ingest.payloads.one_message import OF_ONE_FIELD, FieldRules, rejected_field
from ingest.readings import ReadingBatch
from ingest.reasons import Reason
from ingest.topics import TopicRouter

MAX_DECODERS = 256
"""Kinds of device whose shape is remembered; a kind is any word in a topic."""
_NO_DEVICE = -1


@dataclass(frozen=True, slots=True)
class Rejection:
    """One message, or one element of a buffered upload, that gave no reading."""

    message: int
    """Index in the batch."""
    reason: Reason
    device: int
    """Row of the `DeviceTable`; -1 where the topic names none."""


@dataclass(slots=True)
class DecodedBatch:
    readings: list[ReadingBatch] = field(default_factory=list)
    rejections: list[Rejection] = field(default_factory=list)
    repeated: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, np.int64))
    """(r,) messages that the broker sent again although we hold them."""
    repeated_device: NDArray[np.int32] = field(default_factory=lambda: np.zeros(0, np.int32))
    """(r,) rows of the `DeviceTable`; -1 where the topic names none."""


class SourceDecoder:
    """Decodes the messages of one source. The result depends on the messages alone, never on what came before."""

    def __init__(
        self,
        source: Source,
        default_city: str,
        devices: DeviceTable,
        kinds: Mapping[str, Kind],
        topics: Sequence[bytes] = (),
    ) -> None:
        """`topics` are those of an earlier run, in the order of their stream numbers."""
        self._source = source
        self._kinds = kinds
        self.router = TopicRouter(source, default_city, devices)
        self.router.streams(topics)
        self._decoders: dict[str, JsonDecoder] = {}

    @property
    def topics(self) -> list[bytes]:
        """In the order of their stream numbers."""
        return list(self.router)

    @property
    def streams(self) -> int:
        return len(self.router)

    def topics_between(self, start: int, end: int) -> list[bytes]:
        """Those of streams start to end, end not included."""
        return self.router.between(start, end)

    def decode(self, batch: MessageBatch) -> DecodedBatch:
        streams = self.router.streams(batch.topics)
        decoded = DecodedBatch()
        usable = (streams >= 0) & ~batch.retained
        refused = ~usable
        if batch.repeated is not None:
            decoded.repeated = np.flatnonzero(batch.repeated)
            decoded.repeated_device = self._device_of(streams[decoded.repeated])
            usable &= ~batch.repeated
            refused &= ~batch.repeated
        if refused.any():
            self._refuse(streams, refused, decoded)
        chosen = np.flatnonzero(usable)
        kinds = self.router.kind_numbers(streams[chosen])
        for number in np.unique(kinds).tolist():
            self._decode_kind(self.router.kinds[number], batch, streams, chosen[kinds == number], decoded)
        return decoded

    def devices(self, topics: Sequence[bytes]) -> NDArray[np.int32]:
        """(n,) rows of the `DeviceTable`, made on first sight; -1 where a topic names no device."""
        return self._device_of(self.router.streams(topics))

    def rejected_field(self, topic: bytes, payload: bytes, reason: Reason) -> str:
        """The field for which the message was rejected, and its value; "" where it was not for one field."""
        if reason not in OF_ONE_FIELD:
            return ""
        kind = self.router.kinds[int(self.router.kind_numbers(self.router.streams([topic]))[0])]
        return rejected_field(payload, self._decoder(kind).rules, reason)

    def _device_of(self, streams: NDArray[np.int32]) -> NDArray[np.int32]:
        device = np.full(len(streams), _NO_DEVICE, np.int32)
        known = streams >= 0
        device[known] = self.router.devices(streams[known])
        return device

    def _refuse(self, streams: NDArray[np.int32], refused: NDArray[np.bool_], decoded: DecodedBatch) -> None:
        chosen = np.flatnonzero(refused)
        refusals = zip(
            chosen.tolist(), streams[chosen].tolist(), self._device_of(streams[chosen]).tolist(), strict=True
        )
        for message, stream, device in refusals:
            reason = self.router.refusal(stream) if stream < 0 else Reason.RETAINED
            decoded.rejections.append(Rejection(message, reason, device))

    def _decode_kind(
        self,
        kind: str,
        batch: MessageBatch,
        streams: NDArray[np.int32],
        chosen: NDArray[np.int64],
        decoded: DecodedBatch,
    ) -> None:
        payloads = _pick(batch.payloads, chosen)
        columns = self._decoder(kind).decode(payloads)
        for message, reason in columns.rejected:
            stream = streams[chosen[message : message + 1]]
            device = int(self.router.devices(stream)[0])
            decoded.rejections.append(Rejection(int(chosen[message]), reason, device))
        if len(columns.message):
            decoded.readings.append(self._readings(kind, columns, chosen[columns.message], streams, batch))

    def _readings(
        self, kind: str, columns: Decoded, message: NDArray[np.int64], streams: NDArray[np.int32], batch: MessageBatch
    ) -> ReadingBatch:
        stream = streams[message]
        return ReadingBatch(
            source=self._source.name,
            kind=kind,
            quantities=columns.quantities,
            device=self.router.devices(stream),
            stream=stream,
            time_ns=np.where(columns.timed, columns.time_ns, batch.received_ns),
            timed=columns.timed,
            sequence=columns.sequence,
            values=columns.values,
            message=message,
            received_ns=batch.received_ns,
            behind=batch.behind,
        )

    def _decoder(self, kind: str) -> JsonDecoder:
        decoder = self._decoders.get(kind)
        if decoder is None:
            if len(self._decoders) >= MAX_DECODERS:
                del self._decoders[next(iter(self._decoders))]
            declared = self._kinds[kind].quantities if kind in self._kinds else {}
            rules = FieldRules(
                time_field=self._source.time_field,
                sequence_field=self._source.sequence_field,
                renamed=self._source.fields,
                ignored=frozenset(self._source.ignore),
                declared=frozenset(declared),
            )
            decoder = self._decoders[kind] = JsonDecoder(rules)
        return decoder


def _pick(payloads: Sequence[bytes], chosen: NDArray[np.int64]) -> Sequence[bytes]:
    if len(chosen) == len(payloads):
        return payloads
    if len(chosen) == 1:
        return [payloads[int(chosen[0])]]
    picked: tuple[bytes, ...] = itemgetter(*chosen.tolist())(payloads)
    return picked

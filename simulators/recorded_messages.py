"""Recorded messages, {"topic": ..., "payload": ...} on each line, decoded as if a broker had delivered them."""

from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path

import msgspec
import numpy as np

from config.settings import Kind, Source
from ingest.decoding import SourceDecoder
from ingest.devices import DeviceTable
from ingest.messages import MessageBatch
from simulators.recorded_columns import SOURCE, RecordedColumns, from_batch
from simulators.recorded_rows import CHUNK_ROWS, first_line
from simulators.rejections import Rejections, RowReason


class RecordedMessage(msgspec.Struct):
    topic: str
    payload: msgspec.Raw


def holds_messages(path: Path) -> bool:
    """Whether the file's first line is a recorded message."""
    with path.open("rb") as stream:
        return _message(first_line(stream)) is not None


def message_columns(
    path: Path, decoder: SourceDecoder, rejections: Rejections, progress: Callable[[int], None]
) -> Iterator[tuple[int, list[RecordedColumns]]]:
    """Messages in, and columns of, each chunk of the file. A message without a time of its own is rejected."""
    with path.open("rb") as stream:
        before = taken = 0
        while raw := list(islice(stream, CHUNK_ROWS)):
            batch, lines = _batch(path, raw, before, rejections)
            decoded = decoder.decode(batch)
            for rejection in decoded.rejections:
                topic = batch.topics[rejection.message].decode()
                rejections.add(path, lines[rejection.message], rejection.reason, topic)
            for readings in decoded.readings:
                for untimed in readings.message[~readings.timed].tolist():
                    rejections.add(path, lines[untimed], RowReason.TIME_MISSING, batch.topics[untimed].decode())
            progress(stream.tell())
            timed = [readings.take(np.flatnonzero(readings.timed)) for readings in decoded.readings]
            yield len(batch), [from_batch(readings, taken) for readings in timed]
            before += len(raw)
            taken += len(batch)


def message_decoder(devices: DeviceTable, kinds: dict[str, Kind]) -> SourceDecoder:
    """For topics and payloads of the default contract."""
    return SourceDecoder(Source(name=SOURCE), "city", devices, kinds)


def _batch(path: Path, raw: list[bytes], before: int, rejections: Rejections) -> tuple[MessageBatch, list[int]]:
    """The messages, and the line of each."""
    found = []
    for line, text in enumerate(raw, before + 1):
        message = _message(text)
        if message is not None:
            found.append((line, message.topic.encode(), _payload(message.payload)))
        elif text.strip():
            rejections.add(path, line, RowReason.INVALID_JSON, text.decode(errors="replace").rstrip())
    lines, topics, payloads = [list(column) for column in zip(*found, strict=True)] if found else ([], [], [])
    return MessageBatch(topics, payloads, np.zeros(len(found), dtype=np.bool_), received_ns=0), lines


_DECODER = msgspec.json.Decoder(RecordedMessage)


def _message(text: bytes) -> RecordedMessage | None:
    try:
        return _DECODER.decode(text)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def _payload(raw: msgspec.Raw) -> bytes:
    """The object itself, or the text of a payload that was kept as a string."""
    content = bytes(raw)
    if content.startswith(b'"'):
        return str(msgspec.json.decode(content)).encode("utf-8", errors="replace")
    return content

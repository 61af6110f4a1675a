"""Recorded messages, {"topic": ..., "payload": ...} on each line, decoded as if a broker had delivered them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from config.default_kinds import effective_kinds
from config.settings import Settings
from ingest.decoding import SourceDecoder
from ingest.devices import DeviceTable
from ingest.messages import MessageBatch
from ingest.readings import ReadingBatch
from simulators.message_lines import MessageLine, read_line
from simulators.recorded_columns import SOURCE, RecordedColumns, from_batch
from simulators.recorded_files import open_recorded
from simulators.recorded_rows import CHUNK_ROWS, first_line
from simulators.recorded_sources import RecordedSources
from simulators.rejections import Rejections, RowReason

NOT_RECEIVED = -(2**63)
"""In `MessageRows.received_ns`: the line does not say when the message came."""


@dataclass(frozen=True, slots=True)
class MessageRows:
    """Messages of one chunk of a file."""

    lines: list[int]
    """(n,) counted from 1."""
    topics: list[bytes]
    payloads: list[bytes]
    received_ns: NDArray[np.int64]
    """(n,)"""

    def __len__(self) -> int:
        return len(self.lines)


def first_message(path: Path) -> MessageLine | None:
    """Of the file's first line; None: it is no recorded message."""
    with open_recorded(path) as (stream, _):
        return read_line(first_line(stream))


def message_rows(path: Path, rejections: Rejections, progress: Callable[[int], None]) -> Iterator[MessageRows]:
    """The messages of a file by chunks, those that can be read at all."""
    with open_recorded(path) as (stream, position):
        before = 0
        while raw := list(islice(stream, CHUNK_ROWS)):
            progress(position())
            yield _rows(path, raw, before, rejections)
            before += len(raw)


def message_columns(
    path: Path, decoder: "RecordedDecoder", rejections: Rejections, progress: Callable[[int], None]
) -> Iterator[tuple[int, list[RecordedColumns]]]:
    """Messages in, and columns of, each chunk of the file. A reading without a time was taken when its message came."""
    taken = 0
    for rows in message_rows(path, rejections, progress):
        columns = [
            _columns(path, readings, rows, taken, rejections) for readings in decoder.decode(path, rows, rejections)
        ]
        yield len(rows), columns
        taken += len(rows)


class RecordedDecoder:
    """By the sources of a configuration; readings of all of them are of one source, that of recordings."""

    def __init__(self, settings: Settings, devices: DeviceTable) -> None:
        kinds = effective_kinds(settings)
        self._sources = RecordedSources(settings.sources)
        self._decoders = [
            SourceDecoder(source.model_copy(update={"name": SOURCE}), settings.city.id, devices, kinds)
            for source in settings.sources
        ]

    def decode(self, path: Path, rows: MessageRows, rejections: Rejections) -> Iterator[ReadingBatch]:
        """`message` of the readings is the place in `rows`."""
        sources = self._sources.of(rows.topics)
        for number in np.unique(sources).tolist():
            chosen = np.flatnonzero(sources == number)
            places = chosen.tolist()
            topics, payloads = [rows.topics[row] for row in places], [rows.payloads[row] for row in places]
            batch = MessageBatch(topics, payloads, np.zeros(len(chosen), dtype=np.bool_), received_ns=0)
            decoded = self._decoders[number].decode(batch)
            for rejection in decoded.rejections:
                line, topic = rows.lines[places[rejection.message]], topics[rejection.message]
                rejections.add(path, line, rejection.reason, topic.decode(errors="replace"))
            for readings in decoded.readings:
                yield replace(readings, message=chosen[readings.message])


def _columns(
    path: Path, readings: ReadingBatch, rows: MessageRows, taken: int, rejections: Rejections
) -> RecordedColumns:
    received_ns = rows.received_ns[readings.message]
    unknown = ~readings.timed & (received_ns == NOT_RECEIVED)
    for row in readings.message[unknown].tolist():
        rejections.add(path, rows.lines[row], RowReason.TIME_MISSING, rows.topics[row].decode(errors="replace"))
    time_ns = np.where(readings.timed, readings.time_ns, received_ns)
    received_ns = np.where(received_ns == NOT_RECEIVED, time_ns, received_ns)
    return from_batch(readings, taken, time_ns, received_ns).take(np.flatnonzero(~unknown))


def _rows(path: Path, raw: list[bytes], before: int, rejections: Rejections) -> MessageRows:
    found: list[tuple[int, bytes, bytes, int]] = []
    for number, text in enumerate(raw, before + 1):
        row = _row(number, text)
        if not isinstance(row, RowReason):
            found.append(row)
        elif text.strip():
            rejections.add(path, number, row, text.decode(errors="replace").rstrip())
    columns = [list(column) for column in zip(*found, strict=True)] if found else [[], [], [], []]
    lines, topics, payloads, received_ns = columns
    return MessageRows(lines, topics, payloads, np.array(received_ns, np.int64))


def _row(number: int, text: bytes) -> tuple[int, bytes, bytes, int] | RowReason:
    line = read_line(text)
    if line is None:
        return RowReason.INVALID_JSON
    try:
        content = line.content
    except ValueError:
        return RowReason.INVALID_JSON
    try:
        received_ns = line.received_ns
    except ValueError:
        return RowReason.RECEIVED_INVALID
    return number, line.topic.encode(), content, NOT_RECEIVED if received_ns is None else received_ns

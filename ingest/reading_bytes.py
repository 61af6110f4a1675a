"""Readings in bytes and back, for whatever carries them between processes; they say themselves what they are.

    content = magic (4 bytes), length of the head (uint32), head (msgpack), body
    body    = the columns one after the other, little-endian, in the order of the head; one zstd frame where it says so

Devices and streams are numbers, as in the batch: both sides keep the tables that give them, one for each partition.
"""

import struct
from typing import Any

import msgspec
import numpy as np
import zstandard
from numpy.typing import NDArray

from ingest.readings import ReadingBatch

VERSION = 1
_MAGIC = b"DRB\0"
_START = struct.Struct("<4sI")
_LEVEL = 1
_LARGEST = 1 << 30
"""Bytes of a body; a damaged head must not ask for more memory than there is."""


class ReadingBytesError(ValueError):
    """The bytes are damaged, or of another version."""


class _Head(msgspec.Struct):
    version: int
    source: str
    kind: str
    quantities: tuple[str, ...]
    rows: int
    received_ns: int
    behind: bool
    compressed: bool
    columns: tuple[tuple[str, str, int], ...]
    """(name, numpy dtype string, values a row)."""


_HEAD = msgspec.msgpack.Decoder(_Head)


def encode(batch: ReadingBatch, *, compressed: bool = False) -> bytes:
    columns = _columns(batch)
    head = _Head(
        version=VERSION,
        source=batch.source,
        kind=batch.kind,
        quantities=batch.quantities,
        rows=len(batch),
        received_ns=batch.received_ns,
        behind=batch.behind,
        compressed=compressed,
        columns=_layout(len(batch.quantities)),
    )
    described = msgspec.msgpack.encode(head)
    body = b"".join(
        column.astype(dtype, copy=False).tobytes() for column, (_, dtype, _) in zip(columns, head.columns, strict=True)
    )
    if compressed:
        body = zstandard.ZstdCompressor(_LEVEL, write_checksum=True).compress(body)
    return b"".join((_START.pack(_MAGIC, len(described)), described, body))


def decode(content: bytes) -> ReadingBatch:
    """Raises ReadingBytesError."""
    head, body = _parts(content)
    if head.version != VERSION:
        raise ReadingBytesError(f"readings of version {head.version}, this program reads version {VERSION}")
    if head.columns != _layout(len(head.quantities)) or head.rows < 0:
        raise ReadingBytesError("these are no readings: other columns than this version has")
    device, stream, time_ns, timed, sequence, message, values = _cut(head, body)
    return ReadingBatch(
        source=head.source,
        kind=head.kind,
        quantities=head.quantities,
        device=device,
        stream=stream,
        time_ns=time_ns,
        timed=timed,
        sequence=sequence,
        values=values.reshape(len(head.quantities), head.rows),
        message=message,
        received_ns=head.received_ns,
        behind=head.behind,
    )


def _columns(batch: ReadingBatch) -> tuple[NDArray[Any], ...]:
    return (batch.device, batch.stream, batch.time_ns, batch.timed, batch.sequence, batch.message, batch.values)


def _layout(quantities: int) -> tuple[tuple[str, str, int], ...]:
    """As `_columns`."""
    return (
        ("device", "<i4", 1),
        ("stream", "<i4", 1),
        ("time_ns", "<i8", 1),
        ("timed", "|b1", 1),
        ("sequence", "<i8", 1),
        ("message", "<i8", 1),
        ("values", "<f8", quantities),
    )


def _parts(content: bytes) -> tuple[_Head, bytes]:
    try:
        magic, length = _START.unpack_from(content)
        head = _HEAD.decode(content[_START.size : _START.size + length])
    except (struct.error, msgspec.DecodeError, ValueError) as error:
        raise ReadingBytesError(f"these are no readings: {error}") from error
    if magic != _MAGIC:
        raise ReadingBytesError("these are no readings: they do not begin as such")
    return head, content[_START.size + length :]


def _cut(head: _Head, body: bytes) -> list[NDArray[Any]]:
    size = head.rows * sum(np.dtype(dtype).itemsize * width for _, dtype, width in head.columns)
    if size > _LARGEST:
        raise ReadingBytesError(f"readings of {size} bytes, more than {_LARGEST}")
    if head.compressed:
        try:
            body = zstandard.ZstdDecompressor().decompress(body, max_output_size=size, allow_extra_data=False)
        except zstandard.ZstdError as error:
            raise ReadingBytesError(f"the readings are damaged: {error}") from error
    if len(body) != size:
        raise ReadingBytesError(f"the readings have {len(body)} bytes, not {size}")
    columns, start = [], 0
    for _, dtype, width in head.columns:
        count = head.rows * width
        columns.append(np.frombuffer(body, dtype, count, start).copy())
        start += columns[-1].nbytes
    return columns

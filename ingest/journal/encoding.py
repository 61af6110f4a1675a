"""An entry as bytes: columns, compressed together, with a checksum in front.

content  = version (1 byte), CRC-32 of the rest (4 bytes, little-endian), one zstd frame
in frame = length of the head (4 bytes), head (msgpack), then the columns in the order in which they are written below
"""

import io
import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import NamedTuple

import msgspec
import numpy as np
import zstandard
from numpy.typing import NDArray

from ingest.journal.damage import JournalDamaged
from ingest.journal.entries import Act, Entry, Messages, Shed, Tick
from ingest.messages import MessageBatch

VERSION = 1
_PREFIX = struct.Struct("<BI")
_HEAD_LENGTH = struct.Struct("<I")
_LEVEL = -1
"""Half the processor time of level 1 for a fifth more bytes; the disk is not what is short."""
_WIDTHS = (np.dtype("<u1"), np.dtype("<u2"), np.dtype("<u4"))
_ID = np.dtype("<u2")
_LINE_END = ord("\n")
_LARGEST_BUFFER = 16 << 20


class _TickHead(msgspec.Struct, tag="tick"):
    received_ns: int


class _ActHead(msgspec.Struct, tag="act"):
    content: bytes
    received_ns: int


class _Texts(msgspec.Struct):
    """How texts stand one after the other."""

    nbytes: int
    """Of all of them, with what parts them."""
    width: int
    """Bytes of each one's length, which stand in front; 0: they are parted by line ends, as none holds one."""


class _ShedHead(msgspec.Struct, tag="shed"):
    source: str
    received_ns: int
    count: int
    topics: _Texts


class _MessagesHead(msgspec.Struct, tag="messages"):
    source: str
    received_ns: int
    count: int
    topics: _Texts
    payloads: _Texts
    has_ids: bool
    has_repeated: bool
    behind: bool


_Head = _TickHead | _ActHead | _ShedHead | _MessagesHead
_HEAD = msgspec.msgpack.Decoder(_Head)


@dataclass(frozen=True, slots=True)
class Measured:
    """An entry and how much is in it, so that it is looked at once."""

    entry: Entry
    messages: int
    size: int
    """Bytes of topics and payloads, about."""

    @property
    def received_ns(self) -> int:
        return self.entry.batch.received_ns if isinstance(self.entry, Messages) else self.entry.received_ns


def measure(entry: Entry) -> Measured:
    if isinstance(entry, Messages):
        batch = entry.batch
        size = batch.nbytes or sum(map(len, batch.topics)) + sum(map(len, batch.payloads))
        return Measured(entry, len(batch), size)
    topics = entry.topics if isinstance(entry, Shed) else ()
    return Measured(entry, len(topics), sum(map(len, topics)))


def encode(entry: Entry) -> bytes:
    return Encoder().encode(measure(entry))


class Encoder:
    """Keeps what is costly to allocate anew for each entry: half of the work otherwise. For one thread at a time."""

    def __init__(self) -> None:
        self._compressor = zstandard.ZstdCompressor(level=_LEVEL)
        self._body = io.BytesIO()

    def encode(self, measured: Measured) -> bytes:
        self._body.seek(0)
        self._body.writelines(_parts(measured.entry))
        with self._body.getbuffer() as buffer:
            is_large = len(buffer) > _LARGEST_BUFFER
            frame = self._compressor.compress(buffer[: self._body.tell()])
        if is_large:
            self._body = io.BytesIO()
        return _PREFIX.pack(VERSION, zlib.crc32(frame)) + frame


def checksum(content: bytes) -> int | None:
    """The checksum that stands in front of the content; None where it does not hold."""
    if len(content) < _PREFIX.size:
        return None
    _, kept = _PREFIX.unpack_from(content)
    return int(kept) if zlib.crc32(memoryview(content)[_PREFIX.size :]) == kept else None


def decode(content: bytes) -> Entry:
    """Raises JournalDamaged."""
    if checksum(content) is None:
        raise JournalDamaged("its checksum does not fit")
    if content[0] != VERSION:
        raise JournalDamaged(f"it was written by another Denyut (format {content[0]}; this one knows {VERSION})")
    try:
        body = zstandard.ZstdDecompressor().decompress(memoryview(content)[_PREFIX.size :])
        (length,) = _HEAD_LENGTH.unpack_from(body)
        columns = _Columns(body, _HEAD_LENGTH.size + length)
        head = _HEAD.decode(body[_HEAD_LENGTH.size : columns.position])
        return _entry(head, columns)
    except (zstandard.ZstdError, msgspec.MsgspecError, struct.error, ValueError, MemoryError) as error:
        raise JournalDamaged(f"it cannot be decoded ({error})") from error


def _parts(entry: Entry) -> list[bytes]:
    if isinstance(entry, Messages):
        return _messages(entry)
    if isinstance(entry, Shed):
        topics = _joined(entry.topics)
        return [*_opening(_ShedHead(entry.source, entry.received_ns, len(entry.topics), topics.form)), *topics.parts]
    if isinstance(entry, Act):
        return _opening(_ActHead(entry.content, entry.received_ns))
    return _opening(_TickHead(entry.received_ns))


def _messages(entry: Messages) -> list[bytes]:
    batch = entry.batch
    topics, payloads = _joined(batch.topics), _joined(batch.payloads)
    ids, repeated = batch.packet_ids, batch.repeated
    head = _MessagesHead(
        entry.source,
        batch.received_ns,
        len(batch),
        topics.form,
        payloads.form,
        ids is not None,
        repeated is not None,
        batch.behind,
    )
    return [
        *_opening(head),
        np.packbits(batch.retained).tobytes(),
        b"" if repeated is None else np.packbits(repeated).tobytes(),
        # Identifiers mostly count up, so the steps between them, modulo 2^16, compress to nothing.
        b"" if ids is None else np.diff(ids, prepend=np.uint16(0)).astype(_ID).tobytes(),
        *topics.parts,
        *payloads.parts,
    ]


class _Joined(NamedTuple):
    form: _Texts
    parts: tuple[bytes, ...]


def _joined(texts: Sequence[bytes]) -> _Joined:
    """A line for each costs a third of taking their lengths, and reads back as fast; most topics and JSON are lines."""
    lines = b"\n".join(texts)
    if np.count_nonzero(np.frombuffer(lines, np.uint8) == _LINE_END) == len(texts) - 1:
        return _Joined(_Texts(len(lines), 0), (lines,))
    lengths = np.fromiter(map(len, texts), np.uint32, len(texts))
    width = _WIDTHS[int(np.searchsorted((0xFF, 0xFFFF), int(lengths.max(initial=0))))]
    return _Joined(_Texts(int(lengths.sum()), width.itemsize), (lengths.astype(width).tobytes(), b"".join(texts)))


def _opening(head: msgspec.Struct) -> list[bytes]:
    encoded = msgspec.msgpack.encode(head)
    return [_HEAD_LENGTH.pack(len(encoded)), encoded]


class _Columns:
    """Reads one column after the other. Raises ValueError where the body is too short."""

    def __init__(self, body: bytes, position: int) -> None:
        self._body = body
        self.position = position

    def array(self, dtype: np.dtype[np.unsignedinteger], count: int) -> NDArray[np.unsignedinteger]:
        values = np.frombuffer(self._body, dtype, count, self.position)
        self.position += values.nbytes
        return values

    def flags(self, count: int) -> NDArray[np.bool_]:
        packed = self.array(_WIDTHS[0], (count + 7) // 8)
        return np.unpackbits(packed.view(np.uint8), count=count).view(np.bool_)

    def texts(self, form: _Texts, count: int) -> list[bytes]:
        lengths = self.array(np.dtype(f"<u{form.width}"), count) if form.width else None
        begin, self.position = self.position, self.position + form.nbytes
        if self.position > len(self._body):
            raise ValueError(f"{self.position - len(self._body)} bytes are missing")
        if lengths is None:
            texts = self._body[begin : self.position].split(b"\n")
        else:
            ends = list(accumulate(lengths.tolist(), initial=begin))
            texts = [self._body[start:end] for start, end in pairwise(ends)]
        if len(texts) != count:
            raise ValueError(f"it holds {len(texts)} of {count} texts")
        return texts


def _entry(head: _Head, columns: _Columns) -> Entry:
    if isinstance(head, _TickHead):
        return Tick(head.received_ns)
    if isinstance(head, _ActHead):
        return Act(head.content, head.received_ns)
    if isinstance(head, _ShedHead):
        return Shed(head.source, columns.texts(head.topics, head.count), head.received_ns)
    retained = columns.flags(head.count)
    repeated = columns.flags(head.count) if head.has_repeated else None
    ids = np.cumsum(columns.array(_ID, head.count), dtype=np.uint16) if head.has_ids else None
    topics, payloads = columns.texts(head.topics, head.count), columns.texts(head.payloads, head.count)
    batch = MessageBatch(
        topics,
        payloads,
        retained,
        head.received_ns,
        packet_ids=ids,
        repeated=repeated,
        behind=head.behind,
        nbytes=head.topics.nbytes + head.payloads.nbytes,
    )
    return Messages(head.source, batch)

"""Rows out of a file that SQLite cannot read, or not to its end: from its pages and from its log, each for itself.

A row is never changed or deleted and carries its own checksum, so any place where it is found is as good as another:
pages that a newer one replaced, frames of the log that were carried over already or that follow a damaged one.
The format is that of https://sqlite.org/fileformat2.html ("B-tree Pages", "Record Format", "The WAL File Format").
"""

import struct
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path

from ingest.journal.segment import PAGE_SIZE, Row, log_of

_TABLE_LEAF = 0x0D
_LEAF_HEADER = 8
_LOG_HEADER = 32
_FRAME_HEADER = 24
_COLUMNS = 5
_INTEGER_BYTES = (0, 1, 2, 3, 4, 6, 8)
"""By serial type."""
_MOST_VERSIONS = 8
"""Of one entry's pages that are tried with each other."""

_LARGEST_LOCAL = PAGE_SIZE - 35
_LEAST_LOCAL = (PAGE_SIZE - 12) * 32 // 255 - 23
_Pages = dict[int, list[memoryview]]


@dataclass(frozen=True, slots=True)
class _Cell:
    """Where a row begins: its record, of which the rest may lie in a chain of other pages."""

    local: memoryview
    length: int
    next_page: int


def salvage(path: Path, from_offset: int, before: int | None = None) -> Iterator[Row]:
    """Intact rows in order, each offset once. Nothing where the file itself cannot be read."""
    try:
        pages = _pages(path)
    except OSError:
        return
    cells: dict[int, list[_Cell]] = defaultdict(list)
    for versions in pages.values():
        for page in versions:
            for offset, cell in _cells(page):
                if offset >= from_offset and (before is None or offset < before):
                    cells[offset].append(cell)
    for offset in sorted(cells):
        if (row := _first_intact(offset, cells[offset], pages)) is not None:
            yield row


def _first_intact(offset: int, cells: Sequence[_Cell], pages: _Pages) -> Row | None:
    for cell in cells:
        for record in _records(cell, pages):
            row = _row(offset, record)
            if row is not None and row.is_intact:
                return row
    return None


def _pages(path: Path) -> _Pages:
    """Page number -> its versions, the newest first. Raises OSError."""
    pages: _Pages = defaultdict(list)
    log = log_of(path)
    if log.is_file():
        for number, page in _frames(memoryview(log.read_bytes())):
            pages[number].insert(0, page)
    content = memoryview(path.read_bytes())
    for number, start in enumerate(range(0, len(content), PAGE_SIZE), 1):
        pages[number].append(content[start : start + PAGE_SIZE])
    # The first page holds the header and the schema.
    pages.pop(1, None)
    return pages


def _frames(log: memoryview) -> Iterator[tuple[int, memoryview]]:
    """Page number and page of each frame that was committed, or may have been."""
    size = _FRAME_HEADER + PAGE_SIZE
    frames = [log[start : start + size] for start in range(_LOG_HEADER, len(log) - size + 1, size)]
    salt = bytes(log[16:24])
    heads = [struct.unpack_from(">II8s", frame) for frame in frames]
    # After the last commit of the newest round stand frames of a transaction that never ended, or older rounds.
    commits = [index for index, (_, pages, of) in enumerate(heads) if pages and of == salt]
    ended = commits[-1] if commits else -1
    for index, (number, _, of) in enumerate(heads):
        if index <= ended or of != salt:
            yield number, frames[index][_FRAME_HEADER:]


def _cells(page: memoryview) -> Iterator[tuple[int, _Cell]]:
    """(offset, cell) of each row of a table's leaf; what makes no sense is passed over."""
    if len(page) < _LEAF_HEADER or page[0] != _TABLE_LEAF:
        return
    (count,) = struct.unpack_from(">H", page, 3)
    if _LEAF_HEADER + 2 * count > len(page):
        return
    for position in struct.unpack_from(f">{count}H", page, _LEAF_HEADER):
        length, start = _varint(page, position)
        offset, start = _varint(page, start)
        local = _local_bytes(length)
        end = start + local
        if min(length, offset) < 0 or offset >= 2**63 or end + 4 * (local < length) > len(page):
            continue
        next_page = 0 if local == length else struct.unpack_from(">I", page, end)[0]
        yield offset, _Cell(page[start:end], length, next_page)


def _local_bytes(length: int) -> int:
    if length <= _LARGEST_LOCAL:
        return length
    local = _LEAST_LOCAL + (length - _LEAST_LOCAL) % (PAGE_SIZE - 4)
    return local if local <= _LARGEST_LOCAL else _LEAST_LOCAL


def _records(cell: _Cell, pages: _Pages) -> Iterator[bytes]:
    """The whole record; more than one where pages of its chain exist in more than one version."""
    missing = cell.length - len(cell.local)
    if missing > len(pages) * PAGE_SIZE:
        return
    chain: list[Sequence[memoryview]] = []
    number = cell.next_page
    while missing > 0:
        versions = [page for page in pages.get(number, ()) if len(page) >= 4 + min(missing, PAGE_SIZE - 4)]
        if not versions:
            return
        chain.append(versions)
        missing -= PAGE_SIZE - 4
        (number,) = struct.unpack_from(">I", versions[0], 0)
    for _, chosen in zip(range(_MOST_VERSIONS), product(*chain), strict=False):
        yield b"".join([cell.local, *(page[4:] for page in chosen)])[: cell.length]


def _row(offset: int, record: bytes) -> Row | None:
    header, position = _varint(record, 0)
    types = []
    while position < min(header, len(record)):
        serial, position = _varint(record, position)
        types.append(serial)
    if len(types) != _COLUMNS or types[-1] < 12 or types[-1] % 2:
        return None
    values = []
    for serial in types[1:-1]:
        if serial in (8, 9):
            values.append(serial - 8)
            continue
        if not 1 <= serial < len(_INTEGER_BYTES):
            return None
        size = _INTEGER_BYTES[serial]
        values.append(int.from_bytes(record[position : position + size], "big", signed=True))
        position += size
    content = record[position : position + (types[-1] - 12) // 2]
    return Row(offset, values[0], values[1], values[2], content)


def _varint(content: bytes | memoryview, position: int) -> tuple[int, int]:
    """(value, position after it); -1 where the content ends inside."""
    value = 0
    for index in range(position, min(position + 9, len(content))):
        byte = content[index]
        if index == position + 8:
            return value << 8 | byte, index + 1
        value = value << 7 | byte & 0x7F
        if byte < 0x80:
            return value, index + 1
    return -1, len(content)

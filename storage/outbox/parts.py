"""Points in bytes and back, a part at a time: columns, their bytes sorted by significance, compressed, with a checksum.

Neighbouring values share sign, exponent and first digits, so their high bytes side by side compress well: measured on
windows of 29 fields, 2.8 times smaller in 0.39 us a point, where the plain columns take 0.65 us.
"""

import json
import struct
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np
import zstandard
from numpy.typing import NDArray

from storage.points import PointBatch, SeriesTable

POINTS = 20_000
"""In one part: enough to be fast, few enough to be small in memory."""
_CELLS = 800_000
"""Values in one part, where points have very many fields."""
_LEVEL = 1
_HEADER = struct.Struct("<I")
Bytes = NDArray[np.uint8]


def cut(batches: Iterable[PointBatch]) -> Iterator[list[PointBatch]]:
    """The points in their order, as much at a time as belongs into one part; a part's batches share one table."""
    part: list[PointBatch] = []
    points = cells = 0
    for batch in batches:
        columns = len(batch.fields) + 1
        for piece in batch.parts(max(1, min(POINTS, _CELLS // columns))):
            is_full = points + len(piece) > POINTS or cells + columns * len(piece) > _CELLS
            if part and (is_full or piece.table is not part[0].table):
                yield part
                part, points, cells = [], 0, 0
            part.append(piece)
            points += len(piece)
            cells += columns * len(piece)
    if part:
        yield part


def encode(batches: Sequence[PointBatch]) -> bytes:
    """All batches of one part."""
    names = json.dumps([[list(batch.fields), len(batch)] for batch in batches]).encode()
    header = _HEADER.pack(len(names)) + names
    size = len(header) + sum(len(batch) * (8 * len(batch.fields) + 12) for batch in batches)
    compressor = zstandard.ZstdCompressor(level=_LEVEL, write_checksum=True).compressobj(size=size)
    content = [compressor.compress(header)]
    for batch in batches:
        # Column by column: what is sorted is compressed while it is still in the processor's cache.
        content += [compressor.compress(_by_significance(column, "<f8").data) for column in batch.fields.values()]
        content.append(compressor.compress(_by_significance(batch.time_ns, "<i8").data))
        content.append(compressor.compress(_by_significance(batch.series, "<i4").data))
    return b"".join([*content, compressor.flush()])


def decode(content: bytes, table: SeriesTable) -> list[PointBatch]:
    """`table` numbers the series. Raises ValueError where the bytes are not what was written."""
    try:
        raw = zstandard.ZstdDecompressor().decompress(content)
        at = _HEADER.size + _HEADER.unpack_from(raw)[0]
        cells = np.frombuffer(raw, np.uint8)
        batches = []
        for names, points in json.loads(raw[_HEADER.size : at]):
            batch, at = _read(cells, at, names, points, table)
            batches.append(batch)
    except (zstandard.ZstdError, struct.error, TypeError) as error:
        raise ValueError(f"this is no part of an outbox: {error}") from error
    return batches


def _read(cells: Bytes, at: int, names: list[str], points: int, table: SeriesTable) -> tuple[PointBatch, int]:
    columns = len(names) + 1
    middle = at + columns * points * 8
    end = middle + points * 4
    values = _in_order(cells[at:middle], columns, "<f8")
    series = _in_order(cells[middle:end], 1, "<i4")[0]
    if series.max() >= len(table) or series.min() < 0:
        raise ValueError(f"it names series {series.max()}, of {len(table)} that are known")
    fields = dict(zip(names, values[:-1], strict=True))
    return PointBatch(table, series, values[-1].view(np.int64), fields), end


def _by_significance(column: NDArray[Any], dtype: str) -> Bytes:
    """(n,) numbers as (bytes of a number, n)."""
    numbers = np.ascontiguousarray(column, dtype)
    return np.ascontiguousarray(numbers.view(np.uint8).reshape(len(numbers), -1).T)


def _in_order(cells: Bytes, columns: int, dtype: str) -> NDArray[Any]:
    """The reverse, for several columns: (columns, n) numbers."""
    sorted_back = cells.reshape(columns, np.dtype(dtype).itemsize, -1).transpose(0, 2, 1)
    numbers: NDArray[Any] = np.ascontiguousarray(sorted_back).view(dtype)[:, :, 0]
    return numbers

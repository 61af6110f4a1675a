"""Large CSV files of our own as columns: without quotes a file is cut up by numpy, else row by row."""

import csv
import io
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Cells = NDArray[np.bytes_]
_BLOCK = 16 << 20
_COMMA, _NEWLINE = 0x2C, 0x0A


def read_columns(file: Path, type_of: Callable[[str], type[np.generic]]) -> dict[str, NDArray[Any]]:
    """Name -> (n,) of the type that `type_of` says: bytes, integers, or floats, where an empty cell is NaN.

    Raises OSError, or ValueError with a sentence.
    """
    header: list[str] = []
    parts: dict[str, list[NDArray[Any]]] = {}
    for block in _blocks(file):
        if not header:
            header, block = _header(block)
            parts = {name: [np.zeros(0, type_of(name))] for name in header}
        for name, cells in zip(header, _columns(block, len(header), file), strict=True):
            parts[name].append(_as_type(cells, type_of(name), name, file))
    if not header:
        raise ValueError(f"{file.name} is empty")
    return {name: np.concatenate(columns) for name, columns in parts.items()}


def _blocks(file: Path) -> Iterator[bytes]:
    """Whole lines; a file with quotes in one block, since a quoted cell may hold a line's end."""
    with file.open("rb") as stream:
        rest = b""
        while read := stream.read(_BLOCK):
            if b'"' in read:
                yield rest + read + stream.read()
                return
            lines, _, rest = (rest + read).rpartition(b"\n")
            if lines:
                yield lines + b"\n"
        if rest:
            yield rest + b"\n"


def _header(block: bytes) -> tuple[list[str], bytes]:
    line, _, rest = block.partition(b"\n")
    return next(csv.reader([line.decode("utf-8-sig")])), rest


def _columns(block: bytes, width: int, file: Path) -> Iterator[Cells]:
    if b'"' in block:
        rows = list(csv.reader(io.StringIO(block.decode(), newline=""), strict=True))
        _check_width({len(row) for row in rows} - {width}, width, file)
        for place in range(width):
            yield np.array([row[place].encode() for row in rows], np.bytes_)
        return
    characters = np.frombuffer(block.replace(b"\r\n", b"\n"), np.uint8)
    ends = np.flatnonzero((characters == _COMMA) | (characters == _NEWLINE))
    breaks = np.flatnonzero(characters[ends] == _NEWLINE)
    _check_width(set(np.diff(breaks, prepend=-1).tolist()) - {width}, width, file)
    starts = np.concatenate([[0], ends[:-1] + 1]) if len(ends) else ends
    for place in range(width):
        yield _gathered(characters, starts[place::width], ends[place::width])


def _check_width(wrong: set[int], width: int, file: Path) -> None:
    if wrong:
        raise ValueError(f"{file.name} has a row of {min(wrong)} cells, and {width} columns")


def _gathered(characters: NDArray[np.uint8], start: NDArray[np.int64], end: NDArray[np.int64]) -> Cells:
    longest = max(int((end - start).max(initial=0)), 1)
    at = start[:, None] + np.arange(longest)
    inside = at < end[:, None]
    taken = np.where(inside, characters[np.minimum(at, len(characters) - 1)], np.uint8(0))
    cells: Cells = np.ascontiguousarray(taken).view(f"S{longest}")[:, 0]
    return cells


def _as_type(cells: Cells, kind: type[np.generic], name: str, file: Path) -> NDArray[Any]:
    if kind is np.bytes_:
        return cells
    try:
        if kind is np.float64:
            return np.where(cells == b"", b"nan", cells).astype(np.float64)
        return cells.astype(kind)
    except ValueError as error:
        raise ValueError(f"{file.name}, column {name}: {error}") from None

"""Recorded files as chunks of text columns, whether they are CSV or JSON lines."""

import csv
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from io import TextIOWrapper
from itertools import accumulate, islice
from pathlib import Path
from typing import IO, Any

import msgspec

from simulators.mapping import Table
from simulators.recorded_files import RecordingError, open_recorded
from simulators.rejections import Rejections, RowReason

CHUNK_ROWS = 20_000
# A garbled quote makes the rest of a file one field; the reader refuses it instead of holding it all.
_LONGEST_FIELD = 1 << 20
csv.field_size_limit(_LONGEST_FIELD)


@dataclass(frozen=True, slots=True)
class Chunk:
    """Rows of one file; every needed column as text, stripped of blanks."""

    file: Path
    lines: Sequence[int]
    """(n,) line on which each row ends, counted from 1."""
    columns: dict[str, tuple[str, ...]]
    """Column -> (n,)."""

    def __len__(self) -> int:
        return len(self.lines)


def csv_chunks(path: Path, table: Table, rejections: Rejections, progress: Callable[[int], None]) -> Iterator[Chunk]:
    """Chunks of a CSV file with a header; `progress` is told the bytes read so far.

    Raises RecordingError for a missing column, or a file that is no CSV.
    """
    with open_recorded(path) as (raw, position):
        stream = TextIOWrapper(raw, encoding="utf-8-sig", newline="", errors="replace")
        reader = csv.reader(stream, delimiter=table.delimiter, strict=True)
        try:
            header = [name.strip() for name in next(reader, [])]
            wanted = _positions(path, header, table)
            while (found := _next_rows(reader, len(header), path, rejections))[1]:
                progress(position())
                yield _chunk_of_rows(path, *found, wanted)
        except csv.Error as error:
            raise RecordingError(f"{path}:{reader.line_num}: {error}") from None


def json_chunks(path: Path, table: Table, rejections: Rejections, progress: Callable[[int], None]) -> Iterator[Chunk]:
    """Chunks of a file with one JSON object on each line; absent fields and null are empty cells."""
    needed = tuple(table.columns)
    with open_recorded(path) as (stream, position):
        line = 0
        while raw := list(islice(stream, CHUNK_ROWS)):
            found = _objects(raw, line, path, rejections)
            progress(position())
            # Objects may leave fields out, so only a field that the whole beginning lacks is a mistake.
            if line == 0:
                _require_known(path, needed, found, table)
            line += len(raw)
            columns = {name: tuple(_cell(row.get(name), table.decimal) for _, row in found) for name in needed}
            yield Chunk(path, [number for number, _ in found], columns)


def _positions(path: Path, header: list[str], table: Table) -> dict[str, int]:
    if not any(header):
        raise RecordingError(f"{path}:1: there is no header")
    for column, use in table.columns.items():
        if column not in header:
            raise RecordingError(
                f"{path}:1: no column {column!r} (mapped as {use}); "
                f"the columns are {_named(header)}{_delimiter_asked(header)}"
            )
    return {column: header.index(column) for column in table.columns}


def _delimiter_asked(header: list[str]) -> str:
    """A question, where the names of columns hold what is usually a delimiter."""
    found = next((mark for mark in (";", "\t", "|") if any(mark in name for name in header)), None)
    return f"; is {found!r} the delimiter? see --delimiter" if found else ""


def _named(columns: list[str]) -> str:
    return ", ".join(repr(name) for name in columns)


def _next_rows(reader: Any, width: int, path: Path, rejections: Rejections) -> tuple[Sequence[int], list[list[str]]]:
    """Lines and cells of the next rows of the right width; no rows only at the end of the file."""
    while True:
        before = reader.line_num
        rows = list(islice(reader, CHUNK_ROWS))
        lines = _lines(rows, before, reader.line_num)
        if not rows or set(map(len, rows)) == {width}:
            return lines, rows
        for line, row in zip(lines, rows, strict=True):
            # A blank line is no row.
            if row and len(row) != width:
                rejections.add(path, line, RowReason.WRONG_FIELD_COUNT, f"{len(row)} fields instead of {width}")
        good = [number for number, row in enumerate(rows) if len(row) == width]
        if good:
            return [lines[number] for number in good], [rows[number] for number in good]


def _lines(rows: list[list[str]], before: int, after: int) -> Sequence[int]:
    """The line on which each row ends; a quoted cell may hold line ends."""
    if after - before == len(rows):
        return range(before + 1, after + 1)
    return list(accumulate((1 + sum(cell.count("\n") for cell in row) for row in rows), initial=before))[1:]


def _chunk_of_rows(path: Path, lines: Sequence[int], rows: list[list[str]], wanted: dict[str, int]) -> Chunk:
    by_column = list(zip(*rows, strict=True))
    return Chunk(path, lines, {name: tuple(map(str.strip, by_column[place])) for name, place in wanted.items()})


def _objects(raw: list[bytes], before: int, path: Path, rejections: Rejections) -> list[tuple[int, dict[str, Any]]]:
    decoder = msgspec.json.Decoder(dict[str, Any])
    found = []
    for line, text in enumerate(raw, before + 1):
        if not text.strip():
            continue
        try:
            found.append((line, decoder.decode(text)))
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            rejections.add(path, line, RowReason.INVALID_JSON, text.decode(errors="replace").rstrip())
    return found


def _require_known(path: Path, needed: tuple[str, ...], found: list[tuple[int, dict[str, Any]]], table: Table) -> None:
    known = set().union(*(row.keys() for _, row in found))
    for column in needed:
        if found and column not in known:
            use = table.columns[column]
            names = _named(sorted(known))
            raise RecordingError(f"{path}: no field {column!r} (mapped as {use}); the fields are {names}")


def _cell(value: object, decimal: str) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, float):
        return str(value).replace(".", decimal)
    return str(value).strip()


def first_line(stream: IO[bytes]) -> bytes:
    """The first line that is not blank."""
    return next((line for line in stream if line.strip()), b"")

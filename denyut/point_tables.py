"""Rows of a store as a table for people or as CSV, JSON and JSON lines for programs."""

import csv
from collections.abc import Callable, Collection, Container, Iterable, Mapping, Sequence
from typing import IO

from rich.columns import Columns
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from config.iso_times import iso_utc
from denyut.aligned_columns import TextColumns, widths_of, write_aligned
from denyut.terminal_text import json_text, visible
from storage.store import Row

Cell = str | float | None

_FIRST = ("value", "coverage", "quality")
_LAST = "revision"


def write_table(rows: Sequence[Row], out: IO[str], expected: Collection[str] = ()) -> None:
    """By rich on a terminal, plain aligned columns elsewhere; a point a paragraph where a terminal is too narrow.

    A field of `expected` is shown also where no row has it, and "-" where a row lacks it.
    """
    names, cells = _columns(rows, expected)
    header = [_shown(name) for name in names]
    shown = [[_shown(cell) for cell in line] for line in cells]
    console = Console(file=out)
    if not console.is_terminal:
        write_aligned(TextColumns(header, shown, [_is_number(cells, column) for column in range(len(header))]), out)
    elif sum(widths_of(header, shown)) + 3 * len(header) + 1 <= console.width:
        console.print(_rich_table(header, shown, cells))
    else:
        for row in rows:
            _print_paragraph(row, console, expected)


def write_csv(rows: Sequence[Row], out: IO[str]) -> None:
    header, cells = _columns(rows)
    if out.isatty():
        header = [_shown(name) for name in header]
        cells = [[_shown(cell) if isinstance(cell, str) else cell for cell in line] for line in cells]
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(cells)


def write_json(rows: Sequence[Row], out: IO[str]) -> None:
    out.write(json_text([_object(row) for row in rows], out, indent=2) + "\n")


def write_json_lines(rows: Sequence[Row], out: IO[str]) -> None:
    out.writelines(json_text(_object(row), out) + "\n" for row in rows)


Writer = Callable[[Sequence[Row], IO[str]], None]
FORMATS: dict[str, Writer] = {
    "table": write_table,
    "csv": write_csv,
    "json": write_json,
    "jsonl": write_json_lines,
}


def _object(row: Row) -> dict[str, Cell]:
    shown = {"time": iso_utc(row.time_ns), **row.tags}
    return {**shown, **{_apart(name, shown): _value(row.fields, name) for name in in_order(row.fields)}}


def in_order(fields: Iterable[str]) -> list[str]:
    """The same order whichever row came first: the value, how good it is, the rest by name, the revision."""

    def place(name: str) -> tuple[int, str]:
        return (_FIRST.index(name) if name in _FIRST else len(_FIRST) + (name == _LAST)), name

    return sorted(set(fields), key=place)


def _cell(fields: Mapping[str, float], name: str, expected: Collection[str]) -> Cell:
    return "-" if name in expected and name not in fields else _value(fields, name)


def _value(fields: Mapping[str, float], name: str) -> float | None:
    """A revision is a count; stores hold all fields as floating-point numbers."""
    value = fields.get(name)
    return int(value) if name == _LAST and value is not None and value == int(value) else value


def _columns(rows: Sequence[Row], expected: Collection[str] = ()) -> tuple[list[str], list[list[Cell]]]:
    """Header and cells: the time, every tag, every field; None where a row lacks one that is not expected."""
    tags = _names(row.tags for row in rows)
    fields = in_order([*expected, *(name for row in rows for name in row.fields)])
    cells: list[list[Cell]] = [
        [
            *(iso_utc(row.time_ns), *(row.tags.get(tag) for tag in tags)),
            *(_cell(row.fields, name, expected) for name in fields),
        ]
        for row in rows
    ]
    header = ["time", *tags]
    return header + [_apart(name, header) for name in fields], cells


def _apart(name: str, taken: Container[str]) -> str:
    """A field with the name of a tag gets the suffix that InfluxQL gives it."""
    return f"{name}_1" if name in taken else name


def _names(mappings: Iterable[Iterable[str]]) -> list[str]:
    return list(dict.fromkeys(name for mapping in mappings for name in mapping))


def _shown(cell: Cell) -> str:
    """Four decimals are enough to look at; CSV and JSON have all of them."""
    if isinstance(cell, int | float):
        if cell and (abs(cell) < 1e-3 or abs(cell) >= 1e15):
            return f"{cell:.4g}"
        return f"{cell:.4f}".rstrip("0").rstrip(".")
    return visible(cell or "")


def _is_number(cells: list[list[Cell]], column: int) -> bool:
    return any(isinstance(line[column], int | float) for line in cells)


def _rich_table(header: list[str], shown: list[list[str]], cells: list[list[Cell]]) -> Table:
    table = Table(header_style="bold")
    for column, name in enumerate(header):
        table.add_column(Text(name), justify="right" if _is_number(cells, column) else "left")
    for line in shown:
        table.add_row(*map(Text, line))
    return table


def _print_paragraph(row: Row, console: Console, expected: Collection[str]) -> None:
    tags = "".join(f"  {_shown(tag)}={_shown(value)}" for tag, value in row.tags.items())
    console.print(Text(f"{iso_utc(row.time_ns)}{tags}", style="bold"))
    names = in_order([*expected, *row.fields])
    fields = [Text(f"{_shown(name)} {_shown(_cell(row.fields, name, expected))}") for name in names]
    console.print(Padding(Columns(fields, padding=(0, 3), column_first=True), (0, 0, 0, 2)))

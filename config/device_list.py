"""Devices from CSV files: the keys of a device as the header, one device a row."""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from config.mistakes import Mistake
from config.sentences import failures, unknown_key
from config.settings import Device
from config.text_file import read_text

LARGEST_FILE = 256 << 20
"""Bytes; a million devices take about a third of it."""

_DEVICES = TypeAdapter(list[Device])
_FROM_FILE = {"folder": Path()}


@dataclass(slots=True)
class DeviceList:
    devices: list[Device] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)
    """Of each device the line on which its row begins."""
    mistakes: list[Mistake] = field(default_factory=list)


def read_devices(file: Path) -> DeviceList:
    """The devices of a CSV file (UTF-8, comma, optional double quotes); an empty cell is an absent value.

    Rows with mistakes are left out of `devices`. Raises ConfigurationError where the file cannot be read at all.
    """
    text = read_text(file, LARGEST_FILE)
    result = DeviceList()
    records = _records(text, file, result)
    _, header = next(records, (1, []))
    header = [name.strip() for name in header]
    result.mistakes += _header_mistakes(header, file)
    if not result.mistakes:
        rows, lines = _rows(records, header, file, result)
        _validate(rows, lines, header, file, result)
    return result


def _records(text: str, file: Path, result: DeviceList) -> Iterator[tuple[int, list[str]]]:
    """Records that are not blank, each with the line it begins on."""
    # strict: a quote that is never closed would otherwise swallow the rest of the file.
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    while True:
        line = reader.line_num + 1
        try:
            record = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            result.mistakes.append(Mistake(file, line, "", f"this is no CSV: {error}"))
            return
        if any(cell.strip() for cell in record):
            yield line, record


def _header_mistakes(header: list[str], file: Path) -> Iterator[Mistake]:
    if not header:
        yield Mistake(file, None, "", "the file is empty; its first line names the columns, such as id,kind,zone")
        return
    if len(header) == 1 and ";" in header[0]:
        yield Mistake(file, 1, "", f"columns are parted by commas, not by semicolons: {header[0]!r}")
        return
    for position, name in enumerate(header, 1):
        if name not in Device.model_fields:
            yield Mistake(file, 1, f"column {position}", unknown_key(name, Device.model_fields))
        elif header.index(name) != position - 1:
            first = header.index(name) + 1
            yield Mistake(file, 1, f"column {position}", f"{name!r} is the name of column {first} too")
    for name, setting in Device.model_fields.items():
        if setting.is_required() and name not in header:
            yield Mistake(file, 1, "", f"the column {name!r} is missing")


def _rows(
    records: Iterator[tuple[int, list[str]]], header: list[str], file: Path, result: DeviceList
) -> tuple[list[dict[str, str]], list[int]]:
    rows, lines = [], []
    for line, record in records:
        if len(record) > len(header):
            message = f"{len(record)} cells, but the header has {len(header)} columns"
            result.mistakes.append(Mistake(file, line, "", message))
            continue
        rows.append({name: text for name, cell in zip(header, record, strict=False) if (text := cell.strip())})
        lines.append(line)
    return rows, lines


def _validate(rows: list[dict[str, str]], lines: list[int], header: list[str], file: Path, result: DeviceList) -> None:
    try:
        result.devices, result.lines = _DEVICES.validate_python(rows, context=_FROM_FILE), lines
    except ValidationError as error:
        wrong = set()
        for (row, *column), _, sentence in failures(error):
            wrong.add(int(row))
            name = str(column[0])
            place = f"{name} (column {header.index(name) + 1})"
            result.mistakes.append(Mistake(file, lines[int(row)], place, sentence))
        right = [index for index in range(len(rows)) if index not in wrong]
        result.devices = _DEVICES.validate_python([rows[index] for index in right], context=_FROM_FILE)
        result.lines = [lines[index] for index in right]

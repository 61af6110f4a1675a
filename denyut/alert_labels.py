"""Times at which somebody says that a rule should fire, from a CSV file."""

import csv
import io
from pathlib import Path

from alerts.episodes import Label
from config.iso_times import parse_time
from config.mistakes import ConfigurationError, Mistake
from config.text_file import read_text

COLUMNS = ("start", "end", "zone", "device", "rule")
"""The first two are needed."""
_LARGEST_FILE = 16 << 20


def read_labels(file: Path) -> list[tuple[str, Label]]:
    """(rule, label); an empty rule means each of them. Raises ConfigurationError with every mistake of the file."""
    reader = csv.DictReader(io.StringIO(read_text(file, _LARGEST_FILE), newline=""), strict=True)
    mistakes: list[Mistake] = []
    labels = []
    try:
        header = [name.strip() for name in reader.fieldnames or ()]
        unknown = [name for name in header if name not in COLUMNS]
        if unknown or not {"start", "end"} <= set(header):
            wrong = f"unknown column {unknown[0]!r}" if unknown else "the columns start and end are needed"
            raise ConfigurationError([Mistake(file, 1, "", f"{wrong}; known here: {', '.join(COLUMNS)}")])
        reader.fieldnames = header
        for row in reader:
            try:
                labels.append(_label(row))
            except ValueError as error:
                mistakes.append(Mistake(file, reader.line_num, "", str(error)))
    except csv.Error as error:
        mistakes.append(Mistake(file, reader.line_num, "", f"this is no CSV: {error}"))
    if mistakes:
        raise ConfigurationError(mistakes)
    return labels


def _label(row: dict[str, str]) -> tuple[str, Label]:
    cells = {name: (row.get(name) or "").strip() for name in COLUMNS}
    # A duration back from now, which a time may also be, says nothing of recorded data: it is not to be read as one.
    start_ns, end_ns = (parse_time(cells[name], 0) for name in ("start", "end"))
    if start_ns < 0 or end_ns < 0:
        raise ValueError(f"{cells['start']!r} to {cells['end']!r}: write ISO 8601, such as 2025-11-22T02:30:00Z")
    if start_ns > end_ns:
        raise ValueError(f"start {cells['start']} must not be later than end {cells['end']}")
    return cells["rule"], Label(start_ns, end_ns, cells["zone"], cells["device"])

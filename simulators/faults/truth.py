"""The ground truth beside a simulation: each reading as it was measured, as it was said, and what befell it."""

import csv
import io
import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

import numpy as np

from simulators.draws import FloatArray
from simulators.faults.sent import BIT, IntArray, Mask, Sent
from simulators.fleet import Fleet, Group

READINGS = "readings-{kind}.csv"
ABOUT = "truth.json"
FAULTS = "faults.csv"
EVENTS = "events.csv"
_UNFINISHED = "truth.json.unfinished"
COLUMNS = ("device", "zone", "sequence", "copy", "measured_ns", "stated_ns", "sent_ns", "message", "faults")
"""`message` is the number of the message in which it went, `NEVER` where in none; quantities follow, as they were said,
and where something else is true also as `true_QUANTITY`."""
NEVER = -1
TRUE = "true_"
NO_VALUE = "nan"
"""It is true that there is no value. An empty cell: as was said."""


class TruthFiles:
    """A folder with one CSV file for each kind of device. A context manager; may raise OSError."""

    def __init__(self, folder: Path, fleet: Fleet) -> None:
        """What an earlier simulation has left there goes."""
        folder.mkdir(parents=True, exist_ok=True)
        tables = (folder / name for name in (ABOUT, _UNFINISHED, FAULTS, EVENTS))
        for old in (*tables, *folder.glob(READINGS.format(kind="*"))):
            old.unlink(missing_ok=True)
        self._folder = folder
        self._fleet = fleet
        self._files: dict[str, ReadingsFile] = {}
        self.readings = 0
        self.messages = 0

    def __enter__(self) -> "TruthFiles":
        return self

    def __exit__(self, *_error: object) -> None:
        # They are closed already where the truth is whole; else it is not, whatever still fits on the disk.
        for file in self._files.values():
            with suppress(OSError):
                file.close()

    def table(self, name: str, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
        """A small file beside the readings, such as `EVENTS`."""
        with (self._folder / name).open("w", encoding="utf-8", newline="") as stream:
            writer = csv.writer(stream, lineterminator="\n")
            writer.writerow(header)
            writer.writerows(rows)

    def about(self, what: dict[str, Any]) -> None:
        """What the simulation was. To be written last: its file says that the truth is whole."""
        text = json.dumps({**what, "readings": self.readings, "messages": self.messages}, indent=2)
        for file in self._files.values():
            file.close()
        unfinished = self._folder / _UNFINISHED
        unfinished.write_text(text + "\n", encoding="utf-8")
        unfinished.replace(self._folder / ABOUT)

    def witness(self, sent: Sent, message: IntArray) -> None:
        """`message`: (n,) number of the message in which each row went, -1 where in none."""
        file = self._files.get(sent.kind)
        if file is None:
            path = self._folder / READINGS.format(kind=sent.kind)
            file = self._files[sent.kind] = ReadingsFile(path, self._fleet.groups[sent.kind], list(sent.said))
        file.write(sent, message)
        self.readings += len(sent)
        self.messages = max(self.messages, int(message.max(initial=-1)) + 1)


class ReadingsFile:
    def __init__(self, path: Path, group: Group, quantities: list[str]) -> None:
        self._file: IO[str] = path.open("w", encoding="utf-8", newline="")
        self._quantities = quantities
        self._places = [_csv_line((device.id, device.zone)) for device in group.devices]
        self._faults: dict[int, str] = {}
        self._file.write(_csv_line([*COLUMNS, *quantities, *(TRUE + name for name in quantities)]) + "\n")

    def write(self, sent: Sent, message: IntArray) -> None:
        nothing = np.full(len(sent), np.nan)
        said = [sent.said.get(name, nothing) for name in self._quantities]
        true = [sent.true.get(name, nothing) for name in self._quantities]
        places = self._places
        columns = [
            [places[device] for device in sent.device.tolist()],
            *(column.tolist() for column in (sent.sequence, sent.copy, sent.time_ns, sent.stated_ns, sent.sent_ns)),
            message.tolist(),
            [self._names(bits) for bits in sent.faults.tolist()],
            *(_cells(values, np.isfinite(values), "") for values in said),
            *(_cells(values, _differ(values, said[place]), NO_VALUE) for place, values in enumerate(true)),
        ]
        self._file.writelines(_rows(columns))

    def close(self) -> None:
        self._file.close()

    def _names(self, bits: int) -> str:
        names = self._faults.get(bits)
        if names is None:
            names = self._faults[bits] = " ".join(kind for kind, bit in BIT.items() if bits & bit)
        return names


def _rows(columns: list[list[Any]]) -> Iterator[str]:
    template = ",".join(["%s"] * len(columns)) + "\n"
    for row in zip(*columns, strict=True):
        yield template % row


def _differ(true: FloatArray, said: FloatArray) -> Mask:
    """(n,) where the cell of what is true says something."""
    mask: Mask = (true != said) & ~(np.isnan(true) & np.isnan(said))
    return mask


def _cells(values: FloatArray, shown: Mask, without: str) -> list[str]:
    """15 digits bring back every value that has been rounded to decimals. A shown NaN is written as `without`."""
    cells = [""] * len(values)
    rows = np.flatnonzero(shown)
    for row, value in zip(rows.tolist(), values[rows].tolist(), strict=True):
        cells[row] = f"{value:.15g}" if value == value else without
    return cells


def _csv_line(cells: Sequence[str]) -> str:
    line = io.StringIO()
    csv.writer(line, lineterminator="").writerow(cells)
    return line.getvalue()

"""The ground truth of a simulation, read back in columns."""

import csv
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from denyut.scoring.csv_columns import read_columns
from simulators.faults.truth import ABOUT, COLUMNS, EVENTS, READINGS, TRUE

IntArray = NDArray[np.int64]
FloatArray = NDArray[np.float64]
_NUMBERS = ("sequence", "copy", "measured_ns", "stated_ns", "sent_ns", "message")
_TEXTS = ("device", "zone", "faults")


class TruthError(ValueError):
    """The folder holds no ground truth, or not yet; one sentence."""


@dataclass(frozen=True, slots=True)
class Texts:
    """A column with few different texts."""

    names: tuple[str, ...]
    number: IntArray
    """(n,) index into `names`."""

    @classmethod
    def of(cls, cells: NDArray[np.bytes_]) -> "Texts":
        unique, number = np.unique(cells, return_inverse=True)
        return cls(tuple(cell.decode() for cell in unique.tolist()), number)


@dataclass(frozen=True, slots=True)
class Readings:
    """Of one kind; a row for each time that a reading was sent, or for one that was not."""

    kind: str
    device: Texts
    """(n,)"""
    zone: Texts
    """(n,)"""
    sequence: IntArray
    copy: IntArray
    measured_ns: IntArray
    stated_ns: IntArray
    sent_ns: IntArray
    message: IntArray
    """(n,) -1 where it was never sent."""
    faults: Texts
    """(n,) names with spaces between."""
    said: dict[str, FloatArray]
    true: dict[str, FloatArray]

    def has(self, *faults: str) -> NDArray[np.bool_]:
        """(n,) whether any of these faults befell it."""
        met = np.array([not set(faults).isdisjoint(names.split()) for names in self.faults.names], np.bool_)
        mask: NDArray[np.bool_] = met[self.faults.number]
        return mask

    def devices_with(self, *faults: str) -> set[str]:
        """Those that any of these faults befell at any time."""
        return {self.device.names[number] for number in np.unique(self.device.number[self.has(*faults)]).tolist()}

    @property
    def places(self) -> list[tuple[str, str]]:
        """(device, zone), in the order of the devices' numbers."""
        zones = np.zeros(len(self.device.names), np.int64)
        zones[self.device.number] = self.zone.number
        return [(name, self.zone.names[zone]) for name, zone in zip(self.device.names, zones.tolist(), strict=True)]

    @property
    def sent(self) -> NDArray[np.bool_]:
        mask: NDArray[np.bool_] = self.message >= 0
        return mask


@dataclass(frozen=True, slots=True)
class Event:
    kind: str
    title: str
    begin_ns: int
    end_ns: int
    devices: frozenset[str]


@dataclass(frozen=True, slots=True)
class Truth:
    about: dict[str, Any]
    kinds: list[Readings]
    events: list[Event]

    @property
    def start_ns(self) -> int:
        return int(self.about["start_ns"])

    @property
    def end_ns(self) -> int:
        """When the last message was sent."""
        return max((int(each.sent_ns[each.sent].max(initial=0)) for each in self.kinds), default=self.start_ns)


def read_truth(folder: Path) -> Truth:
    """Raises TruthError."""
    if not folder.is_dir():
        raise TruthError(f"{folder}: there is no such folder")
    files = sorted(folder.glob(READINGS.format(kind="*")))
    if files and not (folder / ABOUT).exists():
        raise TruthError(f"the truth in {folder} is not whole: its simulation goes on, or was broken off")
    if not (folder / ABOUT).exists():
        raise TruthError(f"{folder} holds no ground truth of a simulation: {ABOUT} is not there")
    try:
        about = json.loads((folder / ABOUT).read_text(encoding="utf-8"))
        return Truth(about, [_of_kind(file) for file in files], list(_events(folder / EVENTS)))
    except OSError as error:
        raise TruthError(f"{error.filename}: {error.strerror}") from error
    except (ValueError, LookupError, TypeError, csv.Error) as error:
        raise TruthError(f"{folder} holds no ground truth of a simulation: {error}") from error


def _of_kind(file: Path) -> Readings:
    columns = read_columns(file, _type_of)
    names = [name for name in list(columns)[len(COLUMNS) :] if not name.startswith(TRUE)]
    numbers: dict[str, Any] = {name: columns[name] for name in _NUMBERS}
    texts: dict[str, Any] = {name: Texts.of(columns[name]) for name in _TEXTS}
    return Readings(
        kind=file.stem.removeprefix("readings-"),
        **numbers,
        **texts,
        said={name: columns[name] for name in names},
        true={name: _true(columns[TRUE + name], columns[name]) for name in names},
    )


def _type_of(column: str) -> type[np.generic]:
    if column in _NUMBERS:
        return np.int64
    return np.bytes_ if column in _TEXTS or column.startswith(TRUE) else np.float64


def _true(cells: NDArray[np.bytes_], said: FloatArray) -> FloatArray:
    """Where nothing else is written, what was said is true."""
    true = said.copy()
    rows = np.flatnonzero(cells != b"")
    true[rows] = cells[rows].astype(np.float64)
    return true


def _events(file: Path) -> Iterator[Event]:
    if file.exists():
        with file.open(encoding="utf-8", newline="") as stream:
            for row in csv.DictReader(stream):
                begin_ns, end_ns = int(row["begin_ns"]), int(row["end_ns"])
                yield Event(row["kind"], row["title_en"], begin_ns, end_ns, frozenset(row["devices"].split()))

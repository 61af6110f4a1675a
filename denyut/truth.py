"""The ground truth of a simulation, read back in columns."""

import csv
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simulators.faults.truth import ABOUT, COLUMNS, READINGS

IntArray = NDArray[np.int64]
_TRUE = "true_"
_NUMBERS = ("sequence", "copy", "measured_ns", "stated_ns", "sent_ns", "message")


class TruthError(ValueError):
    """The folder holds no ground truth; one sentence."""


@dataclass(frozen=True, slots=True)
class Readings:
    """Of one kind; a row for each time that a reading was sent, or for one that was not."""

    kind: str
    device: NDArray[np.str_]
    """(n,)"""
    sequence: IntArray
    copy: IntArray
    measured_ns: IntArray
    stated_ns: IntArray
    sent_ns: IntArray
    message: IntArray
    """(n,) -1 where it was never sent."""
    faults: NDArray[np.str_]
    """(n,) names with spaces between."""
    said: dict[str, NDArray[np.float64]]

    def has(self, fault: str) -> NDArray[np.bool_]:
        return np.char.find(np.char.add(np.char.add(" ", self.faults), " "), f" {fault} ") >= 0

    @property
    def sent(self) -> NDArray[np.bool_]:
        mask: NDArray[np.bool_] = self.message >= 0
        return mask


@dataclass(frozen=True, slots=True)
class Truth:
    about: dict[str, Any]
    kinds: list[Readings]


def read_truth(folder: Path) -> Truth:
    """Raises TruthError."""
    try:
        about = json.loads((folder / ABOUT).read_text(encoding="utf-8"))
        kinds = list(_kinds(folder))
    except (OSError, ValueError, LookupError, csv.Error) as error:
        raise TruthError(f"{folder} holds no ground truth of a simulation: {error}") from error
    return Truth(about, kinds)


def _kinds(folder: Path) -> Iterator[Readings]:
    for file in sorted(folder.glob(READINGS.format(kind="*"))):
        with file.open(encoding="utf-8", newline="") as stream:
            rows = csv.reader(stream)
            header = next(rows)
            columns = dict(zip(header, zip(*rows, strict=True), strict=True))
        said = [name for name in header[len(COLUMNS) :] if not name.startswith(_TRUE)]
        numbers = {name: np.array(columns[name], np.int64) for name in _NUMBERS}
        yield Readings(
            kind=file.stem.removeprefix("readings-"),
            device=np.array(columns["device"], np.str_),
            faults=np.array(columns["faults"], np.str_),
            said={name: np.array([cell or "nan" for cell in columns[name]], np.float64) for name in said},
            **numbers,
        )

"""The ground truth beside a simulation: each reading as it was measured, as it was said, and what befell it."""

import csv
import json
from collections.abc import Iterable
from pathlib import Path
from typing import IO, Any

import numpy as np

from simulators.faults.sent import BIT, IntArray, Sent
from simulators.fleet import Fleet

READINGS = "readings-{kind}.csv"
ABOUT = "truth.json"
COLUMNS = ("device", "zone", "sequence", "copy", "measured_ns", "stated_ns", "sent_ns", "message", "faults")
"""`message` is the number of the message in which it went, -1 where it was never sent; quantities follow, as they were
said, and where a fault changes values also as `true_QUANTITY`."""
_TRUE = "true_"


class TruthFiles:
    """A folder with one CSV file for each kind of device. A context manager; may raise OSError."""

    def __init__(self, folder: Path, fleet: Fleet) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._fleet = fleet
        self._files: dict[str, IO[str]] = {}
        self._writers: dict[str, Any] = {}
        self._quantities: dict[str, list[str]] = {}
        self.readings = 0
        self.messages = 0

    def __enter__(self) -> "TruthFiles":
        return self

    def __exit__(self, *_error: object) -> None:
        for file in self._files.values():
            file.close()

    def about(self, what: dict[str, Any]) -> None:
        """What the simulation was; `denyut score` reads it."""
        text = json.dumps({**what, "readings": self.readings, "messages": self.messages}, indent=2)
        (self._folder / ABOUT).write_text(text + "\n", encoding="utf-8")

    def witness(self, sent: Sent, message: IntArray) -> None:
        writer = self._writers.get(sent.kind) or self._open(sent)
        quantities = self._quantities[sent.kind]
        devices = self._fleet.groups[sent.kind].devices
        nothing = np.full(len(sent), np.nan)
        said = [_cells(sent.said.get(name, nothing)) for name in quantities]
        true = [_cells(sent.true.get(name, nothing)) for name in quantities]
        writer.writerows(
            zip(
                [devices[row].id for row in sent.device.tolist()],
                [devices[row].zone for row in sent.device.tolist()],
                *(column.tolist() for column in (sent.sequence, sent.copy, sent.time_ns, sent.stated_ns, sent.sent_ns)),
                message.tolist(),
                [_names(bits) for bits in sent.faults.tolist()],
                *said,
                *true,
                strict=True,
            )
        )
        self.readings += len(sent)
        self.messages = max(self.messages, int(message.max(initial=-1)) + 1)

    def _open(self, sent: Sent) -> Any:
        file = (self._folder / READINGS.format(kind=sent.kind)).open("w", encoding="utf-8", newline="")
        self._files[sent.kind] = file
        self._quantities[sent.kind] = list(sent.said)
        writer = self._writers[sent.kind] = csv.writer(file)
        names = self._quantities[sent.kind]
        writer.writerow([*COLUMNS, *names, *(_TRUE + name for name in names)])
        return writer


def _cells(values: np.ndarray[Any, Any]) -> Iterable[str]:
    return ["" if value != value else f"{value:.10g}" for value in values.tolist()]


def _names(bits: int) -> str:
    return " ".join(kind for kind, bit in BIT.items() if bits & bit)

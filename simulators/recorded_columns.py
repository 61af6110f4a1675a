"""Recorded readings of one kind of device in columns, before they are cut into batches."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ingest.readings import NO_SEQUENCE, ReadingBatch

SOURCE = "recording"
"""Name of the source of all recorded readings; their stream is their device."""


@dataclass(frozen=True, slots=True)
class RecordedColumns:
    """As in `ReadingBatch`, but each row has its own time of receipt."""

    kind: str
    quantities: tuple[str, ...]
    device: NDArray[np.int32]
    stream: NDArray[np.int32]
    time_ns: NDArray[np.int64]
    sequence: NDArray[np.int64]
    values: NDArray[np.float64]
    """(q, n)"""
    received_ns: NDArray[np.int64]
    """(n,) the event time where the recording does not say."""
    row: NDArray[np.int64]
    """(n,) row of the recording, counted over all its files."""

    def __len__(self) -> int:
        return len(self.time_ns)

    def take(self, chosen: NDArray[np.int64] | slice) -> "RecordedColumns":
        """The chosen rows."""
        return RecordedColumns(
            self.kind,
            self.quantities,
            self.device[chosen],
            self.stream[chosen],
            self.time_ns[chosen],
            self.sequence[chosen],
            self.values[:, chosen],
            self.received_ns[chosen],
            self.row[chosen],
        )

    def batch(self, received_ns: int) -> ReadingBatch:
        """All rows as one batch, received together; every row is a message of its own."""
        return ReadingBatch(
            source=SOURCE,
            kind=self.kind,
            quantities=self.quantities,
            device=self.device,
            stream=self.stream,
            time_ns=self.time_ns,
            timed=np.ones(len(self), dtype=np.bool_),
            sequence=self.sequence,
            values=self.values,
            message=np.arange(len(self), dtype=np.int64),
            received_ns=received_ns,
        )


def from_batch(
    batch: ReadingBatch, first_row: int, time_ns: NDArray[np.int64], received_ns: NDArray[np.int64]
) -> RecordedColumns:
    """A decoded batch of recorded messages, and (n,) the times of its rows; `first_row` counts the rows before it."""
    return RecordedColumns(
        batch.kind,
        batch.quantities,
        batch.device,
        batch.device,
        time_ns,
        batch.sequence,
        batch.values,
        received_ns,
        first_row + batch.message,
    )


def without_sequence(count: int) -> NDArray[np.int64]:
    return np.full(count, NO_SEQUENCE, dtype=np.int64)


def join(parts: Sequence[RecordedColumns]) -> RecordedColumns:
    """Parts of one kind, one after the other, with all quantities that any of them has."""
    quantities = tuple(dict.fromkeys(name for part in parts for name in part.quantities))
    values = np.full((len(quantities), sum(map(len, parts))), np.nan)
    start = 0
    for part in parts:
        rows = [quantities.index(name) for name in part.quantities]
        values[rows, start : start + len(part)] = part.values
        start += len(part)
    return RecordedColumns(
        parts[0].kind,
        quantities,
        np.concatenate([part.device for part in parts]),
        np.concatenate([part.stream for part in parts]),
        np.concatenate([part.time_ns for part in parts]),
        np.concatenate([part.sequence for part in parts]),
        values,
        np.concatenate([part.received_ns for part in parts]),
        np.concatenate([part.row for part in parts]),
    )


def by_kind(parts: Sequence[RecordedColumns]) -> list[RecordedColumns]:
    """The parts joined into one for each kind, in order of first sight; rows as in the recording."""
    kinds = dict.fromkeys(part.kind for part in parts)
    joined = [join([part for part in parts if part.kind == kind]) for kind in kinds]
    return [columns.take(np.argsort(columns.row, kind="stable")) for columns in joined]

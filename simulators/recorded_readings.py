"""A chunk of recorded rows and the mapping of its file become columns of readings."""

from collections.abc import Sequence
from itertools import groupby
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from ingest.devices import DeviceTable
from simulators.mapping import Column, Table, Text, Value
from simulators.recorded_columns import RecordedColumns, without_sequence
from simulators.recorded_rows import Chunk
from simulators.recorded_times import parse_texts, parse_times
from simulators.recorded_values import NumberParser
from simulators.rejections import Rejections, RowReason

Mask = NDArray[np.bool_]


class ReadingMaker:
    """Makes readings of the rows of one file; what it cannot make goes to `rejections`."""

    def __init__(self, table: Table, devices: DeviceTable, rejections: Rejections) -> None:
        table.require_complete()
        self._table = table
        self._devices = devices
        self._rejections = rejections
        self._numbers = NumberParser(table.missing, table.decimal)

    def make(self, chunk: Chunk, first_row: int) -> list[RecordedColumns]:
        """Columns for each kind of device in the chunk; `first_row` counts the rows before it."""
        assert self._table.time is not None  # noqa: S101 - require_complete has seen to it
        time_ns, failures = parse_times(chunk, self._table.time)
        received_ns = time_ns
        if self._table.received is not None:
            texts = chunk.columns[self._table.received]
            received_ns, unreadable = parse_texts(texts, "iso", ZoneInfo(self._table.time.timezone))
            late = {row: (RowReason.RECEIVED_INVALID, text) for row, (_, text) in unreadable.items()}
            failures = late | failures
        for row, (reason, text) in failures.items():
            self._rejections.add(chunk.file, chunk.lines[row], reason, text)
        timed = np.ones(len(chunk), dtype=np.bool_)
        timed[list(failures)] = False
        made = [self._make_group(chunk, group, time_ns, received_ns, timed, first_row) for group in self._groups()]
        return [columns for found in made for columns in found]

    def _groups(self) -> list[list[tuple[str, Value]]]:
        """Columns of the file that belong to one device; all of them, unless the file is wide."""

        def owner(item: tuple[str, Value]) -> tuple[str, str]:
            return item[1].device or "", item[1].kind or ""

        items = sorted(self._table.values.items(), key=owner)
        return [list(group) for _, group in groupby(items, owner)]

    def _make_group(
        self,
        chunk: Chunk,
        group: Sequence[tuple[str, Value]],
        time_ns: NDArray[np.int64],
        received_ns: NDArray[np.int64],
        timed: Mask,
        first_row: int,
    ) -> list[RecordedColumns]:
        values, good = self._values(chunk, group, timed)
        first = group[0][1]
        names = [_words(text, chunk) for text in self._identity(first)]
        unnamed = good & np.array([not device for device in names[2]])
        self._reject(chunk, unnamed, RowReason.DEVICE_MISSING, names[2])
        rows = np.flatnonzero(good & ~unnamed)
        # Files hold their devices in long runs or few of them: one look into the table for each distinct name.
        known = {key: self._devices.row(*key) for key in dict.fromkeys(zip(*names, strict=True)) if key[2]}
        device = np.array([known.get(key, -1) for key in zip(*names, strict=True)], dtype=np.int32)[rows]
        quantities = tuple(value.quantity for _, value in group)
        kinds = np.array(names[1])[rows]
        return [
            RecordedColumns(
                kind,
                quantities,
                device[of_kind],
                device[of_kind],
                time_ns[rows[of_kind]],
                without_sequence(len(of_kind)),
                values[:, rows[of_kind]],
                received_ns[rows[of_kind]],
                first_row + rows[of_kind],
            )
            for kind in dict.fromkeys(kinds.tolist())
            if len(of_kind := np.flatnonzero(kinds == kind))
        ]

    def _identity(self, value: Value) -> tuple[Text, Text, Text, Text]:
        """City, kind, device and zone, in the order of `DeviceTable.row`."""
        table = self._table
        zone = table.zone if value.zone is None else value.zone
        return table.city, value.kind or table.kind, value.device or table.device, zone

    def _values(
        self, chunk: Chunk, group: Sequence[tuple[str, Value]], timed: Mask
    ) -> tuple[NDArray[np.float64], Mask]:
        """(q, n) the group's values, and (n,) which rows make a reading."""
        good = timed.copy()
        columns = []
        for column, value in group:
            numbers, wrong = self._numbers.parse(chunk.columns[column])
            self._reject(chunk, wrong & good, RowReason.NOT_A_NUMBER, chunk.columns[column])
            good &= ~wrong
            columns.append(numbers * value.scale + value.offset)
        values = np.array(columns)
        empty = np.isnan(values).all(axis=0) & good
        self._reject(chunk, empty, RowReason.NO_VALUE, chunk.columns[group[0][0]])
        return values, good & ~empty

    def _reject(self, chunk: Chunk, chosen: Mask, reason: RowReason, texts: Sequence[str]) -> None:
        for row in np.flatnonzero(chosen).tolist():
            self._rejections.add(chunk.file, chunk.lines[row], reason, texts[row])


def _words(text: Text, chunk: Chunk) -> tuple[str, ...]:
    return chunk.columns[text.column] if isinstance(text, Column) else (text,) * len(chunk)

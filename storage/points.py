"""Points in columns: what every store writes and line protocol encodes."""

from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Series:
    measurement: str
    tags: tuple[tuple[str, str], ...]
    """Sorted by key; values are never empty."""


@dataclass(frozen=True, slots=True)
class SeriesBlock:
    """A stretch of a `SeriesTable`, as far as those before it do not say it already."""

    families: list[Series]
    """Those that come first in this stretch or after the last one."""
    runs: list[tuple[int, int]]
    """(number of the family, how many series of it in a row)"""
    own: list[str]
    """The value that each series has of its own; empty: none."""


class SeriesTable:
    """Append-only list of the series written so far; stores cache what they need (a prefix, a row id) by its index.

    A million devices cost some bytes each: a series is kept as its family (all that it shares with others) and the
    one tag value that is its own, and is put together when it is asked for.
    """

    def __init__(self) -> None:
        self._families: list[Series] = []
        self._family_numbers: dict[Series, int] = {}
        self._family = array("i")
        self._own: list[str] = []
        self._index: dict[Series, int] = {}

    def __len__(self) -> int:
        return len(self._own)

    def __getitem__(self, index: int) -> Series:
        family, own = self._families[self._family[index]], self._own[index]
        return with_own(family, own)

    def measurement(self, index: int) -> str:
        return self._families[self._family[index]].measurement

    def index(self, measurement: str, tags: dict[str, str]) -> int:
        """The series' index, made on first sight. Tags with an empty value are left out."""
        series = _series(measurement, tags)
        index = self._index.get(series)
        if index is None:
            index = self._index[series] = len(self)
            self._family.append(self._family_number(series))
            self._own.append("")
        return index

    def extend(self, measurement: str, tags: dict[str, str], key: str, values: Sequence[str]) -> range:
        """Indices of new series that share `tags` and differ in the value of `key`.

        The caller remembers them: they are not looked for among those that `index` and `extend` have given before.
        """
        family = self._family_number(_series(measurement, {**tags, key: OWN}))
        first = len(self)
        self._family.extend([family] * len(values))
        self._own.extend(values)
        return range(first, len(self))

    def block(self, first: int, stop: int, known_families: int) -> SeriesBlock:
        """Series `first` to `stop`, for whoever knows those before and so many families.

        Safe beside a thread that appends: slices are copies, and a family stands in the list before its first series.
        """
        numbers = np.array(self._family[first:stop], dtype=np.int32)
        starts = np.flatnonzero(np.append(True, numbers[1:] != numbers[:-1])[: len(numbers)])
        lengths = np.diff(np.append(starts, len(numbers)))
        runs = list(zip(numbers[starts].tolist(), lengths.tolist(), strict=True))
        return SeriesBlock(self._families[known_families:], runs, self._own[first:stop])

    def alike(self, first: int, stop: int) -> Iterator[tuple[Series, list[str]]]:
        """Series `first` to `stop`: each family that has several in a row, with the own values of these."""
        block, at = self.block(first, stop, 0), 0
        for family, length in block.runs:
            yield self._families[family], block.own[at : at + length]
            at += length

    def grouped(self, series: NDArray[np.int32]) -> Iterator[tuple[Series, NDArray[np.intp], list[str]]]:
        """Each family among `series` (n,), where its members stand there, and their own values."""
        indices = series.tolist()
        own = list(map(self._own.__getitem__, indices))
        numbers = np.array(list(map(self._family.__getitem__, indices)), dtype=np.int32)
        for number in np.unique(numbers).tolist():
            places = np.flatnonzero(numbers == number)
            yield self._families[number], places, [own[place] for place in places.tolist()]

    def append_block(self, block: SeriesBlock) -> None:
        """Into a table that is only read from: `index` does not look for series that came in blocks."""
        self._families += block.families
        for family, length in block.runs:
            self._family.extend([family] * length)
        self._own += block.own

    def _family_number(self, family: Series) -> int:
        number = self._family_numbers.setdefault(family, len(self._families))
        if number == len(self._families):
            self._families.append(family)
        return number


OWN = "\0"
"""Stands in a family's tags for the value that each series has of its own; no topic can contain it."""


def _series(measurement: str, tags: dict[str, str]) -> Series:
    return Series(measurement, tuple(sorted((key, value) for key, value in tags.items() if value)))


def with_own(family: Series, own: str) -> Series:
    """The series of this family whose own value is that; an empty one is left out."""
    tags = ((key, own if value == OWN else value) for key, value in family.tags if value != OWN or own)
    return Series(family.measurement, tuple(tags))


@dataclass(frozen=True, slots=True)
class PointBatch:
    """Points of one measurement with the same set of fields; a point is identified by (series, time)."""

    table: SeriesTable
    series: NDArray[np.int32]
    """(n,) indices into `table`."""
    time_ns: NDArray[np.int64]
    """(n,) ns UTC."""
    fields: dict[str, NDArray[np.float64]]
    """Field name -> (n,) float64; NaN: the point lacks the field."""

    def parts(self, size: int) -> "Iterator[PointBatch]":
        """The same points in batches of at most `size`, as views."""
        if len(self) <= size:
            yield self
            return
        for start in range(0, len(self), size):
            part = slice(start, start + size)
            fields = {name: values[part] for name, values in self.fields.items()}
            yield PointBatch(self.table, self.series[part], self.time_ns[part], fields)

    @property
    def nbytes(self) -> int:
        return self.series.nbytes + self.time_ns.nbytes + sum(values.nbytes for values in self.fields.values())

    def __len__(self) -> int:
        return len(self.time_ns)

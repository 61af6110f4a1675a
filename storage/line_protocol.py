"""InfluxDB line protocol from columns: series prefixes are escaped once, a batch's floats are formatted in one go.

What the format cannot carry (a line break or a final backslash in a name, an empty name) is left out and counted by its
reason; it never becomes a broken line.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from storage.line_fields import FieldTexts
from storage.line_names import escape_key, field_key, prefixes_or_empty, series_prefix
from storage.points import PointBatch, SeriesTable

NO_FIELD = "no_field"
UNWRITABLE_SERIES = "unwritable_series"
UNWRITABLE_FIELD = "unwritable_field"
_REMEMBERED = 300_000
"""Series of one table whose prefixes, about 110 bytes each, stay in memory; of more, they are made for each batch."""
_STRING_ESCAPES = str.maketrans({'"': '\\"', "\\": "\\\\"})


@dataclass(slots=True)
class EncodedPoints:
    lines: list[bytes]
    """Without line ends, in the order of the batch."""
    dropped: Counter[str] = field(default_factory=Counter)
    """Reason -> points left out (`UNWRITABLE_FIELD`: values left out)."""


def encode_point(measurement: str, tags: Mapping[str, str], fields: Mapping[str, object], time_ns: int) -> bytes:
    """One line for a rare point of mixed types; int is written as an integer, bool and str as themselves.

    Raises `UnwritableNameError`, and ValueError when no field can be written.
    """
    parts = [
        f"{escape_key('field', key)}={text}"
        for key, value in fields.items()
        if (text := _value_text(value)) is not None
    ]
    if not parts:
        raise ValueError(f"a point of {measurement!r} has no field that can be written")
    return f"{series_prefix(measurement, tags)} {','.join(parts)} {time_ns}".encode()


def _value_text(value: object) -> str | None:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return f"{value}i" if value < 2**63 else f"{value}u"
    if isinstance(value, float):
        return repr(value).removesuffix(".0") if np.isfinite(value) else None
    if isinstance(value, str):
        return f'"{value.translate(_STRING_ESCAPES)}"'
    raise TypeError(f"a field cannot be a {type(value).__name__}")


class LineEncoder:
    """Encodes batches; remembers the prefix of each series."""

    def __init__(self) -> None:
        self._prefixes: WeakKeyDictionary[SeriesTable, list[bytes]] = WeakKeyDictionary()
        self._texts = FieldTexts()

    def encode(self, batch: PointBatch) -> EncodedPoints:
        dropped: Counter[str] = Counter()
        names = self._writable_fields(batch, dropped)
        values = np.array([batch.fields[name] for name in names], dtype=np.float64).reshape(len(names), len(batch))
        present = np.isfinite(values)
        kept = present.any(axis=0)
        dropped[NO_FIELD] += int((~kept).sum())
        if not kept.all():
            values, present = values[:, kept], present[:, kept]
        prefixes = self._series_prefixes(batch.table, batch.series[kept])
        rows = zip(prefixes, self._texts.of(names, values, present), batch.time_ns[kept].tolist(), strict=True)
        if b"" in prefixes:
            rows_written = [row for row in rows if row[0]]
            dropped[UNWRITABLE_SERIES] += len(prefixes) - len(rows_written)
            return EncodedPoints([b"%b %b %d" % row for row in rows_written], +dropped)
        return EncodedPoints([b"%b %b %d" % row for row in rows], +dropped)

    def _writable_fields(self, batch: PointBatch, dropped: Counter[str]) -> tuple[str, ...]:
        names = []
        for name, values in batch.fields.items():
            if field_key(name) is None:
                dropped[UNWRITABLE_FIELD] += int(np.isfinite(values).sum())
            else:
                names.append(name)
        return tuple(names)

    def _series_prefixes(self, table: SeriesTable, series: NDArray[np.int32]) -> list[bytes]:
        """Of each of `series` (n,); empty where line protocol cannot carry it."""
        if len(table) > _REMEMBERED:
            self._prefixes.pop(table, None)
            return _made_anew(table, series)
        prefixes = self._prefixes.setdefault(table, [])
        if len(prefixes) < len(table):
            for family, own in table.alike(len(prefixes), len(table)):
                prefixes += prefixes_or_empty(family, own)
        return list(map(prefixes.__getitem__, series.tolist()))


def _made_anew(table: SeriesTable, series: NDArray[np.int32]) -> list[bytes]:
    prefixes = [b""] * len(series)
    for family, places, own in table.grouped(series):
        for place, prefix in zip(places.tolist(), prefixes_or_empty(family, own), strict=True):
            prefixes[place] = prefix
    return prefixes

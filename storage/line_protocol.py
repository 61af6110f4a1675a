"""InfluxDB line protocol from columns: series prefixes are escaped once, a batch's floats are formatted in one go.

Escaping follows domain.md 9.6. What the format cannot carry (a line break or a final backslash in a name, an empty
name) is left out and counted by its reason; it never becomes a broken line.
"""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any
from weakref import WeakKeyDictionary

import msgspec
import numpy as np
from msgspec import UNSET, UnsetType
from numpy.typing import NDArray

from storage.points import PointBatch, Series, SeriesTable, with_own

NO_FIELD = "no_field"
UNWRITABLE_SERIES = "unwritable_series"
UNWRITABLE_FIELD = "unwritable_field"

_UNREADABLE = re.compile(r"\\[,= ]")
_PLAIN_VALUES = re.compile(r"[^\x00-\x20\x7f,=\\\ud800-\udfff]+(\n[^\x00-\x20\x7f,=\\\ud800-\udfff]+)*")
_STAND_IN = "\ufdd0"
"""A code point that is no character: hardly a name holds it."""
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_MEASUREMENT_ESCAPES = str.maketrans({",": "\\,", " ": "\\ "})
_KEY_ESCAPES = str.maketrans({",": "\\,", " ": "\\ ", "=": "\\="})
_STRING_ESCAPES = str.maketrans({'"': '\\"', "\\": "\\\\"})
# Names that stand for themselves in line protocol and in JSON alike.
_PLAIN_NAME = re.compile(r'[^\x00-\x20\x7f,=\\"{}:]+')
_JSON_TO_FIELDS = bytes.maketrans(b":", b"=")
_NUMBERED_KEY = re.compile(rb'"(\d+)":')
_JSON = msgspec.json.Encoder()


class UnwritableNameError(ValueError):
    """A measurement, tag or field name, or a tag value, that line protocol cannot carry."""


@dataclass(slots=True)
class EncodedPoints:
    lines: list[bytes]
    """Without line ends, in the order of the batch."""
    dropped: Counter[str] = field(default_factory=Counter)
    """Reason -> points left out (`UNWRITABLE_FIELD`: values left out)."""


def escape_measurement(name: str) -> str:
    if name.startswith("#"):
        raise UnwritableNameError(f"measurement {name!r} would read as a comment")
    return _checked("measurement", name).translate(_MEASUREMENT_ESCAPES)


def escape_key(what: str, name: str) -> str:
    """A tag key, tag value or field key; `what` names it in the error."""
    return _checked(what, name).translate(_KEY_ESCAPES)


def _checked(what: str, name: str) -> str:
    if not name:
        raise UnwritableNameError(f"{what} is empty")
    if _CONTROL.search(name) or name.endswith("\\"):
        raise UnwritableNameError(f"{what} {name!r} has a control character or ends in a backslash")
    try:
        name.encode()
    except UnicodeEncodeError:
        raise UnwritableNameError(f"{what} {name!r} is no valid Unicode") from None
    return name


def series_prefix(measurement: str, tags: Mapping[str, str]) -> str:
    """`measurement,tag=value`, tags in the order given. Raises `UnwritableNameError`."""
    parts = [escape_measurement(measurement)]
    for key, value in tags.items():
        if key == "time":
            raise UnwritableNameError("a tag cannot be named 'time'")
        parts.append(f"{escape_key('tag', key)}={escape_key('tag value', value)}")
    return ",".join(parts)


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
    """Encodes batches; remembers the prefix of each series and the shape of each set of fields."""

    def __init__(self) -> None:
        self._prefixes: WeakKeyDictionary[SeriesTable, list[bytes]] = WeakKeyDictionary()
        self._shapes: dict[tuple[str, ...], _FieldShape] = {}

    def encode(self, batch: PointBatch) -> EncodedPoints:
        dropped: Counter[str] = Counter()
        names = self._writable_fields(batch, dropped)
        values = np.array([batch.fields[name] for name in names], dtype=np.float64).reshape(len(names), len(batch))
        present = np.isfinite(values)
        kept = present.any(axis=0)
        dropped[NO_FIELD] += int((~kept).sum())
        if not kept.all():
            values, present = values[:, kept], present[:, kept]
        known = self._series_prefixes(batch.table)
        prefixes = [known[series] for series in batch.series[kept].tolist()]
        rows = zip(prefixes, self._shape(names).encode(values, present), batch.time_ns[kept].tolist(), strict=True)
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

    def _series_prefixes(self, table: SeriesTable) -> list[bytes]:
        """By series index; empty where line protocol cannot carry the series."""
        prefixes = self._prefixes.setdefault(table, [])
        if len(prefixes) < len(table):
            for family, own in table.alike(len(prefixes), len(table)):
                prefixes += _prefixes_or_empty(family, own)
        return prefixes

    def _shape(self, names: tuple[str, ...]) -> "_FieldShape":
        shape = self._shapes.get(names)
        if shape is None:
            shape = self._shapes[names] = _FieldShape(names)
        return shape


def _prefixes_or_empty(family: Series, own: list[str]) -> list[bytes]:
    """Of series that differ in the one tag value that is their own."""
    names, pattern = "\n".join(own), _prefix_or_empty(with_own(family, _STAND_IN))
    is_plain = _PLAIN_VALUES.fullmatch(names) and names.count("\n") == len(own) - 1
    if not is_plain or pattern.count(_STAND_IN.encode()) != 1:
        return [_prefix_or_empty(with_own(family, name)) for name in own]
    # No name needs a look of its own: all of them are put between the same two texts at once.
    before, after = pattern.split(_STAND_IN.encode())
    return (before + names.encode().replace(b"\n", after + b"\n" + before) + after).split(b"\n")


def _prefix_or_empty(series: Series) -> bytes:
    try:
        return series_prefix(series.measurement, dict(series.tags)).encode()
    except UnwritableNameError:
        return b""


@lru_cache(maxsize=4096)
def field_key(name: str) -> bytes | None:
    """The escaped name, or None where it cannot be written.

    InfluxDB drops a field named time without a word, and refuses the line of one whose escape follows a backslash.
    """
    try:
        if name == "time" or _UNREADABLE.search(name):
            return None
        return escape_key("field", name).encode()
    except UnwritableNameError:
        return None


class _FieldShape:
    """Formats rows of the same field names. The JSON encoder of msgspec writes shortest round-trip floats about eight
    times faster than repr(), so a row travels as a JSON object whose punctuation is then exchanged.
    """

    def __init__(self, names: tuple[str, ...]) -> None:
        self._keys = [field_key(name) or b"" for name in names]
        self._plain = all(_PLAIN_NAME.fullmatch(name) for name in names)
        members: list[tuple[str, Any, Any]] = [(f"f{i}", float | UnsetType, UNSET) for i in range(len(names))]
        written = names if self._plain else [str(i) for i in range(len(names))]
        rename = {f"f{i}": name for i, name in enumerate(written)}
        self._struct: Any = msgspec.defstruct("Fields", members, rename=rename, gc=False)

    def encode(self, values: NDArray[np.float64], present: NDArray[np.bool_]) -> list[bytes]:
        """`values` and `present` are (fields, n); the fields of each of the n points as `key=value,key=value`."""
        if not values.shape[1]:
            return []
        columns = values.tolist()
        if not present.all():
            cells = values.astype(object)
            cells[~present] = UNSET
            columns = cells.tolist()
        text = _JSON.encode_lines(list(map(self._struct, *columns)))
        if self._plain:
            return text.translate(_JSON_TO_FIELDS, b'{}"').split(b"\n")[:-1]
        numbered = text.translate(None, b"{}")
        return _NUMBERED_KEY.sub(lambda match: self._keys[int(match[1])] + b"=", numbered).split(b"\n")[:-1]

"""Readings as JSON objects: one record for all rows that have the same quantities, and all of them encoded at once."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import repeat
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import numpy as np
from numpy.typing import NDArray

from config.civil_time import utc_to_civil
from simulators.fleet import Reports
from simulators.spellings import FieldNames, Spelling

_UNIT_NS = {"ms": 1_000_000, "us": 1_000, "ns": 1}
_MINUTE_NS = 60_000_000_000
_WORDS = {"status": "ok", "firmware": "2.4.1", "tags": ["street"], "note": None}
_ENCODER = msgspec.json.Encoder()
Column = tuple[str, NDArray[Any]]
"""Field, and its values as they are written."""


@dataclass(frozen=True, slots=True)
class Form:
    """How the devices of one kind that spell alike write a reading."""

    spelling: Spelling
    names: FieldNames
    decimals: dict[str, int]
    """Quantity -> digits after the point; 0 where it is not named, which makes it a whole number."""
    switches: frozenset[str]
    """Quantities that are either 0 or 1."""
    zone: ZoneInfo


def payload_texts(report: Reports, form: Form) -> list[bytes]:
    """One object a row: its time, its number, and the quantities that the reading has."""
    columns = [*_time(report, form), *_number(report, form)]
    quantities = list(_quantities(report, form))
    payloads = np.empty(len(report.time_ns), dtype=object)
    for rows, has in _alike(report, [quantity for quantity, _, _ in quantities]):
        taken = [(name, values[rows]) for name, values in columns]
        taken += [
            (name, _whole(values[rows], form.decimals.get(quantity, 0)))
            for (quantity, name, values), present in zip(quantities, has, strict=True)
            if present
        ]
        payloads[rows] = _written(taken, len(rows), wordy=form.spelling.wordy)
    texts: list[bytes] = payloads.tolist()
    return texts


def _alike(report: Reports, quantities: list[str]) -> Iterator[tuple[NDArray[np.int64], list[bool]]]:
    """Rows, and which of the quantities they have."""
    pattern = np.zeros(len(report.time_ns), dtype=np.int64)
    for place, quantity in enumerate(quantities):
        pattern |= (~np.isnan(report.columns[quantity])).astype(np.int64) << place
    for one in np.unique(pattern).tolist():
        yield np.flatnonzero(pattern == one), [bool(one >> place & 1) for place in range(len(quantities))]


def _time(report: Reports, form: Form) -> Iterator[Column]:
    name, time_ns = form.names.time, report.time_ns
    match form.spelling.time:
        case "none":
            return
        case "iso":
            yield name, _iso(time_ns, form.zone)
        case "s":
            # Whole milliseconds, which a float of seconds has to the digit.
            yield name, time_ns // _UNIT_NS["ms"] / 1000
        case unit:
            yield name, time_ns // _UNIT_NS[unit]


def _number(report: Reports, form: Form) -> Iterator[Column]:
    if form.spelling.numbered:
        yield form.names.sequence, report.sequence


def _quantities(report: Reports, form: Form) -> Iterator[tuple[str, str, NDArray[Any]]]:
    """Quantity, field and values of all that a source reads."""
    for quantity, values in report.columns.items():
        name = form.names.of(quantity, nested=form.spelling.nested)
        if name is None:
            continue
        switches = form.spelling.booleans and quantity in form.switches
        if switches and np.isin(values[~np.isnan(values)], (0, 1)).all():
            yield quantity, name, values == 1
        else:
            yield quantity, name, values


def _whole(values: NDArray[Any], digits: int) -> NDArray[Any]:
    return values if digits or values.dtype == np.bool_ else values.astype(np.int64)


def _iso(time_ns: NDArray[np.int64], zone: ZoneInfo) -> NDArray[np.str_]:
    """(n,) with the offset that holds at each moment."""
    civil_ns = utc_to_civil(time_ns, zone)
    minutes = (civil_ns - time_ns) // _MINUTE_NS
    offsets, which = np.unique(minutes, return_inverse=True)
    texts = np.array(
        [f"{'-' if each < 0 else '+'}{abs(each) // 60:02}:{abs(each) % 60:02}" for each in offsets.tolist()]
    )
    clock = np.datetime_as_string((civil_ns // 1_000_000).astype("datetime64[ms]"))
    joined: NDArray[np.str_] = np.char.add(clock, texts[which] if len(texts) else "")
    return joined


def _written(columns: list[Column], count: int, *, wordy: bool) -> list[bytes]:
    tree = _tree(columns)
    if wordy:
        tree |= {name: repeat(word) for name, word in _WORDS.items()}
    if not columns:
        return [_ENCODER.encode({name: next(word) for name, word in tree.items()})] * count
    # No text of JSON holds the end of a line.
    return _ENCODER.encode_lines(list(_records(tree))).split(b"\n")[:-1]


def _tree(columns: list[Column]) -> dict[str, Any]:
    """Objects within objects for names with dots; each leaf is a column's values."""
    tree: dict[str, Any] = {}
    for name, values in columns:
        *outer, last = name.split(".")
        inside: Any = tree
        for word in outer:
            inside = inside.setdefault(word, {}) if isinstance(inside, dict) else None
        if isinstance(inside, dict) and last not in inside:
            inside[last] = values.tolist()
        else:
            # A value has this name already, so there can be no object; a dot in a name is read as well.
            tree[name] = values.tolist()
    return tree


def _records(tree: dict[str, Any]) -> Iterable[msgspec.Struct]:
    values = [_records(leaf) if isinstance(leaf, dict) else leaf for leaf in tree.values()]
    return map(_record_of(tuple(tree)), *values)


@lru_cache(maxsize=256)
def _record_of(names: tuple[str, ...]) -> type[msgspec.Struct]:
    """A type with these fields in their order, which is several times as fast as an object a row."""
    fields = [f"field_{place}" for place in range(len(names))]
    return msgspec.defstruct("Record", fields, rename=dict(zip(fields, names, strict=True)), gc=False)

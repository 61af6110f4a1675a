"""Readings as JSON objects: one template for all rows that have the same quantities."""

from collections.abc import Iterator
from dataclasses import dataclass
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
_WORDS = '"status":"ok","firmware":"2.4.1","tags":["street"],"note":null'
Column = tuple[str, str, NDArray[Any]]
"""Field, how its values are formatted, and the values."""


@dataclass(frozen=True, slots=True)
class Form:
    """How the devices of one kind that spell alike write a reading."""

    spelling: Spelling
    names: FieldNames
    decimals: dict[str, int]
    """Quantity -> digits after the point; 0 where it is not named."""
    switches: frozenset[str]
    """Quantities that are either 0 or 1."""
    zone: ZoneInfo


def payload_texts(report: Reports, form: Form) -> list[bytes]:
    """One object a row: its time, its number, and the quantities that the reading has."""
    columns = [*_time(report, form), *_number(report, form)]
    quantities = list(_quantities(report, form))
    present = np.array([~np.isnan(values) for values in report.columns.values()])
    said = np.array([form.names.of(name, nested=form.spelling.nested) is not None for name in report.columns], np.bool_)
    present = present[said].reshape(len(quantities), len(report.time_ns))
    payloads: list[bytes] = [b""] * len(report.time_ns)
    for pattern in np.unique(present, axis=1).T:
        rows = np.flatnonzero((pattern == present.T).all(axis=1))
        chosen = [*columns, *(column for column, has in zip(quantities, pattern, strict=True) if has)]
        taken = [(name, format_, values[rows]) for name, format_, values in chosen]
        for row, payload in zip(rows.tolist(), _fill_in(taken, wordy=form.spelling.wordy), strict=True):
            payloads[row] = payload
    return payloads


def _time(report: Reports, form: Form) -> Iterator[Column]:
    name, time_ns = form.names.time, report.time_ns
    match form.spelling.time:
        case "none":
            return
        case "iso":
            yield name, '"%s"', _iso(time_ns, form.zone)
        case "s":
            # A float has no millisecond of today to spare; digits have.
            seconds, below = np.divmod(time_ns // 1_000_000, 1000)
            yield name, "%s", np.char.add(np.char.add(seconds.astype(str), "."), np.char.zfill(below.astype(str), 3))
        case unit:
            yield name, "%d", time_ns // _UNIT_NS[unit]


def _number(report: Reports, form: Form) -> Iterator[Column]:
    if form.spelling.numbered:
        yield form.names.sequence, "%d", report.sequence


def _quantities(report: Reports, form: Form) -> Iterator[Column]:
    for quantity, values in report.columns.items():
        name = form.names.of(quantity, nested=form.spelling.nested)
        if name is None:
            continue
        if form.spelling.booleans and quantity in form.switches and np.isin(values[~np.isnan(values)], (0, 1)).all():
            yield name, "%s", np.where(values == 1, "true", "false")
            continue
        digits = form.decimals.get(quantity, 0)
        yield name, f"%.{digits}f" if digits else "%d", values


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


def _fill_in(columns: list[Column], *, wordy: bool) -> Iterator[bytes]:
    order: list[int] = []
    text = _written(_tree(columns), order)
    template = text[:-1] + f",{_WORDS}" + "}" if wordy else text
    values = [columns[place][2].tolist() for place in order]
    for row in zip(*values, strict=True):
        yield (template % row).encode()


def _tree(columns: list[Column]) -> dict[str, Any]:
    """Objects within objects for names with dots; each leaf is (format, place of its column)."""
    tree: dict[str, Any] = {}
    for place, (name, format_, _) in enumerate(columns):
        *outer, last = name.split(".")
        inside: Any = tree
        for word in outer:
            inside = inside.setdefault(word, {}) if isinstance(inside, dict) else None
        if isinstance(inside, dict) and last not in inside:
            inside[last] = format_, place
        else:
            # A value has this name already, so there can be no object; a dot in a name is read as well.
            tree[name] = format_, place
    return tree


def _written(tree: dict[str, Any], order: list[int]) -> str:
    """The template; `order` gets the places of the columns as they stand in it."""
    fields = []
    for name, leaf in tree.items():
        key = msgspec.json.encode(name).decode().replace("%", "%%")
        if isinstance(leaf, dict):
            fields.append(f"{key}:{_written(leaf, order)}")
        else:
            order.append(leaf[1])
            fields.append(f"{key}:{leaf[0]}")
    return "{" + ",".join(fields) + "}"

"""What one JSON payload means. This is the definition; the columnar decoder must agree with it on every message."""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from config.mistakes import shorten
from ingest.event_time import event_time_ns
from ingest.readings import NO_SEQUENCE
from ingest.reasons import Reason

MAX_FIELDS = 256
"""Quantities of one kind of device; beyond, somebody is writing data into field names."""
MAX_DEPTH = 16
"""Objects within objects."""
MAX_NESTING = 64
"""Brackets of any kind open at once, in the whole payload. Far below where a parser's stack ends, which is not the
same in each run."""
MAX_SEQUENCE = 2**53
MAX_SHOWN = 80
"""Characters of a field's name in the words about it."""
_OF_TIME_OR_SEQUENCE = frozenset(
    {Reason.TIME_INVALID, Reason.TIME_WITHOUT_OFFSET, Reason.TIME_OUT_OF_RANGE, Reason.SEQUENCE_INVALID}
)
OF_ONE_FIELD = _OF_TIME_OR_SEQUENCE | {Reason.NUMBER_IN_STRING, Reason.TEXT_FOR_NUMBER, Reason.NUMBER_OUT_OF_RANGE}
"""Reasons for which one field rejects a record."""

Path = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FieldRules:
    """How a source reads the fields of one kind of device."""

    time_field: str = "ts"
    sequence_field: str = "seq"
    renamed: Mapping[str, str] = field(default_factory=dict)
    ignored: frozenset[str] = frozenset()
    declared: frozenset[str] = frozenset()
    """Quantities that must be numbers: text in one of them rejects the message instead of being passed over."""

    def quantity(self, path: Path) -> str | None:
        """The quantity that a payload field feeds; None: it is not one."""
        name = ".".join(path)
        if name in self.ignored or name in (self.time_field, self.sequence_field):
            return None
        return self.renamed.get(name, name)


@dataclass(slots=True)
class Record:
    """One JSON object of a payload."""

    time_ns: int | None
    sequence: int
    values: dict[str, float]
    leaves: dict[Path, object]
    """Every field that is no object, as parsed: what the columnar decoder learns a kind's shape from."""


class DuplicateKeyError(ValueError):
    pass


def parse(payload: bytes) -> Any | Reason:
    """The JSON document, or why there is none: strict RFC 8259, and no key twice in an object."""
    if not payload:
        return Reason.EMPTY_PAYLOAD
    try:
        text = payload.decode()
    except UnicodeDecodeError:
        return Reason.NOT_UTF8
    if _nesting(payload) > MAX_NESTING:
        return Reason.NESTED_TOO_DEEPLY
    try:
        return json.loads(text, object_pairs_hook=_unique_keys, parse_constant=_refuse_constant)
    except DuplicateKeyError:
        return Reason.DUPLICATE_KEY
    except json.JSONDecodeError:
        return Reason.INVALID_JSON
    except ValueError:  # an integer of thousands of digits
        return Reason.NUMBER_OUT_OF_RANGE


def records(payload: bytes, rules: FieldRules) -> list[Record | Reason] | Reason:
    """The payload's records: one for an object, several for a buffered upload (a list of objects)."""
    document = parse(payload)
    if isinstance(document, Reason):
        return document
    if isinstance(document, dict):
        only = record(document, rules)
        return only if isinstance(only, Reason) else [only]
    if not isinstance(document, list) or not any(isinstance(element, dict) for element in document):
        return Reason.NOT_AN_OBJECT
    return [record(element, rules) if isinstance(element, dict) else Reason.NOT_AN_OBJECT for element in document]


def record(document: dict[str, Any], rules: FieldRules) -> Record | Reason:
    leaves: dict[Path, object] = {}
    if not _flatten(document, (), leaves):
        return Reason.NESTED_TOO_DEEPLY
    named = {".".join(path): value for path, value in leaves.items()}
    if len(named) != len(leaves):  # {"a": {"b": 1}, "a.b": 2}
        return Reason.DUPLICATE_KEY
    if not _is_unicode("".join(named)):
        return Reason.NOT_UTF8
    time_ns = named.get(rules.time_field)
    moment = None if time_ns is None else event_time_ns(time_ns)
    if isinstance(moment, Reason):
        return moment
    sequence = _sequence(named.get(rules.sequence_field))
    if isinstance(sequence, Reason):
        return sequence
    values = _values(leaves, rules)
    return values if isinstance(values, Reason) else Record(moment, sequence, values, leaves)


def rejected_field(payload: bytes, rules: FieldRules, reason: Reason) -> str:
    """The field for which `records` gave the reason, one of `OF_ONE_FIELD`, and its value."""
    document = parse(payload)
    for element in document if isinstance(document, list) else [document]:
        if isinstance(element, dict) and record(element, rules) is reason:
            return _rejected_leaf(element, rules, reason)
    return ""


def _rejected_leaf(document: dict[str, Any], rules: FieldRules, reason: Reason) -> str:
    leaves: dict[Path, object] = {}
    _flatten(document, (), leaves)
    own = rules.sequence_field if reason is Reason.SEQUENCE_INVALID else rules.time_field
    # Text in a field that nobody declared rejects a message only where no declared one does.
    for path in sorted(leaves, key=lambda path: rules.quantity(path) not in rules.declared):
        name, value = ".".join(path), leaves[path]
        if name == own if reason in _OF_TIME_OR_SEQUENCE else _values({path: value}, rules) is reason:
            return f"{name[:MAX_SHOWN]}: {shorten(value)}"
    return ""


def _values(leaves: Mapping[Path, object], rules: FieldRules) -> dict[str, float] | Reason:
    values: dict[str, float] = {}
    texts: list[str] = []
    for path, leaf in leaves.items():
        quantity = rules.quantity(path)
        if quantity is None:
            continue
        if isinstance(leaf, str):
            if quantity in rules.declared:
                return Reason.NUMBER_IN_STRING if _is_number(leaf) else Reason.TEXT_FOR_NUMBER
            texts.append(leaf)
        elif isinstance(leaf, int | float):
            if quantity in values:
                return Reason.DUPLICATE_KEY
            try:
                values[quantity] = float(leaf)
            except OverflowError:
                return Reason.NUMBER_OUT_OF_RANGE
            if math.isinf(values[quantity]):
                return Reason.NUMBER_OUT_OF_RANGE
    if len(values) > MAX_FIELDS:
        return Reason.TOO_MANY_FIELDS
    if values:
        return values
    return Reason.NUMBER_IN_STRING if any(map(_is_number, texts)) else Reason.NO_QUANTITY


def _flatten(document: Mapping[str, object], prefix: Path, leaves: dict[Path, object]) -> bool:
    if len(prefix) >= MAX_DEPTH:
        return False
    for key, value in document.items():
        path = (*prefix, key)
        if not isinstance(value, dict):
            leaves[path] = value
        elif not _flatten(value, path, leaves):
            return False
    return True


def _sequence(value: object) -> int | Reason:
    if value is None:
        return NO_SEQUENCE
    if isinstance(value, bool) or not isinstance(value, int | float):
        return Reason.SEQUENCE_INVALID
    whole = 0 <= value < MAX_SEQUENCE and value == int(value)
    return int(value) if whole else Reason.SEQUENCE_INVALID


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _is_unicode(text: str) -> bool:
    """False where JSON escaped half a surrogate pair, which no UTF-8 can write."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _nesting(payload: bytes) -> int:
    """Brackets open at once, or an upper bound that is small."""
    opened = payload.count(b"[") + payload.count(b"{")
    if opened <= MAX_NESTING:
        return opened
    without_escapes = payload.replace(b"\\\\", b"").replace(b'\\"', b"")
    characters = np.frombuffer(without_escapes, np.uint8)
    is_outside = np.cumsum(characters == ord('"')) % 2 == 0
    folded = characters | 0x20  # [ becomes {, and ] becomes }
    steps = (folded == ord("{")).astype(np.int8) - (folded == ord("}"))
    return int(np.cumsum(steps * is_outside).max())


def _unique_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    document = dict(pairs)
    if len(document) != len(pairs):
        raise DuplicateKeyError
    return document


def _refuse_constant(constant: str) -> None:
    raise json.JSONDecodeError(f"{constant} is not JSON", constant, 0)

"""Payloads that nobody can read, in every way that a run tells apart."""

import re
from collections.abc import Callable
from typing import Any, Literal, get_args

import msgspec

from ingest.payloads.one_message import MAX_FIELDS, MAX_NESTING
from ingest.reasons import Reason

Sort = Literal[
    "cut_off",
    "not_utf8",
    "not_a_number",
    "too_large_number",
    "text_for_numbers",
    "empty",
    "too_deep",
    "too_many_fields",
    "same_key_twice",
    "not_an_object",
]
SORTS: tuple[Sort, ...] = get_args(Sort)
REASONS: dict[Sort, Reason] = {
    "cut_off": Reason.INVALID_JSON,
    "not_utf8": Reason.NOT_UTF8,
    "not_a_number": Reason.INVALID_JSON,
    "too_large_number": Reason.NUMBER_OUT_OF_RANGE,
    "text_for_numbers": Reason.NUMBER_IN_STRING,
    "empty": Reason.EMPTY_PAYLOAD,
    "too_deep": Reason.NESTED_TOO_DEEPLY,
    "too_many_fields": Reason.TOO_MANY_FIELDS,
    "same_key_twice": Reason.DUPLICATE_KEY,
    "not_an_object": Reason.NOT_AN_OBJECT,
}
"""For which a run rejects such a message."""
_KEY = re.compile(rb'^\{("[^"]*":)')
_STAMPS = frozenset({"ts", "seq"})


def malformed(payload: bytes, sort: Sort) -> bytes:
    """Of a payload that is a JSON object with at least one quantity."""
    return _MAKERS[sort](payload)


def _cut_off(payload: bytes) -> bytes:
    return payload[: len(payload) // 2]


def _not_utf8(payload: bytes) -> bytes:
    """As a degree sign in Latin-1."""
    return _with_field(payload, b'"unit":"\xb0C"')


def _empty(_payload: bytes) -> bytes:
    return b""


def _not_a_number(payload: bytes) -> bytes:
    """What C and Python print where a sensor has nothing to say; RFC 8259 knows no such number."""
    return _with_field(payload, b'"raw":NaN')


def _too_large_number(payload: bytes) -> bytes:
    return _with_field(payload, b'"raw":1e999')


def _text_for_numbers(payload: bytes) -> bytes:
    return msgspec.json.encode(_as_text(msgspec.json.decode(payload)))


def _too_deep(payload: bytes) -> bytes:
    return _with_field(payload, b'"raw":' + b"[" * MAX_NESTING + b"]" * MAX_NESTING)


def _too_many_fields(payload: bytes) -> bytes:
    return _with_field(payload, b",".join(b'"r%d":0' % number for number in range(MAX_FIELDS)))


def _same_key_twice(payload: bytes) -> bytes:
    found = _KEY.match(payload)
    return _with_field(payload, (found[1] if found else b'"raw":0,"raw":') + b"0")


def _not_an_object(payload: bytes) -> bytes:
    return msgspec.json.encode(payload.decode())


def _with_field(payload: bytes, field: bytes) -> bytes:
    return payload[:-1] + b"," + field + b"}"


def _as_text(value: Any, name: str = "") -> Any:
    """Numbers in quotes, but for its time and number."""
    if isinstance(value, dict):
        return {name: _as_text(inner, name) for name, inner in value.items()}
    return str(value) if isinstance(value, int | float) and name not in _STAMPS else value


_MAKERS: dict[Sort, Callable[[bytes], bytes]] = {
    "cut_off": _cut_off,
    "not_utf8": _not_utf8,
    "not_a_number": _not_a_number,
    "too_large_number": _too_large_number,
    "text_for_numbers": _text_for_numbers,
    "empty": _empty,
    "too_deep": _too_deep,
    "too_many_fields": _too_many_fields,
    "same_key_twice": _same_key_twice,
    "not_an_object": _not_an_object,
}

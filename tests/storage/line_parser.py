"""A small reader of line protocol for tests: the oracle of the encoder, itself checked against the decode corpus."""

import re
from dataclasses import dataclass

_ESCAPED = re.compile(r"\\([,= ])")


@dataclass(frozen=True)
class Point:
    measurement: str
    tags: dict[str, str]
    fields: dict[str, float | int | bool | str]
    time_ns: int | None


def parse_line(line: str) -> Point:
    """Raises ValueError for what is no line of line protocol."""
    head, rest = _split_once(line, " ")
    measurement, *pairs = _split(head, ",")
    fields, time = _fields(rest)
    tags = dict(_pair(pair) for pair in pairs)
    # An equals sign is nothing special in a measurement, nor is a backslash before it.
    return Point(re.sub(r"\\([, ])", r"\1", measurement), tags, fields, int(time) if time else None)


def _split(text: str, stop: str) -> list[str]:
    """At each stop that no backslash stands before."""
    return re.split(rf"(?<!\\){re.escape(stop)}", text)


def _split_once(text: str, stop: str) -> tuple[str, str]:
    parts = re.split(rf"(?<!\\){re.escape(stop)}+", text, maxsplit=1)
    if len(parts) != 2:
        raise ValueError(f"no {stop!r} in {text!r}")
    return parts[0], parts[1]


def _pair(text: str) -> tuple[str, str]:
    key, value = _split_once(text, "=")
    return _unescaped(key), _unescaped(value)


def _unescaped(text: str) -> str:
    return _ESCAPED.sub(r"\1", text)


_FIELD = re.compile(r'((?:\\[,= ]|\\(?![,= ])|[^\\,= ])+)=("(?:[^"\\]|\\.)*"|[^," ]+)(,|$| )', re.DOTALL)


def _fields(text: str) -> tuple[dict[str, float | int | bool | str], str]:
    fields: dict[str, float | int | bool | str] = {}
    at = 0
    while True:
        match = _FIELD.match(text, at)
        if match is None:
            raise ValueError(f"no field at {at} in {text!r}")
        fields[_unescaped(match[1])] = _value(match[2])
        at = match.end()
        if match[3] != ",":
            return fields, text[at:].strip()


def _value(text: str) -> float | int | bool | str:
    if text.startswith('"'):
        return re.sub(r'\\(["\\])', r"\1", text[1:-1])
    if text in ("t", "T", "true", "True", "TRUE", "f", "F", "false", "False", "FALSE"):
        return text[0] in "tT"
    if text[-1] in "iu":
        return int(text[:-1])
    return float(text)

"""Names in InfluxDB line protocol: what must be escaped, and what the format cannot carry at all.

https://docs.influxdata.com/influxdb/v1/write_protocols/line_protocol_reference/#special-characters
"""

import re
from collections.abc import Mapping
from functools import lru_cache

from storage.points import Series, with_own

_UNREADABLE = re.compile(r"\\[,= ]")
_PLAIN_VALUES = re.compile(r"[^\x00-\x20\x7f,=\\\ud800-\udfff]+(\n[^\x00-\x20\x7f,=\\\ud800-\udfff]+)*")
_STAND_IN = "\ufdd0"
"""A code point that is no character: hardly a name holds it."""
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_MEASUREMENT_ESCAPES = str.maketrans({",": "\\,", " ": "\\ "})
_KEY_ESCAPES = str.maketrans({",": "\\,", " ": "\\ ", "=": "\\="})


class UnwritableNameError(ValueError):
    """A measurement, tag or field name, or a tag value, that line protocol cannot carry."""


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


def prefixes_or_empty(family: Series, own: list[str]) -> list[bytes]:
    """The prefixes of series that differ in the one tag value that is their own; empty where one cannot be written."""
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

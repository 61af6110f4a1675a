"""Mappings from the options of a command line, alone or over those of a file."""

import re
from collections.abc import Iterable
from typing import Any

from pydantic import ValidationError

from simulators.mapping import Mapping

_COLUMN = re.compile(r"\{(.+)\}")


def mapping_from_options(mapping: Mapping | None, options: dict[str, str], values: Iterable[str] = ()) -> Mapping:
    """`mapping` with the given options in place of its own.

    `options` are keys of a mapping (kind, city, zone, device, delimiter, received, order, format) and time,
    time_format and timezone; a text in braces, such as {garagecode}, is a column. `values` are COLUMN=QUANTITY.
    Raises ValueError, in one sentence, where they make no mapping.
    """
    document: dict[str, Any] = mapping.model_dump(exclude_unset=True) if mapping else {}
    time = {"time": "column", "time_format": "format", "timezone": "timezone"}
    given = {time[key]: text for key, text in options.items() if key in time}
    if given:
        document["time"] = (document.get("time") or {}) | given
    document |= {key: _text(key, text) for key, text in options.items() if key not in time}
    if pairs := dict(map(_pair, values)):
        document["values"] = pairs
    try:
        return Mapping.model_validate(document)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(map(str, first["loc"]))
        raise ValueError(f"{place}: {first['msg'].removeprefix('Value error, ')}") from None


def _text(key: str, text: str) -> object:
    if key == "delimiter":
        return text.replace("\\t", "\t")
    match = _COLUMN.fullmatch(text)
    return {"column": match[1]} if match and key in ("kind", "city", "zone", "device") else text


def _pair(text: str) -> tuple[str, str]:
    # Names of quantities hold no "=", those of columns may.
    column, separator, quantity = text.rpartition("=")
    if not separator or not column or not quantity:
        raise ValueError(f"{text!r} is no COLUMN=QUANTITY, such as vehicleCount=vehicle_count")
    return column, quantity

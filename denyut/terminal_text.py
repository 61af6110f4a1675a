"""Text of others on a terminal: nothing in it may act there, and what a program reads stays as it is."""

import json
import re
from functools import cache
from typing import IO

_UNSAFE = re.compile("[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")
"""What JSON lets stand in a text although a terminal may act on it; the rest of the control characters it escapes."""


@cache
def _encoder(takes_all: bool, indent: int | None) -> json.JSONEncoder:
    return json.JSONEncoder(ensure_ascii=not takes_all, indent=indent)


def visible(text: str) -> str:
    """A name may hold a line break or a terminal's control sequence; neither may act."""
    return "".join(char if char.isprintable() else repr(char)[1:-1] for char in text)


def json_text(value: object, out: IO[str], indent: int | None = None) -> str:
    """JSON that `out` can take and a terminal only shows."""
    takes_all = (getattr(out, "encoding", None) or "utf-8").lower().replace("-", "") == "utf8"
    text = _encoder(takes_all, indent).encode(value)
    return _UNSAFE.sub(lambda match: f"\\u{ord(match[0]):04x}", text)

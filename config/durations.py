"""Durations as people write them ("10s", "15m", "24h") and as the code keeps them: integer nanoseconds."""

import re

SECOND_NS = 1_000_000_000
UNITS_NS = {
    "ms": SECOND_NS // 1000,
    "s": SECOND_NS,
    "m": 60 * SECOND_NS,
    "h": 3600 * SECOND_NS,
    "d": 86_400 * SECOND_NS,
}
LONGEST_NS = 100 * 365 * UNITS_NS["d"]
"""A hundred years: far inside 64 bits, so that a time plus a duration never overflows."""

_PATTERN = re.compile(r"(\d+(?:\.\d+)?)\s*(ms|s|m|h|d)")


def parse_duration(text: str | int | float) -> int:
    """Nanoseconds of "10s", "1.5m", "24h", "7d", or of a plain number of seconds.

    Raises ValueError when the text is no positive duration.
    """
    nanoseconds = _nanoseconds(text)
    if nanoseconds <= 0:
        raise ValueError(f"a duration must be positive, not {text!r}")
    return nanoseconds


def parse_wait(text: str | int | float) -> int:
    """As `parse_duration`, but 0 is allowed: not to wait at all."""
    nanoseconds = _nanoseconds(text)
    if nanoseconds < 0:
        raise ValueError(f"a duration must not be negative, not {text!r}")
    return nanoseconds


def _nanoseconds(text: str | int | float) -> int:
    if isinstance(text, int | float) and not isinstance(text, bool):
        seconds = float(min(max(text, -LONGEST_NS), LONGEST_NS))
        amount = seconds * SECOND_NS
    else:
        match = _PATTERN.fullmatch(str(text).strip())
        if match is None:
            raise ValueError(f"{text!r} is no duration; write a number and a unit, such as 10s, 15m, 24h or 7d")
        amount = float(match[1]) * UNITS_NS[match[2]]
    if not abs(amount) <= LONGEST_NS:
        raise ValueError(f"a duration must not be longer than 100 years (36500d), not {text!r}")
    return round(amount)


def format_duration(nanoseconds: int) -> str:
    """The shortest exact form: 60 s is "1m", 90 s is "90s", 24 h is "24h" (days only from two on), nothing is "0s"."""
    if nanoseconds == 0:
        return "0s"
    for unit in ("d", "h", "m", "s", "ms"):
        size = UNITS_NS[unit]
        if nanoseconds % size == 0 and (unit != "d" or nanoseconds >= 2 * size):
            return f"{nanoseconds // size}{unit}"
    return f"{nanoseconds}ns"

"""Times as people give them to a query and as it prints them: ISO 8601 in UTC, to the nanosecond."""

import re
from datetime import UTC, datetime, timedelta

from config.durations import SECOND_NS, parse_duration

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FRACTION = re.compile(r"(?<=:\d\d)[.,](\d{1,9})(?!\d)")


def iso_utc(time_ns: int) -> str:
    """1763778600000000000 is "2025-11-22T02:30:00Z"; a fraction of a second stands only where there is one."""
    seconds, fraction = divmod(time_ns, SECOND_NS)
    text = (_EPOCH + timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%S")
    return text + (f".{fraction:09}".rstrip("0") if fraction else "") + "Z"


def parse_time(text: str, now_ns: int) -> int:
    """Nanoseconds UTC of an ISO 8601 time (without an offset: UTC) or of a duration back from now.

    Raises ValueError.
    """
    try:
        return now_ns - parse_duration(text)
    except ValueError:
        return _parse_iso(text, ", or a duration back, such as 15m")


def parse_moment(text: str) -> int:
    """Nanoseconds UTC of an ISO 8601 time (without an offset: UTC). Raises ValueError."""
    return _parse_iso(text, "")


def _parse_iso(text: str, or_else: str) -> int:
    fraction = _FRACTION.search(text)
    try:
        moment = datetime.fromisoformat(_FRACTION.sub("", text, count=1))
    except ValueError:
        message = f"{text!r} is no time; write ISO 8601, such as 2025-11-22T02:30:00Z{or_else}"
        raise ValueError(message) from None
    moment = moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
    nanoseconds = (moment - _EPOCH) // timedelta(microseconds=1) * 1000
    nanoseconds += int(fraction[1].ljust(9, "0")) if fraction else 0
    if not -(2**63) <= nanoseconds < 2**63:
        raise ValueError(f"{text!r} lies outside the years 1678 to 2262 that nanoseconds can count")
    return nanoseconds

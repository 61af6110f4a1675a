"""Hour, day, week and month as the people of a city count them, and what windows of each size are called."""

from typing import Literal, get_args

from config.durations import UNITS_NS, parse_duration

Period = Literal["hour", "day", "week", "month"]
PERIODS: tuple[Period, ...] = get_args(Period)
"""Ascending: each is made of whole ones of the one before, but a month of days."""
TAGS: dict[Period, str] = {"hour": "1h", "day": "1d", "week": "1w", "month": "1mo"}
"""Value of the tag `size` of their points. A window of a fixed 24 or 168 hours is called "24h" or "7d"."""
USUAL_NS: dict[Period, int] = {
    "hour": UNITS_NS["h"],
    "day": UNITS_NS["d"],
    "week": 7 * UNITS_NS["d"],
    "month": 30 * UNITS_NS["d"],
}
"""A day is longer or shorter where the clock is changed, a month by the calendar."""
_USUAL_BY_TAG = {TAGS[period]: USUAL_NS[period] for period in PERIODS}


def usual_size_ns(size: str) -> int:
    """About how long a window is, by the tag `size` of its points: enough to put sizes in order.

    Raises ValueError where no window is called so.
    """
    usual_ns = _USUAL_BY_TAG.get(size)
    return parse_duration(size) if usual_ns is None else usual_ns

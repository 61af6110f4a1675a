"""When an hour, day, week or month of a city's clock begins and ends, on the quarter hours of UTC.

A day begins when the clock first shows it, so one on which the clock is set forward has 23 hours, and one on which it
is set back 25. An hour that the clock shows twice is two hours; where it is changed by half an hour, an hour is cut.
"""

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from config.durations import SECOND_NS
from config.periods import Period

QUARTER_NS = 900 * SECOND_NS
"""Spans begin and end on these. In no zone of today does the clock stand off them."""
_QUARTER_S = 900
_HOUR = 4
_DAY = 96
_FURTHEST = 26 * _HOUR
"""Quarters by which a clock can be ahead of UTC or behind it, and more."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FIRST_DAY = date(1970, 1, 1)

Span = tuple[int, int]
"""[start, end), ns UTC."""


def span(period: Period, zone: ZoneInfo, time_ns: int) -> Span:
    """The one that holds the time."""
    start, end = _span(period, zone, time_ns // QUARTER_NS)
    return start * QUARTER_NS, end * QUARTER_NS


@lru_cache(maxsize=8192)
def _span(period: Period, zone: ZoneInfo, quarter: int) -> Span:
    return _hour(zone, quarter) if period == "hour" else _days(period, zone, quarter)


def _hour(zone: ZoneInfo, quarter: int) -> Span:
    start, end = quarter, quarter + 1
    while not _strikes(zone, start):
        start -= 1
    while not _strikes(zone, end):
        end += 1
    return start, end


def _strikes(zone: ZoneInfo, quarter: int) -> bool:
    """Whether an hour begins there: the clock shows a full one, or is changed."""
    offset = _offset(zone, quarter)
    return (quarter + offset) % _HOUR == 0 or offset != _offset(zone, quarter - 1)


def _days(period: Period, zone: ZoneInfo, quarter: int) -> Span:
    first = _first_day(period, _FIRST_DAY + timedelta(days=(quarter + _offset(zone, quarter)) // _DAY))
    start, end = _begins(zone, first), _begins(zone, _following(period, first))
    while end <= quarter:
        # The clock was set back over midnight: it showed the next day before.
        first = _following(period, first)
        start, end = end, _begins(zone, _following(period, first))
    return start, end


def _first_day(period: Period, day: date) -> date:
    if period == "week":
        return day - timedelta(days=day.weekday())
    return day.replace(day=1) if period == "month" else day


def _following(period: Period, first: date) -> date:
    if period == "month":
        return (first + timedelta(days=31)).replace(day=1)
    return first + timedelta(days=7 if period == "week" else 1)


@lru_cache(maxsize=4096)
def _begins(zone: ZoneInfo, day: date) -> int:
    """The first quarter hour at which the clock shows that day, or a later one where it leaves the day out."""
    midnight = (day - _FIRST_DAY).days * _DAY
    quarters = range(midnight - _FURTHEST, midnight + _FURTHEST)
    return next(quarter for quarter in quarters if quarter + _offset(zone, quarter) >= midnight)


def _offset(zone: ZoneInfo, quarter: int) -> int:
    """Quarters that the clock is ahead of UTC."""
    offset = (_EPOCH + timedelta(seconds=quarter * _QUARTER_S)).astimezone(zone).utcoffset()
    return 0 if offset is None else int(offset.total_seconds()) // _QUARTER_S

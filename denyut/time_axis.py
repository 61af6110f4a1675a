"""Where the marks of a time axis stand: whole hours, days, months of the city's clock, and what is written there."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

_MINUTES = (1, 5, 15, 30, 60, 180, 360, 720)
_DAYS = (1, 2, 7, 14)
_MONTHS = (1, 3, 6, 12, 60)
_DAY_NS = 86_400 * 10**9


@dataclass(frozen=True, slots=True)
class Mark:
    at_ns: int
    text: str


def marks(first_ns: int, last_ns: int, zone: ZoneInfo, months: tuple[str, ...], most: int = 10) -> list[Mark]:
    """Ascending, no more than `most`; `months`: the twelve names, short."""
    span_ns = max(last_ns - first_ns, 1)
    begin = datetime.fromtimestamp(first_ns // 10**9, zone)
    for minutes in _MINUTES:
        if span_ns <= most * minutes * 60 * 10**9:
            return _of_clock(begin, first_ns, last_ns, zone, minutes, months)
    for days in _DAYS:
        if span_ns <= most * days * _DAY_NS:
            found = list(_of_days(begin, last_ns, zone, days, months))
            return [mark for mark in found if mark.at_ns >= first_ns]
    step = next((each for each in _MONTHS if span_ns <= most * each * 30 * _DAY_NS), _MONTHS[-1])
    return [mark for mark in _of_months(begin, last_ns, zone, step, months) if mark.at_ns >= first_ns]


def _of_clock(
    begin: datetime, first_ns: int, last_ns: int, zone: ZoneInfo, minutes: int, months: tuple[str, ...]
) -> list[Mark]:
    """At midnight stands the date. Steps are of elapsed time from midnight on, each day anew."""
    found: list[Mark] = []
    midnight = begin.replace(hour=0, minute=0, second=0, microsecond=0, fold=0)
    while (day_ns := _ns(midnight)) <= last_ns:
        following = midnight.replace(tzinfo=None) + timedelta(days=1)
        next_midnight = following.replace(tzinfo=zone)
        for at_ns in range(day_ns, _ns(next_midnight), minutes * 60 * 10**9):
            if first_ns <= at_ns <= last_ns:
                local = datetime.fromtimestamp(at_ns // 10**9, zone)
                is_day = at_ns == day_ns
                found.append(Mark(at_ns, f"{local.day} {months[local.month - 1]}" if is_day else f"{local:%H:%M}"))
        midnight = next_midnight
    return found


def _of_days(begin: datetime, last_ns: int, zone: ZoneInfo, days: int, months: tuple[str, ...]) -> Iterator[Mark]:
    day = begin.replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None)
    while (at_ns := _ns(day.replace(tzinfo=zone))) <= last_ns:
        yield Mark(at_ns, f"{day.day} {months[day.month - 1]}")
        day += timedelta(days=days)


def _of_months(begin: datetime, last_ns: int, zone: ZoneInfo, step: int, months: tuple[str, ...]) -> Iterator[Mark]:
    number = begin.year * 12 + begin.month - 1
    number -= number % step
    while (at_ns := _ns(datetime(number // 12, number % 12 + 1, 1, tzinfo=zone))) <= last_ns:
        name = months[number % 12]
        yield Mark(at_ns, f"{name} {number // 12}" if number % 12 == 0 or step >= 12 else name)
        number += step


def _ns(moment: datetime) -> int:
    return round(moment.timestamp()) * 10**9

"""What sets a day apart for a town in Java: weekends, holidays, Friday, Ramadan, Lebaran, school, market days."""

from collections.abc import Callable
from datetime import date, timedelta
from enum import IntFlag
from functools import cache

import numpy as np
from numpy.typing import NDArray

from config.calendar import Calendar
from config.public_holidays import PublicHolidays
from simulators.movable_days import eid_of, pasaran_of, ramadan_of

DayArray = NDArray[np.int64]
"""(n,) days since 1 January 1970, by the city's clock."""


class Day(IntFlag):
    WEEKEND = 1
    HOLIDAY = 2
    FRIDAY = 4
    RAMADAN = 8
    LEBARAN = 16
    """Eid al-Fitr, and the day after it."""
    NO_SCHOOL = 32
    """A workday on which only schools are closed."""
    MARKET = 64
    """The day of the pasaran week that a market is named after."""


_KINDS = 128
SPELLS = _KINDS * _KINDS
_EPOCH = date(1970, 1, 1)
_DAYS_OF_LEBARAN = 2
_BREAKS = (((6, 20), (7, 12)), ((12, 20), (12, 31)), ((1, 1), (1, 2)))
"""(month, day) of the first and the last: after each half of the school year. A plain rule: each province decides."""
_BEFORE_EID, _AFTER_EID = timedelta(days=5), timedelta(days=7)


class CityDays:
    """The days of one city. What is told of Java holds where the configured country is Indonesia."""

    def __init__(self, calendar: Calendar) -> None:
        """Raises ValueError where nobody knows the country's holidays."""
        self._holidays = PublicHolidays(calendar)
        self._in_java = calendar.country == "ID"
        self._day: Callable[[int], Day] = cache(self._look_up)

    def spells(self, day: DayArray, pasaran: NDArray[np.float64] | None = None) -> DayArray:
        """(n,) as `spell_of` counts. `pasaran`: (n,) of the market beside the device, 0 Legi to 4 Kliwon, -1 none."""
        if not len(day):
            return day
        first, last = int(day.min()), int(day.max())
        table = np.array([self._day(number) for number in range(first, last + 2)], dtype=np.int64)
        today, tomorrow = table[day - first], table[day - first + 1]
        if pasaran is not None and self._in_java:
            today = today + Day.MARKET * (pasaran_of(day) == pasaran)
            tomorrow = tomorrow + Day.MARKET * (pasaran_of(day + 1) == pasaran)
        return spell_of(today, tomorrow)

    def _look_up(self, number: int) -> Day:
        day = _EPOCH + timedelta(days=number)
        found = Day(0)
        if day.weekday() >= 5:
            found |= Day.WEEKEND
        if day in self._holidays:
            found |= Day.HOLIDAY
        if self._in_java:
            found |= _of_java(day)
        return found & ~Day.NO_SCHOOL if found & (Day.WEEKEND | Day.HOLIDAY) else found


def spell_of(today: DayArray, tomorrow: DayArray) -> DayArray:
    """(n,) one number for both, below `SPELLS`."""
    spells: DayArray = today * _KINDS + tomorrow
    return spells


def days_of(spell: int) -> tuple[Day, Day]:
    """Today and tomorrow."""
    today, tomorrow = divmod(spell, _KINDS)
    return Day(today), Day(tomorrow)


def _of_java(day: date) -> Day:
    found = Day(0)
    begins, ends = ramadan_of(day), eid_of(day)
    if day.weekday() == 4:
        found |= Day.FRIDAY
    if begins <= day < ends:
        found |= Day.RAMADAN
    if ends <= day < ends + timedelta(days=_DAYS_OF_LEBARAN):
        found |= Day.LEBARAN
    on_break = any(first <= (day.month, day.day) <= last for first, last in _BREAKS)
    if on_break or ends - _BEFORE_EID <= day <= ends + _AFTER_EID:
        found |= Day.NO_SCHOOL
    return found

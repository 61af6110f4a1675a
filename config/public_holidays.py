"""Which days are holidays: those of the country, of collective leave, and of the city itself."""

from collections.abc import Collection, Iterable
from datetime import date

import holidays

from config.calendar import DAYS, Calendar, Day

_COLLECTIVE_LEAVE = {"ID": holidays.GOVERNMENT}
"""Country -> category of the library that lists these days. Elsewhere that category means something else."""


class PublicHolidays:
    """Raises ValueError where nobody knows the country's holidays.

    Movable days are those that were decided (in Indonesia by the joint decree of three ministers, SKB 3 Menteri), for
    later years they are estimated by the library.
    """

    def __init__(self, calendar: Calendar) -> None:
        self._own = {each.day: each.name for each in calendar.holidays}
        self._workdays = {*calendar.workdays}
        self._of_country: holidays.HolidayBase | None = None
        if calendar.country:
            try:
                categories = [holidays.PUBLIC]
                if calendar.collective_leave and calendar.country in _COLLECTIVE_LEAVE:
                    categories.append(_COLLECTIVE_LEAVE[calendar.country])
                self._of_country = holidays.country_holidays(calendar.country, categories=tuple(categories))
            except NotImplementedError:
                message = f"the holidays of {calendar.country!r} are not known; leave country empty and list your own"
                raise ValueError(message) from None

    def __contains__(self, day: date) -> bool:
        if day in self._own:
            return True
        return day not in self._workdays and self._of_country is not None and day in self._of_country

    def fall_on(self, days: Collection[Day], years: Iterable[int]) -> bool:
        """Whether any of those years has a holiday on one of these days of the week; none: on any."""
        wanted = {DAYS.index(day) for day in days or DAYS}
        candidates = {*self._own}
        if self._of_country is not None:
            candidates |= {day for year in years for day in self._in(year)}
        return any(day.weekday() in wanted and day in self for day in candidates)

    def _in(self, year: int) -> list[date]:
        of_country = self._of_country
        if of_country is None:
            return []
        of_country.get(date(year, 1, 1))  # which makes those of the year
        return [day for day in of_country if day.year == year]

    def name(self, day: date) -> str:
        """In the country's own language; empty where the day has none, or is no holiday."""
        if day not in self:
            return ""
        if day in self._own or self._of_country is None:
            return self._own.get(day, "")
        return str(self._of_country.get(day, ""))

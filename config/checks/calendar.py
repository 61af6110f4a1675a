"""The calendar: a country whose holidays are known, and no day that is both holiday and workday."""

from collections.abc import Iterator
from datetime import date

from config.checks.finding import OTHER, Finding
from config.public_holidays import PublicHolidays
from config.settings import Settings


def check_calendar(settings: Settings) -> Iterator[Finding]:
    calendar = settings.calendar
    try:
        PublicHolidays(calendar)
    except ValueError as error:
        yield Finding(str(error), (("calendar", "country"),))
    seen: dict[date, int] = {}
    for index, holiday in enumerate(calendar.holidays):
        place = ("calendar", "holidays", index, "day")
        first = seen.setdefault(holiday.day, index)
        if first != index:
            yield Finding(f"{holiday.day} is {OTHER} too", (place, ("calendar", "holidays", first, "day")))
        elif holiday.day in calendar.workdays:
            other = ("calendar", "workdays", calendar.workdays.index(holiday.day))
            yield Finding(f"{holiday.day} is a holiday here and a workday in {OTHER}", (place, other))

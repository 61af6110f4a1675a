from datetime import date

import numpy as np
import pytest

from config.calendar import Calendar, Holiday
from simulators.days import CityDays, Day, days_of, spell_of
from simulators.movable_days import eid_of

INDONESIA = CityDays(Calendar())


def number(day: date) -> int:
    return (day - date(1970, 1, 1)).days


def day_of(day: date, days: CityDays = INDONESIA, pasaran: float | None = None) -> Day:
    market = None if pasaran is None else np.array([pasaran])
    return days_of(int(days.spells(np.array([number(day)]), market)[0]))[0]


@pytest.mark.parametrize(
    ("day", "kind"),
    [
        (date(2026, 2, 2), Day(0)),
        (date(2026, 2, 7), Day.WEEKEND),
        (date(2026, 2, 6), Day.FRIDAY),
        # Lunar New Year, and the leave before it.
        (date(2026, 2, 17), Day.HOLIDAY),
        (date(2026, 2, 16), Day.HOLIDAY),
        (date(2026, 2, 18), Day(0)),
        (date(2026, 2, 19), Day.RAMADAN),
        (date(2026, 2, 20), Day.RAMADAN | Day.FRIDAY),
        (date(2026, 2, 21), Day.RAMADAN | Day.WEEKEND),
        (date(2026, 3, 20), Day.RAMADAN | Day.FRIDAY | Day.HOLIDAY),
        (date(2026, 3, 21), Day.LEBARAN | Day.WEEKEND | Day.HOLIDAY),
        (date(2026, 3, 22), Day.LEBARAN | Day.WEEKEND | Day.HOLIDAY),
        # Schools are closed for a week after Lebaran, offices are not.
        (date(2026, 3, 25), Day.NO_SCHOOL),
        (date(2026, 3, 30), Day(0)),
        (date(2026, 7, 1), Day.NO_SCHOOL),
        (date(2026, 7, 13), Day(0)),
        (date(2026, 8, 17), Day.HOLIDAY),
    ],
)
def test_what_sets_a_day_in_java_apart(day: date, kind: Day) -> None:
    assert day_of(day) == kind


def test_a_market_has_its_day_every_fifth_day() -> None:
    # 4 February 2026 was a Rabu Pahing.
    market_days = [day for day in range(1, 29) if Day.MARKET in day_of(date(2026, 2, day), pasaran=1.0)]
    assert market_days == [4, 9, 14, 19, 24]


def test_where_there_is_no_market_there_is_no_market_day() -> None:
    kinds = [day_of(date(2026, 2, day), pasaran=-1.0) for day in range(1, 29)]
    assert not any(Day.MARKET in kind for kind in kinds)


def test_elsewhere_nothing_is_known_of_ramadan_of_friday_prayers_schools_and_markets() -> None:
    germany, nowhere = CityDays(Calendar(country="DE")), CityDays(Calendar(country=""))
    for days in (germany, nowhere):
        assert day_of(date(2026, 2, 20), days, pasaran=0.0) == Day(0)
        assert day_of(date(2026, 7, 1), days, pasaran=0.0) == Day(0)
        assert day_of(date(2026, 2, 21), days) == Day.WEEKEND
    assert day_of(date(2026, 10, 3), germany) == Day.HOLIDAY | Day.WEEKEND
    assert day_of(date(2026, 8, 17), nowhere) == Day(0)


def test_a_city_has_holidays_of_its_own() -> None:
    anniversary = CityDays(Calendar(holidays=(Holiday(day=date(2026, 10, 20), name="Hari Jadi"),)))
    assert day_of(date(2026, 10, 20), anniversary) == Day.HOLIDAY


def test_a_day_is_told_with_the_one_after_it_in_any_order() -> None:
    days = np.array([number(date(2026, 2, 6)), number(date(2026, 2, 8)), number(date(2026, 2, 6))])
    friday = int(spell_of(np.array(Day.FRIDAY), np.array(Day.WEEKEND)))
    sunday = int(spell_of(np.array(Day.WEEKEND), np.array(0)))
    assert INDONESIA.spells(days).tolist() == [friday, sunday, friday]


def test_no_days_are_none() -> None:
    assert INDONESIA.spells(np.zeros(0, dtype=np.int64)).tolist() == []


def test_each_lebaran_is_a_public_holiday_of_the_country_too() -> None:
    begins = {eid_of(date(year, month, 1)) for year in range(2015, 2031) for month in (1, 7)}
    assert len(begins) >= 16
    assert [day for day in sorted(begins) if Day.HOLIDAY not in day_of(day)] == []

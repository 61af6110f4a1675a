from datetime import date
from itertools import pairwise

import numpy as np
import pytest

from simulators.movable_days import PASARAN, eid_of, pasaran_of, ramadan_of


def pasaran(day: date) -> str:
    return PASARAN[int(pasaran_of(np.array([(day - date(1970, 1, 1)).days]))[0])]


@pytest.mark.parametrize(
    ("begins", "eid"),
    [
        (date(2022, 4, 3), date(2022, 5, 2)),
        (date(2023, 3, 23), date(2023, 4, 22)),
        (date(2024, 3, 12), date(2024, 4, 10)),
        (date(2025, 3, 1), date(2025, 3, 31)),
        (date(2026, 2, 19), date(2026, 3, 21)),
    ],
)
def test_ramadan_is_the_one_that_was_decided(begins: date, eid: date) -> None:
    assert (ramadan_of(begins), eid_of(begins)) == (begins, eid)
    assert (ramadan_of(eid), eid_of(eid)) == (begins, eid)


def test_where_nothing_is_decided_ramadan_is_that_of_the_tabular_calendar() -> None:
    # 17 August 1945 was the ninth day of Ramadan 1364.
    assert abs((ramadan_of(date(1945, 8, 17)) - date(1945, 8, 9)).days) <= 1
    assert ramadan_of(date(2027, 2, 20)) == date(2027, 2, 8)
    assert eid_of(date(2027, 2, 20)) == date(2027, 3, 10)


def test_a_ramadan_begins_about_every_354_days_and_some_solar_years_have_two() -> None:
    first = date(2027, 2, 8).toordinal()
    begins = sorted({ramadan_of(date.fromordinal(day)) for day in range(first, first + 30 * 354, 50)})
    apart = {(later - earlier).days for earlier, later in pairwise(begins)}
    assert apart == {354, 355}
    # The Ramadans of 1451 and 1452.
    assert [day for day in begins if day.year == 2030] == [date(2030, 1, 6), date(2030, 12, 26)]


@pytest.mark.parametrize(
    ("day", "name"),
    [
        # The proclamation of independence: Jumat Legi.
        (date(1945, 8, 17), "legi"),
        # The first day of Sultan Agung's calendar, also a Jumat Legi.
        (date(1633, 7, 8), "legi"),
        # Sukarno was born on a Kamis Pon.
        (date(1901, 6, 6), "pon"),
    ],
)
def test_the_pasaran_of_known_days(day: date, name: str) -> None:
    assert pasaran(day) == name

"""Calendars beside the solar one: the months of the Islamic year, and the Javanese week of five days."""

from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

PASARAN = ("legi", "pahing", "pon", "wage", "kliwon")
_FRIDAY_LEGI = (date(1945, 8, 17) - date(1970, 1, 1)).days
"""The proclamation of independence, on a Friday Legi (Jumat Legi)."""

_DECIDED = {
    1443: (date(2022, 4, 3), date(2022, 5, 2)),
    1444: (date(2023, 3, 23), date(2023, 4, 22)),
    1445: (date(2024, 3, 12), date(2024, 4, 10)),
    1446: (date(2025, 3, 1), date(2025, 3, 31)),
    1447: (date(2026, 2, 19), date(2026, 3, 21)),
}
"""1 Ramadan and 1 Shawwal as Indonesia's minister of religious affairs decided after each sighting (sidang isbat)."""
_JULIAN_DAY_OF_EPOCH, _CIVIL_EPOCH = 1_721_424.5, 1_948_439.5
"""Before 1 January of year 1 in `date.toordinal`; 1 Muharram of year 1, Friday 16 July 622 (Julian)."""
_MONTHS_BEFORE_RAMADAN = 236
"""Days of eight months, of 30 and 29 by turns."""
_LUNAR_YEAR = 354.366_67


def ramadan_of(day: date) -> date:
    """The first day of the Ramadan that lies nearest."""
    return _nearest(day)[0]


def eid_of(day: date) -> date:
    """The day after that Ramadan, Eid al-Fitr."""
    return _nearest(day)[1]


def pasaran_of(day: NDArray[np.int64]) -> NDArray[np.int64]:
    """(n,) place in `PASARAN`; days since 1 January 1970."""
    return (day - _FRIDAY_LEGI) % 5


def _nearest(day: date) -> tuple[date, date]:
    since = day.toordinal() + _JULIAN_DAY_OF_EPOCH - _CIVIL_EPOCH - _MONTHS_BEFORE_RAMADAN
    year = 1 + round(since / _LUNAR_YEAR)
    return _DECIDED.get(year) or _by_table(year)


def _by_table(year: int) -> tuple[date, date]:
    """The tabular calendar with leap years 2, 5, 7, 10, 13, 16, 18, 21, 24, 26, 29 of 30; off by a day either way.

    Reingold and Dershowitz, Calendrical Calculations, arithmetical Islamic calendar.
    """
    before = 354 * (year - 1) + (3 + 11 * year) // 30 + _MONTHS_BEFORE_RAMADAN
    begins = date.fromordinal(round(_CIVIL_EPOCH - _JULIAN_DAY_OF_EPOCH) + before)
    return begins, begins + timedelta(days=30)

"""Whether times that come again hold now: by the city's clock, also where it is set back or forward, and holidays."""

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import numpy as np

from config.calendar import DAYS, Calendar, Hours
from config.civil_time import DAY_NS, civil_to_utc
from config.durations import SECOND_NS
from config.public_holidays import PublicHolidays

_EPOCH = date(1970, 1, 1)
_LONGEST_REACH = 2
"""Days after the one on which it begins that a stretch may touch."""
_LOOKED_AHEAD = 800
"""Days: holidays come again each year, each of them on each day of the week within some years."""


class CivilHours:
    def __init__(self, hours: Hours, calendar: Calendar, zone: ZoneInfo) -> None:
        self._hours = hours
        self._days = frozenset(DAYS.index(day) for day in hours.days or DAYS)
        self._holidays = PublicHolidays(calendar)
        self._zone = zone
        self._stretch = lru_cache(maxsize=16)(self._stretch_of)

    def holds(self, time_ns: int) -> bool:
        """At ns UTC."""
        day = self._day(time_ns)
        return any(
            stretch[0] <= time_ns < stretch[1]
            for back in range(_LONGEST_REACH + 1)
            if (stretch := self._stretch(day - timedelta(days=back))) is not None
        )

    def next_change_ns(self, time_ns: int) -> int | None:
        """The first time after this one at which it begins or ends to hold; None: not within two years."""
        holds, day = self.holds(time_ns), self._day(time_ns)
        for ahead in range(-_LONGEST_REACH, _LOOKED_AHEAD):
            stretch = self._stretch(day + timedelta(days=ahead))
            for edge_ns in stretch or ():
                # Two stretches that touch are one.
                if edge_ns > time_ns and self.holds(edge_ns) != holds:
                    return edge_ns
        return None

    def _day(self, time_ns: int) -> date:
        return datetime.fromtimestamp(time_ns // SECOND_NS, UTC).astimezone(self._zone).date()

    def _stretch_of(self, day: date) -> tuple[int, int] | None:
        """[begin, end) in ns UTC of what begins on the day."""
        wanted = self._hours.holidays
        if day.weekday() not in self._days or (wanted != "too" and (day in self._holidays) != (wanted == "only")):
            return None
        begin, end = self._hours.begin, self._hours.end
        midnight_ns = (day - _EPOCH).days * DAY_NS
        civil_ns = [midnight_ns + begin, midnight_ns + end + (DAY_NS if end <= begin else 0)]
        begin_ns, end_ns = civil_to_utc(np.array(civil_ns, np.int64), self._zone).tolist()
        return begin_ns, end_ns

"""Planned works: alerts of what is being worked on are recorded, and nobody is told."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from alerts.book import Alert
from alerts.hours import CivilHours
from alerts.notification.scope import Scope
from config.calendar import Calendar
from config.civil_time import civil_to_utc
from config.duty import Maintenance

_NEVER = 2**62
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class PlannedWork:
    """One of those that are configured: from `begin` to `end`, and of that time only at `hours`, where it has them."""

    def __init__(self, settings: Maintenance, calendar: Calendar, zone: ZoneInfo) -> None:
        self.settings = settings
        self.scope = Scope.of(settings)
        self.begin_ns = -_NEVER if settings.begin is None else utc_ns(settings.begin, zone)
        self.end_ns = _NEVER if settings.end is None else utc_ns(settings.end, zone)
        self._hours = None if settings.hours is None else CivilHours(settings.hours, calendar, zone)

    def holds(self, now_ns: int) -> bool:
        is_within = self.begin_ns <= now_ns < self.end_ns
        return is_within and (self._hours is None or self._hours.holds(now_ns))

    def next_change_ns(self, now_ns: int) -> int:
        """Not later than the next time after this one at which it begins or ends; 2**62: never."""
        edges = [edge for edge in (self.begin_ns, self.end_ns) if edge > now_ns]
        if self._hours is not None and now_ns < self.end_ns:
            edges += [edge for edge in [self._hours.next_change_ns(max(now_ns, self.begin_ns))] if edge is not None]
        return min(edges, default=_NEVER)


class PlannedWorks:
    """Has no state: whether one holds follows from the time alone."""

    def __init__(self, maintenance: Sequence[Maintenance], calendar: Calendar, zone: ZoneInfo) -> None:
        self.works = [PlannedWork(settings, calendar, zone) for settings in maintenance]
        self._holding: list[PlannedWork] = []
        self._known_for = (0, 0)
        """[since, until) in which `_holding` is what holds."""

    def mutes(self, alert: Alert, kind: str, now_ns: int) -> str:
        """The reason, "maintenance pump-2: new bearings"; empty: none holds."""
        for work in self.holding(now_ns):
            if work.scope.fits(alert, kind):
                return f"maintenance {work.settings.id}" + (f": {work.settings.why}" if work.settings.why else "")
        return ""

    def holding(self, now_ns: int) -> list[PlannedWork]:
        self._look(now_ns)
        return self._holding

    def next_due_ns(self, now_ns: int) -> int | None:
        """When one begins or ends."""
        self._look(now_ns)
        return None if self._known_for[1] == _NEVER else self._known_for[1]

    def _look(self, now_ns: int) -> None:
        if not self._known_for[0] <= now_ns < self._known_for[1]:
            self._holding = [work for work in self.works if work.holds(now_ns)]
            self._known_for = now_ns, min((work.next_change_ns(now_ns) for work in self.works), default=_NEVER)


def utc_ns(moment: datetime, zone: ZoneInfo) -> int:
    """By the clock of `zone` where it names no offset.

    An hour that the clock shows twice is taken as the first; one that it skips, with the offset before the change.
    """
    if moment.tzinfo is not None:
        return (moment - _EPOCH) // timedelta(microseconds=1) * 1000
    civil_ns = (moment.replace(tzinfo=UTC) - _EPOCH) // timedelta(microseconds=1) * 1000
    return int(civil_to_utc(np.array([civil_ns], np.int64), zone)[0])

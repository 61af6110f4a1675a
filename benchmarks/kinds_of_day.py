"""What Friday, Ramadan, school and market days change in the simulated city, as it is meant before any chance."""

from collections.abc import Iterator

import numpy as np

from benchmarks.likeness_picture import Line, Panel
from simulators.days import Day, spell_of
from simulators.land_uses import LAND_USES
from simulators.rhythm import Rhythm, course_of
from simulators.road_rhythms import AT_SCHOOL, ROAD

_ORDINARY, _FRIDAY, _RAMADAN = "an ordinary workday", "a Friday", "a workday in Ramadan"
_QUARTERS = (np.arange(96) + 0.5) / 4
_SHARE, _TRAFFIC = "share of spaces taken", "share of the busiest hour"


def kinds_of_day() -> Iterator[Panel]:
    three = ((_ORDINARY, Day(0)), (_FRIDAY, Day.FRIDAY), (_RAMADAN, Day.RAMADAN))
    yield _panel(f"A road, {_TRAFFIC}", ROAD, three)
    yield _panel(f"Car park of a mosque, {_SHARE}", _around("mosque"), three)
    yield _panel(f"Car park of an office, {_SHARE}", _around("office"), three)
    market = ((_ORDINARY, Day(0)), ("its market day", Day.MARKET), (_RAMADAN, Day.RAMADAN))
    yield _panel(f"Car park of a market, {_SHARE}", _around("market"), market)
    school = (("a school day", Day(0)), ("a workday without school", Day.NO_SCHOOL), ("a weekend day", Day.WEEKEND))
    yield _panel(f"The road at a school, {_TRAFFIC}", AT_SCHOOL, school)


def _panel(title: str, rhythm: Rhythm, days: tuple[tuple[str, Day], ...]) -> Panel:
    return Panel(title, [Line(name, _course(rhythm, day)) for name, day in days])


def _course(rhythm: Rhythm, day: Day) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    both = np.array(int(day))
    return course_of(rhythm, int(spell_of(both, both))).at(_QUARTERS)


def _around(word: str) -> Rhythm:
    return next(use.rhythm for use in LAND_USES if word in use.words)

import numpy as np
import pytest

from simulators.days import Day, spell_of
from simulators.rhythm import Rhythm, course_of, follow

ORDINARY = Day(0)
WORKDAY = ((6.0, 10.0), (18.0, 20.0))
WEEKEND = ((0.0, 4.0),)


def spell(today: Day, tomorrow: Day = ORDINARY) -> int:
    return int(spell_of(np.array(int(today)), np.array(int(tomorrow))))


def at(rhythm: Rhythm, hour: float, today: Day = ORDINARY, tomorrow: Day = ORDINARY) -> float:
    return float(course_of(rhythm, spell(today, tomorrow)).at(np.array([hour]))[0])


def test_holidays_are_weekends() -> None:
    rhythm = Rhythm(WORKDAY, WEEKEND)
    assert [at(rhythm, 12.0, day) for day in (ORDINARY, Day.WEEKEND, Day.HOLIDAY)] == [15.0, 4.0, 4.0]


def test_what_some_days_change_multiplies_and_then_adds_and_is_never_below_nothing() -> None:
    rhythm = Rhythm(
        WORKDAY,
        WEEKEND,
        times=((Day.FRIDAY, ((11.0, 1.0), (12.0, 0.5), (13.0, 1.0))), (Day.RAMADAN, ((0.0, 2.0),))),
        plus=((Day.FRIDAY, ((0.0, 1.0),)), (Day.LEBARAN, ((0.0, -99.0),))),
    )
    assert at(rhythm, 12.0, Day.FRIDAY) == 8.5
    assert at(rhythm, 12.0, Day.FRIDAY | Day.RAMADAN) == 16.0
    assert at(rhythm, 18.0, Day.FRIDAY) == 21.0
    assert at(rhythm, 12.0, Day.LEBARAN) == 0.0


def test_a_day_ends_as_the_next_one_begins() -> None:
    rhythm = Rhythm(WORKDAY, WEEKEND)
    # 18 to 06 goes from 20 back to 10: 15 at midnight, where the weekend has 4.
    assert at(rhythm, 24.0, ORDINARY, ORDINARY) == 15.0
    assert at(rhythm, 24.0, ORDINARY, Day.WEEKEND) == 4.0
    # At 22 it is still its own curve, 20 - 10 x 4 / 12.
    assert at(rhythm, 22.0, ORDINARY, Day.WEEKEND) == pytest.approx(50 / 3)
    assert at(rhythm, 23.0, ORDINARY, Day.WEEKEND) == pytest.approx((50 / 3 + 4.0) / 2)
    assert at(rhythm, 0.0, ORDINARY, Day.WEEKEND) == 15.0


def test_rows_follow_their_own_rhythm_on_their_own_day() -> None:
    rhythms = (Rhythm(WORKDAY, WEEKEND), Rhythm(((0.0, 1.0),), ((0.0, 2.0),)))
    workday, sunday = spell(ORDINARY), spell(Day.WEEKEND, Day.WEEKEND)
    spells = np.array([workday, sunday, workday, sunday])
    followed = follow(rhythms, np.array([0, 0, 1, 1]), spells, np.full(4, 12.0))
    assert followed.tolist() == [15.0, 4.0, 1.0, 2.0]
    assert follow(rhythms, 1, spells[:1], np.array([12.0])).tolist() == [1.0]
    assert follow(rhythms, 0, spells[:0], np.zeros(0)).tolist() == []

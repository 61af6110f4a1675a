from zoneinfo import ZoneInfo

import numpy as np
import pytest

from config.calendar import Calendar
from simulators.conditions import Conditions
from simulators.days import CityDays, Day
from simulators.draws import Draws
from simulators.rhythm import Rhythm
from simulators.sky import Sky


def at(*texts: str) -> Conditions:
    time_ns = np.array(texts, dtype="datetime64[ns]").astype(np.int64)
    draws = Draws(np.zeros(len(texts), dtype=np.uint64), np.zeros(len(texts), dtype=np.int64))
    return Conditions.at(time_ns, ZoneInfo("Asia/Jakarta"), np.ones(len(texts)), draws, Sky(1), CityDays(Calendar()))


def test_saturday_and_sunday_in_jakarta_are_the_weekend() -> None:
    # UTC; Jakarta is seven hours ahead, and the last two hours of a day lead over to the next.
    moments = at("2026-02-06T15:00", "2026-02-06T16:00", "2026-02-06T17:00", "2026-02-08T15:00", "2026-02-08T17:00")
    assert moments.daily(((0.0, 1.0),), ((0.0, 2.0),)).tolist() == [1.0, 1.5, 2.0, 2.0, 1.0]


def test_a_holiday_is_a_weekend_and_ramadan_breaks_the_fast_at_sunset() -> None:
    # 17:45 on a Monday, on the Lunar New Year, and on a Monday in Ramadan.
    monday, holiday, ramadan = at("2026-02-02T10:45", "2026-02-17T10:45", "2026-03-02T10:45").traffic().tolist()
    assert holiday < monday
    assert ramadan < monday / 2


def test_each_row_has_its_own_rhythm_and_each_market_its_day() -> None:
    # Wednesday Pahing, 4 February 2026, 07:00.
    conditions = at("2026-02-04T00:00", "2026-02-04T00:00", "2026-02-04T00:00")
    rhythms = (Rhythm(((0, 1.0),), ((0, 1.0),)), Rhythm(((0, 2.0),), ((0, 2.0),), times=((Day.MARKET, ((0, 3.0),)),)))
    which, pasaran = np.array([0.0, 1.0, 1.0]), np.array([-1.0, 0.0, 1.0])
    assert conditions.along_each(rhythms, which, pasaran).tolist() == [1.0, 2.0, 6.0]


def test_a_curve_runs_on_over_midnight() -> None:
    workday = ((6.0, 10.0), (18.0, 20.0))
    moments = at("2026-03-01T23:00", "2026-03-02T05:00", "2026-03-02T11:00", "2026-03-02T16:00", "2026-03-02T20:00")
    # 06, 12, 18, 23 and 03 o'clock; 18 to 06 goes from 20 back to 10.
    expected = [10.0, 15.0, 20.0, 20.0 - 10.0 * 5 / 12, 20.0 - 10.0 * 9 / 12]
    assert moments.daily(workday, workday).tolist() == pytest.approx(expected)


def test_traffic_is_at_its_peak_at_seven() -> None:
    assert at("2026-02-02T00:00").traffic().tolist() == [1.0]

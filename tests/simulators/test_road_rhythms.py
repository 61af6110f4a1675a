import numpy as np
import pytest

from config.settings import Device
from simulators.days import Day, spell_of
from simulators.rhythm import Rhythm, course_of
from simulators.road_rhythms import AT_MARKET, AT_SCHOOL, ROAD, ROADS, pasaran_beside, surroundings
from simulators.roster import Roster

ORDINARY = Day(0)


def at(rhythm: Rhythm, hour: float, day: Day = ORDINARY) -> float:
    both = np.array(int(day))
    return float(course_of(rhythm, int(spell_of(both, both))).at(np.array([hour]))[0])


def roster(*names: str) -> Roster:
    return Roster("traffic", [Device(id=f"T{number}", kind="traffic", name=name) for number, name in enumerate(names)])


def test_a_road_is_busiest_at_seven_and_at_seventeen() -> None:
    assert at(ROAD, 7.0) == 1.0
    assert at(ROAD, 17.0) == 1.0
    assert max(at(ROAD, hour / 4) for hour in range(96)) == 1.0


def test_on_fridays_roads_are_quiet_during_the_noon_prayer_and_only_then() -> None:
    assert at(ROAD, 12.0, Day.FRIDAY) == pytest.approx(0.55 * 0.72)
    assert at(ROAD, 10.5, Day.FRIDAY) == at(ROAD, 10.5)
    assert at(ROAD, 14.0, Day.FRIDAY) == at(ROAD, 14.0)


def test_in_ramadan_everybody_goes_home_an_hour_earlier_eats_at_sunset_and_goes_out_late() -> None:
    hours = [hour / 4 for hour in range(96)]
    assert max(hours, key=lambda hour: at(ROAD, hour, Day.RAMADAN)) == 16.0
    assert at(ROAD, 17.75, Day.RAMADAN) < 0.45 * at(ROAD, 17.75)
    assert at(ROAD, 21.5, Day.RAMADAN) == pytest.approx(1.5 * at(ROAD, 21.5))
    # The meal before dawn.
    assert at(ROAD, 3.5, Day.RAMADAN) > 2.0 * at(ROAD, 3.5)


def test_at_a_school_the_road_is_busiest_when_it_begins_and_busy_when_it_ends() -> None:
    hours = [hour / 4 for hour in range(96)]
    assert max(hours, key=lambda hour: at(AT_SCHOOL, hour)) == 6.75
    assert at(AT_SCHOOL, 12.75) > at(AT_SCHOOL, 11.75) + 0.3
    assert at(AT_SCHOOL, 6.75, Day.NO_SCHOOL) < 0.6 * at(AT_SCHOOL, 6.75)
    assert at(AT_SCHOOL, 12.75, Day.NO_SCHOOL) < at(AT_SCHOOL, 11.75)
    assert 0.85 < at(ROAD, 6.75, Day.NO_SCHOOL) / at(ROAD, 6.75) < 0.95


def test_at_a_market_the_morning_of_its_day_is_busier_by_a_quarter() -> None:
    assert at(AT_MARKET, 9.0, Day.MARKET) == 1.25 * at(AT_MARKET, 9.0)
    assert at(AT_MARKET, 15.0, Day.MARKET) == at(AT_MARKET, 15.0)
    assert at(ROAD, 9.0, Day.MARKET) == at(ROAD, 9.0)


def test_a_name_tells_what_stands_beside_the_road() -> None:
    names = ("Jalan utama Balen, simpang pasar", "SMAN 1", "Jalan Smart City", "Jalan Gajah Mada")
    found = surroundings(roster(*names), np.array([0.1, 0.3, 0.5, 0.7]))
    assert [ROADS[int(road)] for road in found["road"]] == [AT_MARKET, AT_SCHOOL, ROAD, ROAD]
    assert found["pasaran"].tolist() == [0.0, -1.0, -1.0, -1.0]


def test_a_market_has_the_day_in_its_name_and_others_some_day() -> None:
    found = pasaran_beside(roster("Pasar Legi", "Pasar Kliwon", "Pasar Kota", "Pasar Balen"), np.array([0.9] * 4))
    assert found.tolist() == [0.0, 4.0, 4.0, 4.0]
    assert pasaran_beside(roster("Pasar Kota"), np.array([0.5])).tolist() == [2.0]

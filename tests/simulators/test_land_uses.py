import numpy as np
import pytest

from config.settings import Device, Settings
from simulators.days import Day, spell_of
from simulators.fleet import Fleet
from simulators.land_uses import LAND_USES, LandUse
from simulators.parking_fill import drawn_land_uses, land_use_of
from simulators.rhythm import course_of

SECOND_NS = 1_000_000_000
HOUR_NS = 3600 * SECOND_NS
DAY_NS = 24 * HOUR_NS
# Monday 2 February 2026, 00:00 in Jakarta.
MONDAY_NS = 1_769_965_200 * SECOND_NS
ORDINARY = Day(0)


def use(word: str) -> LandUse:
    return next(each for each in LAND_USES if word in each.words)


def at(word: str, hour: float, day: Day = ORDINARY) -> float:
    both = np.array(int(day))
    return float(course_of(use(word).rhythm, int(spell_of(both, both))).at(np.array([hour]))[0])


def test_no_car_park_is_meant_to_be_fuller_than_full_by_more_than_a_tenth() -> None:
    hours = np.arange(0.0, 24.0, 0.25)
    for each in LAND_USES:
        for day in map(Day, range(128)):
            both = np.array(int(day))
            assert course_of(each.rhythm, int(spell_of(both, both))).at(hours).max() <= 1.1, (each.words, day)


def test_on_friday_noon_mosques_are_full_and_offices_and_markets_empty_somewhat() -> None:
    assert at("mosque", 12.0) < 0.3
    assert at("mosque", 12.25, Day.FRIDAY) > 0.95
    assert at("mosque", 12.25, Day.FRIDAY | Day.WEEKEND | Day.HOLIDAY) > 0.95
    assert at("office", 12.25, Day.FRIDAY) < 0.65 * at("office", 12.25)
    assert at("market", 12.25, Day.FRIDAY) == pytest.approx(0.7 * at("market", 12.25))


def test_in_ramadan_markets_fill_before_sunset_and_mosques_after_it() -> None:
    assert at("market", 16.5, Day.RAMADAN) > 2.0 * at("market", 16.5)
    assert at("market", 6.0, Day.RAMADAN) < 0.8 * at("market", 6.0)
    assert at("mosque", 19.75, Day.RAMADAN) > 0.7
    assert at("shopping", 12.0, Day.RAMADAN) < 0.6 * at("shopping", 12.0)
    assert at("office", 16.0, Day.RAMADAN) < 0.5 * at("office", 16.0)


def test_a_school_fills_in_the_morning_but_not_in_its_break_nor_on_sunday() -> None:
    assert at("school", 7.0) > 0.75
    assert at("school", 7.0, Day.NO_SCHOOL) < 0.1
    assert at("school", 7.0, Day.WEEKEND) < 0.05


def test_on_lebaran_the_prayer_fills_mosques_and_the_market_stays_empty() -> None:
    lebaran = Day.LEBARAN | Day.HOLIDAY
    assert at("mosque", 6.5, lebaran) > 0.8
    assert at("market", 8.0, lebaran) < 0.25


@pytest.mark.parametrize(
    ("name", "word"),
    [
        ("Masjid Agung Darussalam", "masjid"),
        ("Pasar Kota, gerbang timur", "pasar"),
        ("SMPN 1 Bojonegoro", "school"),
        ("Parkir Kantor Pemkab", "office"),
        ("Bravo Mall", "mall"),
    ],
)
def test_a_name_tells_the_land_use(name: str, word: str) -> None:
    assert LAND_USES[land_use_of(Device(id="P1", kind="parking", name=name))] is use(word)


def test_a_word_inside_another_tells_nothing() -> None:
    assert land_use_of(Device(id="P1", kind="parking", name="Smart Parking, small")) == -1


def test_land_uses_are_drawn_by_their_shares() -> None:
    drawn = drawn_land_uses((np.arange(1000) + 0.5) / 1000)
    assert np.bincount(drawn).tolist() == [200, 200, 150, 100, 100, 100, 80, 70]


def occupied(name: str, day: int, hour: float) -> float:
    """The mean of twenty car parks of that name in the hour from `hour` on, `day` days after that Monday."""
    devices = tuple(Device(id=f"P{n}", kind="parking", name=name, capacity=50, every="10m") for n in range(20))
    begin_ns = MONDAY_NS + day * DAY_NS + round(hour * HOUR_NS)
    (reports,) = Fleet(Settings(devices=devices)).reports(begin_ns, begin_ns + HOUR_NS)
    return float(reports.columns["occupied"].mean())


def test_a_market_is_busier_on_the_day_it_is_named_after() -> None:
    # Wednesday 4 February 2026 is Pahing, Thursday Pon.
    assert occupied("Pasar Pahing", 2, 8.0) > 1.1 * occupied("Pasar Pahing", 3, 8.0)
    assert occupied("Pasar Pon", 3, 8.0) > 1.1 * occupied("Pasar Pon", 2, 8.0)


def test_car_parks_of_mosques_say_that_it_is_friday_noon() -> None:
    thursday, friday = (occupied("Masjid", day, 11.75) for day in (3, 4))
    assert friday > 40.0
    assert thursday < 20.0


def test_on_a_public_holiday_an_office_is_empty() -> None:
    # Tuesday 17 February 2026 is the Lunar New Year.
    assert occupied("Kantor", 15, 10.0) < 10.0
    assert occupied("Kantor", 8, 10.0) > 40.0

"""Days of the city's clock, kept once they have ended."""

from dataclasses import replace
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from processors.indicators.civil_days import Day, days_of, last_day, settle
from processors.indicators.hour_means import Step
from processors.indicators.indicator_batch import ZoneWindows
from processors.indicators.memory import Memory
from tests.processors.indicators.conftest import zone_windows
from tests.processors.indicators.recorded_city import HOUR_NS, JAKARTA, at

BERLIN = ZoneInfo("Europe/Berlin")


def city(zone: ZoneInfo = JAKARTA) -> ZoneWindows:
    windows = zone_windows("air", 900, [{"zone": "kota", "every_s": 60, "readings": 1}])
    return replace(windows, timezone=zone, memory=Memory())


def date(day: Day) -> str:
    return str(np.datetime64(day.number, "D"))


@pytest.mark.parametrize(
    ("now", "begins_h", "expected"),
    [("2025-11-23 00:00", 0, "2025-11-22"), ("2025-11-22 23:00", 0, "2025-11-21"),
     ("2025-11-23 07:00", 7, "2025-11-22"), ("2025-11-23 06:00", 7, "2025-11-21")],
)  # fmt: skip
def test_the_last_day_is_the_one_that_has_ended(now: str, begins_h: int, expected: str) -> None:
    day = last_day(at(now), begins_h, city())
    assert date(day) == expected
    assert day.hours == 24
    assert day.end_ns <= at(now)


@pytest.mark.parametrize(
    ("now", "hours"), [("2025-03-31 00:00", 23), ("2025-10-27 00:00", 25), ("2025-06-02 00:00", 24)]
)
def test_a_day_on_which_the_clocks_change_has_23_or_25_hours(now: str, hours: int) -> None:
    day = last_day(at(now, BERLIN), 0, city(BERLIN))
    assert (day.hours, day.end_ns) == (hours, at(now, BERLIN))
    assert len(day.hour_ends) == hours


def step(now: str) -> Step:
    return Step(hour_ns=at(now) + HOUR_NS, full_ns=at(now), newest_ns=at(now) + HOUR_NS)


def settled(moments: list[str]) -> list[str]:
    """The dates that were asked for, moment by moment."""
    windows, asked = city(), list[str]()

    def found(day: Day) -> dict[str, np.ndarray]:
        asked.append(date(day))
        return {"level": np.array([float(len(asked))])}

    for moment in moments:
        settle(windows, step(moment), 0, found)
    return asked


def test_a_day_is_settled_once_and_again_while_all_its_hours_are_held() -> None:
    first = settled(["2025-11-22 12:00"])
    assert first == ["2025-11-20", "2025-11-21"]
    again = settled(
        ["2025-11-22 12:00", "2025-11-22 23:00", "2025-11-23 00:00", "2025-11-23 01:00", "2025-11-23 02:00"]
    )
    assert again == [*first, "2025-11-22", "2025-11-22"], "the hour until 03:00 takes the place of one of that day"


def test_after_a_long_silence_the_days_before_it_are_settled_first() -> None:
    assert settled(["2025-11-22 12:00", "2025-11-24 09:00"])[2:] == ["2025-11-22", "2025-11-23"]


def test_what_was_found_of_a_day_is_kept_under_its_number() -> None:
    windows = city()
    settle(windows, step("2025-11-23 00:00"), 0, lambda day: {"level": np.array([day.number % 100.0])})
    number = last_day(at("2025-11-23 00:00"), 0, windows).number
    assert days_of(windows, "level").until(number, 2).tolist() == [[number % 100], [number % 100 - 1]]

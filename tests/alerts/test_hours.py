"""Times that come again, by the city's clock: across midnight, where clocks are changed, and on holidays."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.hours import CivilHours
from config.calendar import Calendar, Hours

JAKARTA, BERLIN = ZoneInfo("Asia/Jakarta"), ZoneInfo("Europe/Berlin")


def at(text: str) -> int:
    """ISO 8601 with an offset, as ns UTC."""
    return int(datetime.fromisoformat(text).timestamp()) * 10**9


def hours(zone: ZoneInfo = JAKARTA, calendar: Calendar | None = None, **settings: Any) -> CivilHours:
    return CivilHours(Hours.model_validate(settings), calendar or Calendar(), zone)


def test_office_hours_begin_at_their_first_minute_and_do_not_hold_at_their_last() -> None:
    office = hours(begin="07:30", end="16:00", days=["mon", "tue", "wed", "thu", "fri"], holidays="never")
    assert not office.holds(at("2026-11-23T07:29:59+07:00"))
    assert office.holds(at("2026-11-23T07:30:00+07:00"))
    assert office.holds(at("2026-11-23T15:59:59+07:00"))
    assert not office.holds(at("2026-11-23T16:00:00+07:00"))
    assert not office.holds(at("2026-11-22T12:00:00+07:00"))  # a Sunday


def test_a_night_belongs_to_the_day_on_which_it_begins() -> None:
    night = hours(begin="23:00", end="07:00", days=["fri"])
    assert night.holds(at("2026-11-20T23:00:00+07:00"))
    assert night.holds(at("2026-11-21T06:59:59+07:00"))
    assert not night.holds(at("2026-11-21T07:00:00+07:00"))
    assert not night.holds(at("2026-11-21T23:30:00+07:00"))
    assert not night.holds(at("2026-11-20T06:00:00+07:00"))


def test_with_nothing_said_it_always_holds_and_never_changes() -> None:
    assert hours().holds(at("2026-03-21T00:00:00+07:00"))
    assert hours().next_change_ns(at("2026-03-21T00:00:00+07:00")) is None
    assert hours(begin="07:00", end="07:00").next_change_ns(at("2026-03-21T00:00:00+07:00")) is None


def test_the_next_change_is_the_beginning_or_the_end() -> None:
    morning = hours(begin="06:00", end="09:00", days=["mon"])
    assert morning.next_change_ns(at("2026-11-22T12:00:00+07:00")) == at("2026-11-23T06:00:00+07:00")
    assert morning.next_change_ns(at("2026-11-23T06:00:00+07:00")) == at("2026-11-23T09:00:00+07:00")
    assert morning.next_change_ns(at("2026-11-23T09:00:00+07:00")) == at("2026-11-30T06:00:00+07:00")


def test_a_night_in_which_clocks_are_set_back_is_an_hour_longer() -> None:
    night = hours(BERLIN, begin="22:00", end="06:00")
    begin, end = at("2026-10-24T22:00:00+02:00"), at("2026-10-25T06:00:00+01:00")
    assert night.next_change_ns(begin) == end
    assert end - begin == 9 * 3600 * 10**9
    assert all(night.holds(ns) for ns in range(begin, end, 15 * 60 * 10**9))


def test_a_night_in_which_clocks_are_set_forward_is_an_hour_shorter() -> None:
    night = hours(BERLIN, begin="22:00", end="06:00")
    begin, end = at("2026-03-28T22:00:00+01:00"), at("2026-03-29T06:00:00+02:00")
    assert night.next_change_ns(begin) == end
    assert end - begin == 7 * 3600 * 10**9


def test_a_time_that_the_clock_shows_twice_is_the_first_one() -> None:
    early = hours(BERLIN, begin="02:30", end="05:00")
    assert not early.holds(at("2026-10-25T02:29:59+02:00"))
    assert early.holds(at("2026-10-25T02:30:00+02:00"))
    assert early.holds(at("2026-10-25T02:10:00+01:00"))


def test_a_time_that_the_clock_skips_is_as_long_after_midnight() -> None:
    early = hours(BERLIN, begin="02:30", end="05:00")
    assert not early.holds(at("2026-03-29T03:29:59+02:00"))
    assert early.holds(at("2026-03-29T03:30:00+02:00"))


# Keputusan Bersama (SKB) Menteri Agama, Menteri Ketenagakerjaan and Menteri PANRB: 1017/2024, 2/2024, 2/2024 for 2025,
# 1497/2025, 2/2025, 5/2025 for 2026, as printed by the press.
HOLIDAYS = """
    2025-01-27 2025-03-29 2025-03-31 2025-04-01 2026-01-16 2026-02-17 2026-03-19 2026-03-21 2026-03-22 2026-05-14
    2026-05-27 2026-06-16 2026-08-17 2026-08-25 2026-12-25
"""


@pytest.mark.parametrize("day", HOLIDAYS.split())
def test_national_holidays_of_indonesia_are_holidays(day: str) -> None:
    noon = at(f"{day}T12:00:00+07:00")
    only = Calendar(collective_leave=False)
    assert hours(calendar=only, holidays="only").holds(noon)
    assert not hours(calendar=only, holidays="never").holds(noon)


@pytest.mark.parametrize(
    "day",
    ["2026-02-16", "2026-03-18", "2026-03-20", "2026-03-23", "2026-03-24", "2026-05-15", "2026-05-28", "2026-12-24"],
)
def test_days_of_collective_leave_are_holidays_unless_the_city_works(day: str) -> None:
    noon = at(f"{day}T12:00:00+07:00")
    assert hours(holidays="only").holds(noon)
    assert not hours(calendar=Calendar(collective_leave=False), holidays="only").holds(noon)
    worked = Calendar.model_validate({"workdays": [day]})
    assert not hours(calendar=worked, holidays="only").holds(noon)


def test_a_city_has_holidays_of_its_own() -> None:
    founded = Calendar.model_validate({"holidays": [{"day": "2026-10-20", "name": "Hari Jadi Bojonegoro"}]})
    assert hours(calendar=founded, holidays="only").holds(at("2026-10-20T00:00:00+07:00"))
    assert not hours(calendar=founded, holidays="only").holds(at("2026-10-21T00:00:00+07:00"))
    none = Calendar(country="")
    assert not hours(calendar=none, holidays="only").holds(at("2026-08-17T12:00:00+07:00"))
    assert hours(calendar=none, holidays="only").next_change_ns(at("2026-08-17T12:00:00+07:00")) is None


def test_a_country_whose_holidays_nobody_knows_is_named() -> None:
    with pytest.raises(ValueError, match="the holidays of 'XX' are not known"):
        hours(calendar=Calendar(country="XX"))


@given(
    st.integers(at("2026-01-01T00:00:00+00:00") // 10**9, at("2026-12-31T00:00:00+00:00") // 10**9),
    st.integers(0, 96),
    st.integers(0, 96),
    st.sampled_from([JAKARTA, BERLIN]),
)
def test_it_holds_exactly_as_the_wall_clock_shows_it_where_no_clock_is_changed(
    second: int, begin: int, end: int, zone: ZoneInfo
) -> None:
    quarter_ns = 15 * 60 * 10**9
    wall = datetime.fromtimestamp(second, zone)
    near = [datetime.fromtimestamp(second + hours_off * 3600, zone).utcoffset() for hours_off in (-50, 0, 50)]
    if len({*near}) > 1:
        return
    passed = ((wall.hour * 60 + wall.minute) * 60 + wall.second) * 10**9
    first, last = begin * quarter_ns, end * quarter_ns
    expected = first <= passed < last if first < last else passed >= first or passed < last
    if first == 24 * 4 * quarter_ns:
        # It begins when the day is over: each night at 0:00.
        expected = passed < last
    daily = CivilHours(Hours(begin=first, end=last), Calendar(), zone)
    assert daily.holds(second * 10**9) == expected

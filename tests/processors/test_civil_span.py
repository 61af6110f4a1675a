"""Hours, days, weeks and months of a clock against zoneinfo, and against days that are known by name."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.periods import PERIODS, Period
from processors.civil_span import QUARTER_NS, span

SECOND_NS = 1_000_000_000
HOUR_NS = 3600 * SECOND_NS
ZONES = (
    *("Asia/Jakarta", "Asia/Makassar", "Asia/Jayapura", "Asia/Kathmandu", "Asia/Kolkata", "Europe/Berlin"),
    *("Australia/Lord_Howe", "America/St_Johns", "Africa/Casablanca", "Asia/Beirut", "America/Nuuk", "UTC"),
)
"""Whole, half and quarter hours; clocks changed by an hour and by half an hour, at midnight and around Ramadan."""


def utc_ns(text: str) -> int:
    return round(datetime.fromisoformat(f"{text}+00:00").timestamp()) * SECOND_NS


def spoken(period: Period, zone: str, clock: str) -> tuple[str, str, float]:
    """Start and end in UTC, and the length in hours, of what holds a time in UTC."""
    start, end = span(period, ZoneInfo(zone), utc_ns(clock))
    ends = [datetime.fromtimestamp(ns // SECOND_NS, UTC).strftime("%Y-%m-%d %H:%M") for ns in (start, end)]
    return ends[0], ends[1], (end - start) / HOUR_NS


def test_a_day_in_the_three_zones_of_indonesia_begins_at_their_own_midnight() -> None:
    days = [spoken("day", zone, "2025-11-22T03:00") for zone in ("Asia/Jakarta", "Asia/Makassar", "Asia/Jayapura")]
    assert days == [
        ("2025-11-21 17:00", "2025-11-22 17:00", 24),
        ("2025-11-21 16:00", "2025-11-22 16:00", 24),
        ("2025-11-21 15:00", "2025-11-22 15:00", 24),
    ]


def test_hours_and_days_of_a_clock_that_is_off_by_three_quarters_of_an_hour() -> None:
    assert spoken("hour", "Asia/Kathmandu", "2025-11-22T03:00") == ("2025-11-22 02:15", "2025-11-22 03:15", 1)
    assert spoken("day", "Asia/Kathmandu", "2025-11-22T03:00") == ("2025-11-21 18:15", "2025-11-22 18:15", 24)


def test_the_days_on_which_the_clock_is_changed_in_berlin_have_23_and_25_hours() -> None:
    assert spoken("day", "Europe/Berlin", "2025-03-30T12:00") == ("2025-03-29 23:00", "2025-03-30 22:00", 23)
    assert spoken("day", "Europe/Berlin", "2025-10-26T12:00") == ("2025-10-25 22:00", "2025-10-26 23:00", 25)
    assert spoken("month", "Europe/Berlin", "2025-03-30T12:00") == ("2025-02-28 23:00", "2025-03-31 22:00", 31 * 24 - 1)


def test_an_hour_that_the_clock_shows_twice_is_two_hours() -> None:
    assert spoken("hour", "Europe/Berlin", "2025-10-26T00:30") == ("2025-10-26 00:00", "2025-10-26 01:00", 1)
    assert spoken("hour", "Europe/Berlin", "2025-10-26T01:30") == ("2025-10-26 01:00", "2025-10-26 02:00", 1)


def test_where_the_clock_is_changed_by_half_an_hour_an_hour_is_cut_there() -> None:
    before, after = "2025-04-05T14:30", "2025-04-05T15:10"
    assert spoken("hour", "Australia/Lord_Howe", before) == ("2025-04-05 14:00", "2025-04-05 15:00", 1)
    assert spoken("hour", "Australia/Lord_Howe", after) == ("2025-04-05 15:00", "2025-04-05 15:30", 0.5)


def test_a_week_begins_on_monday_and_a_month_has_its_own_length() -> None:
    assert spoken("week", "Asia/Jakarta", "2025-11-23T16:59") == ("2025-11-16 17:00", "2025-11-23 17:00", 168)
    assert spoken("week", "Asia/Jakarta", "2025-11-23T17:00") == ("2025-11-23 17:00", "2025-11-30 17:00", 168)
    assert spoken("month", "Asia/Jakarta", "2024-02-29T12:00") == ("2024-01-31 17:00", "2024-02-29 17:00", 29 * 24)
    assert spoken("month", "Asia/Jakarta", "2025-12-31T17:00") == ("2025-12-31 17:00", "2026-01-31 17:00", 31 * 24)


def test_a_day_that_a_country_left_out_is_no_day() -> None:
    assert spoken("day", "Pacific/Apia", "2011-12-30T09:59") == ("2011-12-29 10:00", "2011-12-30 10:00", 24)
    assert spoken("day", "Pacific/Apia", "2011-12-30T10:00") == ("2011-12-30 10:00", "2011-12-31 10:00", 24)


TIMES = st.integers(utc_ns("2012-01-01"), utc_ns("2037-12-31"))


@pytest.mark.parametrize("period", PERIODS)
@given(time_ns=TIMES, zone=st.sampled_from(ZONES))
def test_spans_follow_each_other_and_hold_the_time_by_which_they_were_asked_for(
    period: Period, time_ns: int, zone: str
) -> None:
    place = ZoneInfo(zone)
    start, end = span(period, place, time_ns)
    assert start <= time_ns < end
    assert start % QUARTER_NS == end % QUARTER_NS == 0
    assert span(period, place, start) == span(period, place, end - 1) == (start, end)
    assert span(period, place, end)[0] == end
    assert span(period, place, start - 1)[1] == start


@given(time_ns=TIMES, zone=st.sampled_from(ZONES))
def test_longer_spans_are_made_of_whole_shorter_ones(time_ns: int, zone: str) -> None:
    place = ZoneInfo(zone)
    hour, day, week, month = (span(period, place, time_ns) for period in PERIODS)
    for longer, shorter in ((day, hour), (week, day), (month, day)):
        assert longer[0] <= shorter[0]
        assert shorter[1] <= longer[1]


def shown(zone: ZoneInfo, time_ns: int) -> datetime:
    return datetime.fromtimestamp(time_ns // SECOND_NS, UTC).astimezone(zone)


@given(time_ns=TIMES, zone=st.sampled_from(ZONES))
def test_within_a_span_the_clock_shows_one_hour_one_date_one_week_or_one_month(time_ns: int, zone: str) -> None:
    place = ZoneInfo(zone)
    now = shown(place, time_ns)
    for period in PERIODS:
        start, end = span(period, place, time_ns)
        for edge in (shown(place, start), shown(place, end - SECOND_NS)):
            assert (edge.year, edge.month) == (now.year, now.month) or period == "week"
            assert edge.date() == now.date() or period in ("week", "month")
            assert edge.isocalendar()[:2] == now.isocalendar()[:2] or period == "month"
            assert (edge.hour, edge.utcoffset()) == (now.hour, now.utcoffset()) or period != "hour"

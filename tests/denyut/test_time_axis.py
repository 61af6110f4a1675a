from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from denyut.time_axis import marks

JAKARTA, BERLIN = ZoneInfo("Asia/Jakarta"), ZoneInfo("Europe/Berlin")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "Mei", "Jun", "Jul", "Agu", "Sep", "Okt", "Nov", "Des")


def ns(text: str) -> int:
    return round(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()) * 10**9


def words(first: str, last: str, zone: ZoneInfo = JAKARTA) -> list[str]:
    return [mark.text for mark in marks(ns(first), ns(last), zone, MONTHS)]


@pytest.mark.parametrize(
    ("first", "last", "found"),
    [
        ("2026-01-01T10:00", "2026-01-01T10:04", ["17:00", "17:01", "17:02", "17:03", "17:04"]),
        (
            "2026-01-01T14:10",
            "2026-01-01T18:40",
            ["21:30", "22:00", "22:30", "23:00", "23:30", "2 Jan", "00:30", "01:00", "01:30"],
        ),
        (
            "2026-01-01T00:00",
            "2026-01-05T00:00",
            ["12:00", "2 Jan", "12:00", "3 Jan", "12:00", "4 Jan", "12:00", "5 Jan"],
        ),
        ("2025-12-29T17:00", "2026-01-04T17:00", ["30 Des", "31 Des", "1 Jan", "2 Jan", "3 Jan", "4 Jan", "5 Jan"]),
        ("2025-11-20T00:00", "2026-05-10T00:00", ["Des", "Jan 2026", "Feb", "Mar", "Apr", "Mei"]),
        (
            "2019-06-01T00:00",
            "2026-05-10T00:00",
            ["Jan 2020", "Jan 2021", "Jan 2022", "Jan 2023", "Jan 2024", "Jan 2025", "Jan 2026"],
        ),
    ],
)
def test_marks_stand_at_whole_times_of_the_citys_clock(first: str, last: str, found: list[str]) -> None:
    assert words(first, last) == found


def test_the_hour_that_comes_twice_stands_twice_and_days_stay_midnights() -> None:
    assert words("2026-10-24T23:00", "2026-10-25T03:30", BERLIN) == [
        *("01:00", "01:30", "02:00", "02:30", "02:00", "02:30", "03:00", "03:30", "04:00", "04:30"),
    ]
    week = marks(ns("2026-10-22T22:00"), ns("2026-10-28T23:00"), BERLIN, MONTHS)
    assert [datetime.fromtimestamp(mark.at_ns / 1e9, BERLIN).hour for mark in week] == [0] * 7


def test_a_moment_has_a_mark_at_most() -> None:
    assert words("2026-01-01T10:00", "2026-01-01T10:00") == ["17:00"]

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from alerts.texts.moments import moment, stretch
from config.durations import SECOND_NS, UNITS_NS
from config.language import open_language

ID, EN = open_language("id"), open_language("en")


def at(year: int, month: int, day: int, hour: int, minute: int = 0) -> int:
    return int(datetime(year, month, day, hour, minute, tzinfo=UTC).timestamp()) * SECOND_NS


NOW_NS = at(2026, 11, 22, 9, 30)


@pytest.mark.parametrize(
    ("zone", "indonesian", "english"),
    [
        ("Asia/Jakarta", "14.05 WIB", "14:05 WIB"),
        ("Asia/Makassar", "15.05 WITA", "15:05 WITA"),
        ("Asia/Jayapura", "16.05 WIT", "16:05 WIT"),
        ("Europe/Berlin", "08.05 CET", "08:05 CET"),
        ("Asia/Kathmandu", "12.50 UTC+05:45", "12:50 UTC+05:45"),
    ],
)
def test_a_moment_of_today_is_told_by_the_citys_clock(zone: str, indonesian: str, english: str) -> None:
    seven = at(2026, 11, 22, 7, 5)
    assert moment(seven, NOW_NS, ZoneInfo(zone), ID) == indonesian
    assert moment(seven, NOW_NS, ZoneInfo(zone), EN) == english


def test_a_moment_of_another_civil_day_has_its_date() -> None:
    wib = ZoneInfo("Asia/Jakarta")
    # 16:50 UTC is 23:50 in Jakarta, 17:10 UTC the next day there.
    assert moment(at(2026, 11, 21, 16, 50), NOW_NS, wib, ID) == "21 Nov 23.50 WIB"
    assert moment(at(2026, 11, 21, 17, 10), NOW_NS, wib, ID) == "00.10 WIB"
    assert moment(at(2026, 5, 3, 1, 0), NOW_NS, wib, ID) == "3 Mei 08.00 WIB"
    assert moment(at(2025, 8, 17, 3, 0), NOW_NS, wib, EN) == "17 Aug 2025 10:00 WIB"


@pytest.mark.parametrize(
    ("seconds", "indonesian", "english"),
    [
        (0, "0 detik", "0 s"),
        (45, "45 detik", "45 s"),
        (90, "1 menit 30 detik", "1 min 30 s"),
        (600, "10 menit", "10 min"),
        (659, "10 menit", "10 min"),
        (3_900, "1 jam 5 menit", "1 h 5 min"),
        (7_200, "2 jam", "2 h"),
        (183_660, "2 hari 3 jam", "2 d 3 h"),
        (172_860, "2 hari", "2 d"),
        (-5, "0 detik", "0 s"),
    ],
)
def test_a_stretch_is_told_by_its_two_largest_units(seconds: int, indonesian: str, english: str) -> None:
    assert stretch(seconds * UNITS_NS["s"], ID) == indonesian
    assert stretch(seconds * UNITS_NS["s"], EN) == english

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.iso_times import iso_utc, parse_time

SECOND = 1_000_000_000
NOW = 1_763_778_600 * SECOND


@pytest.mark.parametrize(
    ("time_ns", "text"),
    [
        (NOW, "2025-11-22T02:30:00Z"),
        (NOW + 1, "2025-11-22T02:30:00.000000001Z"),
        (NOW + SECOND // 2, "2025-11-22T02:30:00.5Z"),
        (-1, "1969-12-31T23:59:59.999999999Z"),
    ],
)
def test_a_time_is_printed_in_utc(time_ns: int, text: str) -> None:
    assert iso_utc(time_ns) == text


@pytest.mark.parametrize(
    ("text", "time_ns"),
    [
        ("2025-11-22T02:30:00Z", NOW),
        ("2025-11-22T09:30:00+07:00", NOW),
        ("2025-11-22 02:30", NOW),
        ("2025-11-22", NOW - 9000 * SECOND),
        ("2025-11-22T02:30:00.000000001Z", NOW + 1),
        ("2025-11-22T09:30:00.25+07:00", NOW + SECOND // 4),
        ("15m", NOW - 900 * SECOND),
    ],
)
def test_a_time_is_iso_or_a_duration_back(text: str, time_ns: int) -> None:
    assert parse_time(text, NOW) == time_ns


@pytest.mark.parametrize("text", ["yesterday", "", "15", "-5m", "2025-13-01", "9999-01-01"])
def test_what_is_no_time_is_said(text: str) -> None:
    with pytest.raises(ValueError, match=r"is no time|outside the years"):
        parse_time(text, NOW)


@given(st.integers(-(2**63), 2**63 - 1))
def test_a_printed_time_is_read_back(time_ns: int) -> None:
    assert parse_time(iso_utc(time_ns), NOW) == time_ns

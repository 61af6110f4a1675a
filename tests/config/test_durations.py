import pytest

from config.durations import format_duration, parse_duration, parse_wait


@pytest.mark.parametrize(
    ("text", "nanoseconds"),
    [
        ("10s", 10_000_000_000),
        ("1.5m", 90_000_000_000),
        ("24h", 86_400_000_000_000),
        ("7d", 604_800_000_000_000),
        ("250ms", 250_000_000),
        (" 5 s ", 5_000_000_000),
        (0.5, 500_000_000),
        (30, 30_000_000_000),
    ],
)
def test_a_duration_is_read_as_nanoseconds(text, nanoseconds):
    assert parse_duration(text) == nanoseconds


@pytest.mark.parametrize("text", ["", "10", "10 parsecs", "-3s", "s", "1e3s", True, "10s 5s"])
def test_what_is_no_duration_is_refused_with_the_value(text):
    with pytest.raises(ValueError, match="is no duration"):
        parse_duration(text)


@pytest.mark.parametrize("text", [0, "0s", -1, -0.5])
def test_a_duration_is_positive(text):
    with pytest.raises(ValueError, match="must be positive"):
        parse_duration(text)


@pytest.mark.parametrize("text", ["36501d", 10**30, float("inf"), float("nan"), "9" * 400 + "d"])
def test_a_duration_that_would_overflow_is_refused(text):
    with pytest.raises(ValueError, match="100 years"):
        parse_duration(text)


def test_a_wait_may_be_nothing_but_not_negative():
    assert parse_wait("0s") == 0
    assert parse_wait(0) == 0
    with pytest.raises(ValueError, match="must not be negative, not -1"):
        parse_wait(-1)


@pytest.mark.parametrize(
    ("nanoseconds", "text"),
    [
        (0, "0s"),
        (1, "1ns"),
        (250_000_000, "250ms"),
        (60_000_000_000, "1m"),
        (90_000_000_000, "90s"),
        (86_400_000_000_000, "24h"),
        (2 * 86_400_000_000_000, "2d"),
    ],
)
def test_a_duration_is_written_in_its_shortest_exact_form(nanoseconds, text):
    assert format_duration(nanoseconds) == text

import pytest

from config.durations import format_duration
from config.periods import PERIODS, TAGS, USUAL_NS, usual_size_ns

DAY_NS = 86_400_000_000_000


def test_sizes_are_put_in_order_by_about_how_long_they_are() -> None:
    sizes = ["1mo", "15m", "1w", "24h", "1h", "10s", "2d"]
    assert sorted(sizes, key=usual_size_ns) == ["10s", "15m", "1h", "24h", "2d", "1w", "1mo"]
    assert usual_size_ns("1d") == usual_size_ns("24h") == DAY_NS


def test_no_civil_window_but_an_hour_is_called_as_one_of_a_fixed_size() -> None:
    same = [period for period in PERIODS if format_duration(USUAL_NS[period]) == TAGS[period]]
    assert same == ["hour"]


def test_what_is_no_size_is_refused() -> None:
    with pytest.raises(ValueError, match="'1y' is no duration"):
        usual_size_ns("1y")

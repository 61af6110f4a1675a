import pytest

from dashboard.live.zone_figures import NO_DATA, Figure, newest_figures, silenced
from tests.dashboard.live.scenes import END_NS, indicator

SECOND_NS = 1_000_000_000


def test_without_rows_there_are_no_figures() -> None:
    assert newest_figures([]) is None


def test_a_figure_has_its_value_and_coverage() -> None:
    figures = newest_figures([indicator("kapas", "pm25", 12.5, 0.8)])
    assert figures is not None
    assert (figures.size, figures.end_ns) == ("10s", END_NS)
    assert figures.zones == {"kapas": {"pm25": Figure(12.5, 0.8)}}


def test_a_row_without_a_value_is_no_data() -> None:
    figures = newest_figures([indicator("kapas", "pm25", None, 0.0)])
    assert figures is not None
    assert figures.zones["kapas"]["pm25"] == Figure(None, 0.0)


@pytest.mark.parametrize(
    ("sizes", "chosen"),
    [
        (["10s"], "10s"),
        (["10s", "1m", "15m"], "1m"),
        (["1h", "15m"], "15m"),
        (["5s", "30s"], "30s"),
        (["1h", "10s"], "10s"),
        (["1mo", "1w", "1d"], "1d"),
        (["1mo", "1m"], "1m"),
    ],
)
def test_all_figures_are_of_the_longest_window_up_to_a_minute(sizes: list[str], chosen: str) -> None:
    figures = newest_figures([indicator("kapas", "pm25", 1.0, size=size) for size in sizes])
    assert figures is not None
    assert figures.size == chosen


@pytest.mark.parametrize(("coverage", "chosen"), [(0.1, "10s"), (0.44, "10s"), (0.45, "1m"), (0.9, "1m")])
def test_a_minute_that_began_before_the_run_gives_way_to_a_shorter_window(coverage: float, chosen: str) -> None:
    rows = [indicator("kapas", "pm25", 1.0, 0.9), indicator("kapas", "pm25", 2.0, coverage, size="1m")]
    figures = newest_figures(rows)
    assert figures is not None
    assert figures.size == chosen


def test_a_longer_window_than_a_minute_stands_back_whatever_it_holds() -> None:
    rows = [indicator("kapas", "pm25", 1.0, 0.1, size="1m"), indicator("kapas", "pm25", 2.0, 1.0, size="15m")]
    figures = newest_figures(rows)
    assert figures is not None
    assert figures.size == "1m"


def test_a_value_stands_for_three_windows_and_then_its_zone_has_no_data() -> None:
    rows = [
        indicator("kapas", "pm25", 12.5),
        indicator("dander", "pm25", 90.0, 0.4, time_ns=END_NS - 20 * SECOND_NS),
        indicator("dander", "pm25", None, 0.0, time_ns=END_NS - 10 * SECOND_NS),
        indicator("dander", "pm25", None, 0.0),
        indicator("padangan", "pm25", 80.0, time_ns=END_NS - 30 * SECOND_NS),
        indicator("padangan", "pm25", None, 0.0),
    ]
    figures = newest_figures(rows)
    assert figures is not None
    assert figures.zones["dander"]["pm25"] == Figure(90.0, 0.4)
    assert figures.zones["padangan"]["pm25"] == Figure(None, 0.0)


def test_a_zone_whose_devices_all_keep_silent_has_no_data() -> None:
    figures = newest_figures([indicator("kapas", "pm25", 1.0)], expected=[("dander", "pm25"), ("kapas", "pm25")])
    assert figures is not None
    assert figures.zones == {"dander": {"pm25": NO_DATA}, "kapas": {"pm25": Figure(1.0, 1.0)}}


def test_when_no_window_comes_any_more_no_value_stands() -> None:
    figures = newest_figures([indicator("kapas", "pm25", 1.0), indicator("all", "pm10", 1.0)])
    assert figures is not None
    assert silenced(figures).zones == {"all": {"pm10": NO_DATA}, "kapas": {"pm25": NO_DATA}}
    assert (silenced(figures).size, silenced(figures).end_ns) == ("10s", END_NS)


def test_the_newest_of_several_values_is_shown_in_whatever_order_they_come() -> None:
    rows = [indicator("kapas", "pm25", 1.0), indicator("kapas", "pm25", 2.0, time_ns=END_NS - 10 * SECOND_NS)]
    assert newest_figures(rows) == newest_figures(rows[::-1])
    assert newest_figures(rows) == newest_figures(rows[:1])


def test_the_city_stands_before_its_zones_and_these_by_name() -> None:
    figures = newest_figures([indicator(zone, "pm25", 1.0) for zone in ("padangan", "all", "baureno")])
    assert figures is not None
    assert list(figures.zones) == ["all", "baureno", "padangan"]


def test_what_only_longer_windows_hold_is_taken_from_the_shortest_of_them() -> None:
    rows = [
        indicator("kapas", "pm25", 1.0, size="1m"),
        indicator("kapas", "pm25", 2.0, size="15m"),
        indicator("kapas", "rain_1h_class", 3.0, 0.8, size="15m", time_ns=END_NS - 600 * SECOND_NS),
        indicator("kapas", "rain_1h_class", 4.0, size="1h"),
    ]
    figures = newest_figures(rows)
    assert figures is not None
    assert (figures.size, figures.end_ns) == ("1m", END_NS)
    assert figures.zones == {"kapas": {"pm25": Figure(1.0, 1.0), "rain_1h_class": Figure(3.0, 0.8)}}

"""Rain of the last hour, of BMKG's day and of ten days, through a processor."""

import math

import numpy as np
import pytest

from config.indicator_rules import IndicatorRules
from config.settings import Device
from processors.indicators.rain import dasarian_class
from processors.indicators.rain_days import days_of_dasarian
from tests.processors.indicators.recorded_city import HOUR_NS, MINUTE_NS, RecordedCity, at

NAN = math.nan


def station(name: str = "W1", every: int = HOUR_NS) -> Device:
    return Device(id=name, kind="weather", zone="kota", every=every)


def rained(
    begin: str, hourly: list[float], *, every: int = HOUR_NS, rules: IndicatorRules | None = None
) -> RecordedCity:
    """Each interval a reading of what fell in it, NaN none; sent ten minutes after it began."""
    city = RecordedCity("weather", [station(every=every)], rules=rules or IndicatorRules())
    for number, depth in enumerate(hourly):
        if not math.isnan(depth):
            city.hear("W1", at(begin) + number * every + min(10 * MINUTE_NS, every // 2), rain_mm=depth)
    return city


def test_the_rain_of_the_last_hour_follows_its_steps() -> None:
    city = rained("2025-11-22 10:00", [1.0, 2.0, 3.0, 4.0, 5.0, 0.0], every=15 * MINUTE_NS)
    begin = at("2025-11-22 10:00")
    found = city.figures("rain_1h", "kota")
    assert found[begin + 60 * MINUTE_NS] == (10, 1, 1)
    assert found[begin + 75 * MINUTE_NS] == (14, 1, 1)
    assert found[begin + 30 * MINUTE_NS] == (3, 0.5, 1)
    assert city.figures("rain_1h_class", "kota")[begin + 75 * MINUTE_NS][0] == 4


def test_a_short_shower_has_an_intensity_and_no_class_of_its_own() -> None:
    city = RecordedCity("weather", [station(every=10_000_000_000)], ("10s", "15m"))
    city.hear("W1", at("2025-11-22 10:00"), rain_mm=1.0)
    city.hear("W1", at("2025-11-22 10:01"), rain_mm=0.0)
    assert "rain_intensity" in city.names()
    assert not [name for name in city.names() if name.endswith("_class")]


def test_the_day_of_rain_is_that_of_bmkg_s_observers() -> None:
    hours = [1.0] * 7 + [2.0] * 24 + [50.0] * 3
    city = rained("2025-11-22 00:00", hours)
    assert city.last("rain_day", "kota") == (48, 1, 1)
    assert city.value("rain_day_class", "kota") == 3
    midnight = rained("2025-11-22 00:00", hours, rules=IndicatorRules(rain_day_begins=0))
    assert midnight.value("rain_day", "kota") == 7 + 17 * 2


def test_what_did_not_come_is_missing_from_the_sum_and_from_the_coverage() -> None:
    city = rained("2025-11-22 07:00", [2.0] * 18 + [NAN] * 6 + [0.0] * 2)
    assert city.last("rain_day", "kota") == (36, 0.75, 1)


def test_a_day_without_a_reading_is_no_data_and_not_dry() -> None:
    city = rained("2025-11-22 07:00", [2.0] * 24 + [NAN] * 24 + [0.0] * 2)
    assert city.last("rain_day", "kota") == pytest.approx((NAN, 0, 0), nan_ok=True)


def test_rain_on_a_shared_edge_has_the_class_that_begins_there() -> None:
    city = rained("2025-11-22 07:00", [20.0 / 24] * 24 + [0.0] * 2)
    assert (city.value("rain_day", "kota"), city.value("rain_day_class", "kota")) == (20, 3)


@pytest.mark.parametrize(
    ("date", "days"),
    [("2025-11-01", 1), ("2025-11-10", 10), ("2025-11-11", 1), ("2025-11-20", 10), ("2025-11-21", 1),
     ("2025-11-30", 10), ("2025-12-31", 11), ("2026-02-28", 8)],
)  # fmt: skip
def test_a_dasarian_begins_on_the_1st_the_11th_and_the_21st(date, days) -> None:
    assert days_of_dasarian(int(np.datetime64(date, "D").astype(int))) == days


def test_ten_days_of_rain_add_up_and_the_next_ones_begin_anew() -> None:
    city = rained("2025-11-01 07:00", [1.0] * 24 * 9 + [2.0] * 24 + [0.5] * 26)
    sums = city.figures("rain_dasarian", "kota")
    assert sums[max(end for end in sums if end < at("2025-11-11 07:00"))][0] == 9 * 24
    after = [figure for end, figure in sums.items() if at("2025-11-11 07:15") < end < at("2025-11-12 07:00")]
    assert set(after) == {(9 * 24 + 48, 1, 1)}
    assert city.value("rain_dasarian", "kota") == 12
    assert city.value("rain_dasarian_class", "kota") == 1


@pytest.mark.parametrize(("depth", "number"), [(49.9, 1), (50, 2), (150, 3), (300, 3), (300.1, 4), (NAN, NAN)])
def test_the_classes_of_a_dasarian(depth, number) -> None:
    assert float(dasarian_class(depth, IndicatorRules())) == pytest.approx(number, nan_ok=True)


def test_a_dasarian_with_a_silent_day_says_how_much_of_it_came() -> None:
    city = rained("2025-11-01 07:00", [1.0] * 24 + [NAN] * 24 + [1.0] * 24 + [0.0] * 2)
    assert city.last("rain_dasarian", "kota") == (48, pytest.approx(2 / 3), 1)

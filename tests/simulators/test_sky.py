import numpy as np
import pytest

from simulators.sky import Sky
from tests.simulators.month_of_hours import Month

DAY_NS = 86_400_000_000_000
HOUR_NS = DAY_NS // 24
MINUTE_NS = HOUR_NS // 60
START_NS = 20_000 * DAY_NS


def test_rain_of_the_parts_adds_up_to_the_rain_of_the_whole() -> None:
    sky = Sky(seed=3)
    minutes = START_NS + np.arange(0, 10 * DAY_NS, MINUTE_NS)
    days = START_NS + np.arange(0, 10 * DAY_NS, DAY_NS)
    by_minute = sky.rain_between(minutes, minutes + MINUTE_NS)
    by_day = sky.rain_between(days, days + DAY_NS - 1)
    assert by_day.sum() > 10.0
    assert np.isclose(by_minute.sum(), by_day.sum(), rtol=1e-6)


def test_a_span_over_midnight_holds_the_rain_of_both_days() -> None:
    sky = Sky(seed=3)
    noons = START_NS + DAY_NS // 2 + np.arange(0, 30 * DAY_NS, DAY_NS)
    midnights = noons + DAY_NS // 2
    parts = sky.rain_between(noons, midnights - 1) + sky.rain_between(midnights, midnights + DAY_NS // 2)
    assert np.allclose(sky.rain_between(noons, noons + DAY_NS), parts, atol=1e-6)


def test_about_sixty_per_cent_of_three_hundred_days_see_a_storm_or_two_and_never_in_the_morning() -> None:
    days = START_NS + DAY_NS * np.arange(300)
    rain = Sky(seed=5).rain_between(days, days + DAY_NS - 1)
    # 1 - (1 - 0.45) x (1 - 0.15) = 0.53
    assert 0.45 < (rain > 0).mean() < 0.61
    assert not Sky(seed=5).rain_between(days, days + 12 * HOUR_NS).any()


def test_the_afternoon_is_warmer_than_the_early_morning_and_the_air_moves() -> None:
    sky = Sky(seed=1)
    days = START_NS + DAY_NS * np.arange(100)
    assert (sky.temperature(days + 14 * HOUR_NS) - sky.temperature(days + 2 * HOUR_NS)).mean() > 5.0
    assert sky.wind_speed(days).min() > 0.0
    directions = sky.wind_direction(days + 9 * HOUR_NS)
    assert directions.min() >= 0.0
    assert directions.max() < 360.0


def test_another_seed_has_other_weather() -> None:
    days = START_NS + DAY_NS * np.arange(30)
    first, second = (Sky(seed).rain_between(days, days + DAY_NS - 1) for seed in (1, 2))
    assert not np.array_equal(first, second)


@pytest.fixture(scope="module")
def month() -> Month:
    return Month()


def test_in_a_month_traffic_is_slower_the_harder_it_rains(month: Month) -> None:
    # The classes of the Highway Capacity Manual: up to 0.25 in/h, and more.
    speed, rain = month.over_usual("speed"), month.rain_mm_h
    dry, moderate, heavy = (
        float(speed[hours].mean()) for hours in (rain < 0.1, (rain > 1) & (rain <= 6.4), rain > 6.4)
    )
    assert 0.99 < dry < 1.02
    assert 0.92 < moderate / dry < 0.98
    assert 0.80 < heavy / dry < 0.95


def test_in_a_month_the_river_follows_the_rain_of_the_hours_before(month: Month) -> None:
    level, rain = month.hourly("level_cm"), month.rain_mm_h
    by_lag = [float(np.corrcoef(level[lag:], rain[: len(rain) - lag])[0, 1]) for lag in range(24)]
    assert 2 <= int(np.argmax(by_lag)) <= 6
    assert by_lag[0] < 0.15
    fallen = np.convolve(rain, np.ones(12))[: len(rain)]
    assert np.corrcoef(level, fallen)[0, 1] > 0.8


def test_in_a_month_rain_washes_the_air_and_traffic_makes_noise_and_exhaust(month: Month) -> None:
    washed = np.convolve(month.rain_mm_h, np.ones(2))[: len(month.rain_mm_h)] > 10.0
    assert month.over_usual("pm25")[washed].mean() < 0.7
    vehicles = month.hourly("vehicle_count")
    assert np.corrcoef(month.hourly("laeq"), np.log10(vehicles))[0, 1] > 0.95
    assert np.corrcoef(month.hourly("no2"), vehicles)[0, 1] > 0.5

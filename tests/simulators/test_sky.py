import numpy as np

from simulators.sky import Sky

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

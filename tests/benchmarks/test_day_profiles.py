import numpy as np
import pytest

from benchmarks.day_profiles import HOUR_NS, Hourly, as_share_of_busiest, hourly, profile, summarize


def days_of(values: list[list[float]], device: int = 0) -> Hourly:
    """One row of 24 values for each day from Thursday 1 January 1970 on."""
    flat = np.array(values, dtype=np.float64).ravel()
    return Hourly(np.full(len(flat), device), np.arange(len(flat)), flat)


def joined(parts: list[Hourly]) -> Hourly:
    device, hour, value = ([getattr(part, name) for part in parts] for name in ("device", "hour", "value"))
    return Hourly(np.concatenate(device), np.concatenate(hour), np.concatenate(value))


def test_readings_become_the_mean_of_each_hour_and_device() -> None:
    times = np.array([0, 1, 1, 2, 2]) * (HOUR_NS // 2)
    found = hourly(times, np.array([7, 7, 8, 7, 7]), np.array([1.0, 3.0, 9.0, 5.0, np.nan]))
    assert found.device.tolist() == [7, 7, 8]
    assert found.hour.tolist() == [0, 1, 0]
    assert found.value.tolist() == [2.0, 5.0, 9.0]


def test_workdays_and_weekends_have_profiles_of_their_own() -> None:
    week = days_of([[1.0] * 24] * 2 + [[3.0] * 24] * 2 + [[2.0] * 24] * 3)
    weeks = joined([Hourly(week.device, week.hour + 168 * number, week.value) for number in range(3)])
    # Thursday and Friday 1, Monday to Wednesday 2.
    assert profile(weeks, weekend=False).mean.tolist() == pytest.approx([1.6] * 24)
    assert profile(weeks, weekend=False).low[12] == 1.0
    assert profile(weeks, weekend=False).high[12] == 2.0
    assert profile(weeks, weekend=True).mean.tolist() == [3.0] * 24
    assert summarize(weeks).weekend_share == pytest.approx(3.0 / 1.6)


def test_a_profile_is_not_drawn_from_a_handful_of_values() -> None:
    assert np.isnan(profile(days_of([[1.0] * 24] * 2), weekend=False).mean).all()


def test_devices_are_compared_by_their_busiest_hour() -> None:
    small, large = ([[0.0] * 8 + [busiest] + [busiest / 2] * 15] for busiest in (10.0, 400.0))
    shares = as_share_of_busiest(joined([days_of(small), days_of(large, device=1)]))
    assert shares.value[8] == shares.value[24 + 8] == 1.0
    assert shares.value[9] == shares.value[24 + 9] == 0.5


def test_days_that_are_busy_from_morning_to_evening_persist_and_noise_does_not() -> None:
    chance = np.random.default_rng(1)
    by_day = days_of([[level] * 24 for level in (0.5 + chance.random(50)).tolist()])
    by_hour = days_of((0.5 + chance.random((50, 24))).tolist())
    assert summarize(by_day).persistence > 0.99
    assert abs(summarize(by_hour).persistence) < 0.15
    # Eight tenths of what lies evenly between a half and one and a half.
    assert 0.6 < summarize(by_day).spread < 1.0

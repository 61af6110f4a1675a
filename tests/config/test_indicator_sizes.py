"""In windows of which sizes figures are made; tests/flow/test_example_city.py holds it against a city that lives."""

import pytest

from config.indicator_sizes import all_sizes, sizes_with
from config.settings import Settings, Window, Windows


def city(*sizes: str, **settings: object) -> Settings:
    made = tuple(Window.model_validate({"size": size}, context={"folder": "."}) for size in sizes)
    return Settings.model_validate({"windows": Windows(sizes=made, civil=("hour", "day")), **settings})


@pytest.mark.parametrize(
    ("indicator", "sizes"),
    [
        ("parking_occupancy", ["10s", "1m", "15m", "1h", "1d"]),
        ("parking_minutes_to_full", ["1m"]),
        ("parking_index_load", ["15m", "1h", "1d"]),
        ("parking_turnover_hour", ["15m"]),
        ("water_siaga_held", ["1m"]),
        ("ispu", ["15m", "1d"]),
        ("ispu_indicative", ["10s", "1m", "15m", "1h"]),
        ("rain_1h", ["15m"]),
        ("rain", ["1h", "1d"]),
        ("traffic_congested", ["1m", "15m"]),
        ("air_sensors_alive_share", ["1m"]),
        ("air_anomaly_max", ["15m"]),
        ("score_living", ["15m"]),
        ("denyut_journal_lag_s", ["1m"]),
        ("alert_response", []),
    ],
)
def test_with_the_usual_windows(indicator: str, sizes: list[str]) -> None:
    assert sizes_with(indicator, city("10s", "1m", "15m")) == sizes


def test_steps_are_the_longest_that_divide_what_they_are_steps_of() -> None:
    assert sizes_with("water_siaga_held", city("7s", "20s")) == ["20s"]
    assert sizes_with("water_siaga_held", city("5m")) == ["5m"]
    assert sizes_with("water_siaga_held", city("30m")) == []
    assert sizes_with("rain_1h", city("20m", "45m")) == ["20m"]
    assert sizes_with("rain_1h", city("2h")) == []


def test_windows_of_other_kinds_do_not_count() -> None:
    windows = Windows(sizes=(Window(size=60 * 10**9, kinds=("traffic",)), Window(size=300 * 10**9)))
    assert sizes_with("water_siaga_held", Settings(windows=windows)) == ["5m"]
    assert sizes_with("traffic_speed", Settings(windows=windows)) == ["1m", "5m"]
    assert all_sizes(Settings(windows=windows)) == ["1m", "5m"]

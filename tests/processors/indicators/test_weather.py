import math

import pytest

from config.indicator_rules import IndicatorRules
from processors.indicators.weather import weather

HOUR_S, DAY_S = 3_600, 86_400


@pytest.fixture
def observe(windows_of, figures_of):
    return lambda *rows, size_s=60, **said: figures_of(weather(windows_of("weather", size_s, rows, **said)))


def station(zone="kota", readings=6, every_s=10, **means):
    row = {"zone": zone, "every_s": every_s, "readings": readings}
    for name, mean in means.items():
        row |= {f"{name}_mean": mean, f"{name}_count": readings}
    return row


def test_how_hot_it_feels_is_the_mean_of_the_stations(observe) -> None:
    found = observe(station(temperature=30.0, humidity=70.0), station(temperature=32.0, humidity=80.0, readings=3))
    assert found["kota", "dew_point"] == (pytest.approx((23.930 + 28.115) / 2, abs=1e-3), 0.75, 1)
    assert found["kota", "wet_bulb"][0] == pytest.approx((25.60 + 29.05) / 2, abs=0.01)
    assert found["all", "heat_index"] == found["kota", "heat_index"]


def test_a_station_that_sends_only_one_of_the_two_says_nothing_of_heat(observe) -> None:
    found = observe(station(temperature=30.0, humidity=70.0), station(temperature=45.0))
    assert found["kota", "heat_index"] == (pytest.approx(35.04, abs=0.01), 0.5, 1)


@pytest.mark.parametrize(
    ("temperature", "unit", "humidity", "share"),
    [(30.0, "", 70.0, ""), (30.0, "°C", 70.0, "%"), (86.0, "°F", 70.0, "%"), (303.15, "K", 0.7, "fraction")],
)
def test_stations_may_send_other_units(observe, temperature, unit, humidity, share) -> None:
    units = {"temperature": unit, "humidity": share}
    found = observe(station(temperature=temperature, humidity=humidity), units=units)
    assert found["kota", "dew_point"][0] == pytest.approx(23.930, abs=1e-3)


@pytest.mark.parametrize("units", [{"temperature": "V"}, {"humidity": "g/m³"}])
def test_a_unit_of_something_else_is_no_data_rather_than_a_wrong_figure(observe, units) -> None:
    found = observe(station(temperature=30.0, humidity=70.0), units=units)
    assert math.isnan(found["kota", "heat_index"][0])
    assert found["kota", "heat_index"][1:] == (0, 0)


@pytest.mark.parametrize(
    ("temperature", "humidity", "risk"), [(25, 60, 0), (27, 80, 1), (32, 70, 3), (31, 70, 2), (38, 70, 4)]
)
def test_the_risk_follows_the_heat_index(observe, temperature, humidity, risk) -> None:
    found = observe(station(temperature=float(temperature), humidity=float(humidity)))
    assert found["kota", "heat_risk"][0] == risk


def test_the_bands_of_risk_are_configured(observe) -> None:
    older = IndicatorRules(heat_risk=(80, 90, 105, 130))
    hot = station(temperature=32.0, humidity=70.0)  # 104.7 degrees Fahrenheit
    assert observe(hot)["kota", "heat_risk"][0] == 3
    assert observe(hot, rules=older)["kota", "heat_risk"][0] == 2


def test_the_intensity_of_rain_is_what_fell_over_the_time_it_stands_for(observe) -> None:
    assert observe(station(rain_mm=0.2, readings=6))["kota", "rain_intensity"] == (pytest.approx(72), 1, 1)
    every_minute = station(rain_mm=0.2, readings=1, every_s=60)
    assert observe(every_minute, size_s=10)["kota", "rain_intensity"][0] == pytest.approx(12)


def test_of_an_hour_and_of_a_day_there_is_also_the_depth_and_its_class(observe) -> None:
    hour = observe(station(rain_mm=0.2, readings=60, every_s=60), size_s=HOUR_S)
    assert [hour["kota", name][0] for name in ("rain", "rain_class")] == [pytest.approx(12), 4]
    day = observe(station(rain_mm=5.0, readings=24, every_s=3600), size_s=DAY_S)
    assert [day["kota", name][0] for name in ("rain", "rain_class")] == [pytest.approx(120), 5]
    for size_s in (60, 900, 7200):
        assert ("kota", "rain") not in observe(station(rain_mm=0.2), size_s=size_s)


def test_a_running_total_is_counted_by_its_increase(observe) -> None:
    total = station(rain_mm=1204.0, readings=60, every_s=60) | {"rain_mm_rate": 12.0 / HOUR_S}
    assert observe(total, size_s=HOUR_S)["kota", "rain"][0] == pytest.approx(12)


def test_half_the_readings_of_a_day_are_half_its_coverage(observe) -> None:
    day = observe(station(rain_mm=5.0, readings=12, every_s=3600), size_s=DAY_S)
    assert day["kota", "rain"] == (pytest.approx(60), 0.5, 1)


def test_no_rain_is_zero_and_a_silent_gauge_is_no_data(observe) -> None:
    assert observe(station(rain_mm=0.0, readings=60, every_s=60), size_s=HOUR_S)["kota", "rain_class"] == (0, 1, 1)
    found = observe({"zone": "kota", "every_s": 60}, size_s=HOUR_S)
    assert len(found) == 2 * 7
    assert all(math.isnan(value) and coverage == quality == 0 for value, coverage, quality in found.values())

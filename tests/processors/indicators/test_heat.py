import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from processors.indicators.heat import celsius, dew_point, fahrenheit, heat_index, wet_bulb


@pytest.mark.parametrize(
    ("fahrenheit_", "humidity", "index"),
    [
        (80, 40, 79.58), (82, 60, 84.43), (86, 60, 91.10), (86, 90, 105.39), (88, 60, 95.15), (90, 60, 99.68),
        (90, 70, 105.92), (92, 55, 101.45), (96, 65, 121.03), (100, 50, 118.32), (104, 40, 118.88), (110, 40, 135.66),
        (84, 95, 100.88), (80, 100, 89.29), (95, 10, 89.45), (70, 50, 69.05),
    ],
)  # fmt: skip
def test_the_heat_index_of_the_weather_service_with_its_adjustments(fahrenheit_, humidity, index) -> None:
    assert fahrenheit(heat_index(celsius(fahrenheit_), humidity)) == pytest.approx(index, abs=0.006)


@pytest.mark.parametrize(
    ("fahrenheit_", "humidity", "printed"),
    [(80, 40, 80), (82, 60, 84), (86, 60, 91), (86, 90, 105), (88, 60, 95), (90, 60, 100), (90, 70, 106),
     (92, 55, 101), (96, 65, 121), (100, 50, 118), (104, 40, 119), (110, 40, 136)],
)  # fmt: skip
def test_the_heat_index_is_that_of_the_printed_chart(fahrenheit_, humidity, printed) -> None:
    assert round(float(fahrenheit(heat_index(celsius(fahrenheit_), humidity)))) == printed


@pytest.mark.parametrize(
    ("temperature", "humidity", "index"),
    [(30, 70, 35.04), (32, 70, 40.41), (33, 65, 41.40), (27, 80, 29.74), (35, 55, 42.75), (31, 80, 40.88),
     (25, 60, 25.12)],
)  # fmt: skip
def test_the_heat_index_in_degrees_celsius(temperature, humidity, index) -> None:
    assert heat_index(temperature, humidity) == pytest.approx(index, abs=0.006)


@pytest.mark.parametrize(
    ("temperature", "humidity", "dew"),
    [(30, 70, 23.930), (25, 50, 13.858), (32, 80, 28.115), (20, 100, 20.000), (28, 85, 25.241)],
)
def test_the_dew_point_after_magnus(temperature, humidity, dew) -> None:
    assert dew_point(temperature, humidity) == pytest.approx(dew, abs=5e-4)


@pytest.mark.parametrize(("temperature", "humidity", "wet"), [(20, 50, 13.70), (30, 70, 25.60), (32, 80, 29.05)])
def test_the_wet_bulb_temperature_after_stull(temperature, humidity, wet) -> None:
    assert wet_bulb(temperature, humidity) == pytest.approx(wet, abs=0.006)


def test_humidity_above_100_is_a_sensor_in_fog() -> None:
    for function in (heat_index, dew_point, wet_bulb):
        assert function(27.0, 104.0) == function(27.0, 100.0)


def test_where_a_formula_does_not_hold_there_is_no_value() -> None:
    assert np.isnan(dew_point([25.0, 25.0, math.nan], [0.0, -3.0, 50.0])).all()
    assert np.isnan(wet_bulb([25.0, 51.0, -21.0, math.nan], [4.9, 50.0, 50.0, 50.0])).all()
    assert np.isnan(heat_index([math.nan, 30.0, 30.0], [50.0, math.nan, -1.0])).all()


@given(st.floats(0, 45), st.floats(6, 98))
def test_dew_point_and_wet_bulb_never_exceed_the_air(temperature, humidity) -> None:
    assert dew_point(temperature, humidity) <= temperature
    assert wet_bulb(temperature, humidity) <= temperature + 0.7  # Stull's formula is exact to 0.65 degrees


@given(st.floats(20, 45), st.lists(st.floats(5, 100), min_size=2))
def test_damper_air_never_has_a_lower_dew_point(temperature, humidities) -> None:
    assert (np.diff(dew_point(temperature, sorted(humidities))) >= -1e-9).all()

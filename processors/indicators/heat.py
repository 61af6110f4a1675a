"""How warm humid air is: heat index, dew point and wet-bulb temperature, from temperature and relative humidity.

All functions take degrees Celsius and percent of the same shape and give that shape in degrees Celsius; humidity above
100, where sensors overshoot in fog, counts as 100. NaN where either is missing or the formula does not hold.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

Values = NDArray[np.float64]

_MAGNUS_A, _MAGNUS_B = 17.625, 243.04  # Alduchov and Eskridge (1996)
_ZERO_CELSIUS = 273.15
_STULL_DRIEST, _STULL_DAMPEST = 5.0, 99.0
_STULL_COLDEST, _STULL_HOTTEST = -20.0, 50.0


def heat_index(temperature: ArrayLike, humidity: ArrayLike) -> Values:
    """What it feels like in the shade: Rothfusz' regression with the adjustments of the US National Weather Service.

    Below 80 degrees Fahrenheit the simple formula (Steadman's) holds, which needs no averaging with the temperature.
    Source: Weather Prediction Center, "The Heat Index Equation".
    """
    t, r = fahrenheit(temperature), _humidity(humidity)
    simple = 0.5 * (t + 61.0 + (t - 68.0) * 1.2 + r * 0.094)
    full = (
        *(-42.379, 2.04901523 * t, 10.14333127 * r, -0.22475541 * t * r, -0.00683783 * t**2, -0.05481717 * r**2),
        *(0.00122874 * t**2 * r, 0.00085282 * t * r**2, -0.00000199 * t**2 * r**2),
    )
    index = sum(full) + _dry(t, r) + _damp(t, r)
    return celsius(np.where(simple < 80.0, simple, index))


def dew_point(temperature: ArrayLike, humidity: ArrayLike) -> Values:
    """Temperature to which the air must cool to be saturated, after Magnus; NaN for air without any water."""
    t, r = np.asarray(temperature, np.float64), _humidity(humidity)
    log = np.log(r / 100.0, out=np.full(r.shape, np.nan), where=r > 0)
    gamma = log + _MAGNUS_A * t / (_MAGNUS_B + t)
    found: Values = _MAGNUS_B * gamma / (_MAGNUS_A - gamma)
    return found


def wet_bulb(temperature: ArrayLike, humidity: ArrayLike) -> Values:
    """Temperature to which sweat can cool, at 1013 hPa. Source: Stull (2011).

    The formula holds from 5 to 99 % and from -20 to 50 degrees; damper air counts as 99 %, all else is NaN.
    """
    t, r = np.asarray(temperature, np.float64), np.minimum(_humidity(humidity), _STULL_DAMPEST)
    wet = (
        t * np.arctan(0.151977 * np.sqrt(r + 8.313659))
        + np.arctan(t + r)
        - np.arctan(r - 1.676331)
        + 0.00391838 * r**1.5 * np.arctan(0.023101 * r)
        - 4.686035
    )
    holds = (r >= _STULL_DRIEST) & (t >= _STULL_COLDEST) & (t <= _STULL_HOTTEST)
    return np.where(holds, wet, np.nan)


def in_celsius(temperature: ArrayLike, unit: str) -> Values:
    """A temperature without a unit is in degrees Celsius. NaN in a unit that is none of temperature."""
    values = np.asarray(temperature, np.float64)
    written = unit.replace("°", "").strip().upper()
    if written == "F":
        return celsius(values)
    if written == "K":
        return values - _ZERO_CELSIUS
    return values if written in ("", "C") else np.full(values.shape, np.nan)


def in_percent(humidity: ArrayLike, unit: str) -> Values:
    """Relative humidity without a unit is in percent. NaN in a unit that is none of a share."""
    values = np.asarray(humidity, np.float64)
    factor = {"": 1.0, "%": 1.0, "%RH": 1.0, "FRACTION": 100.0, "1": 100.0}.get(unit.strip().upper(), np.nan)
    return values * factor


def fahrenheit(temperature: ArrayLike) -> Values:
    return np.asarray(temperature, np.float64) * 1.8 + 32.0


def celsius(temperature: ArrayLike) -> Values:
    """From degrees Fahrenheit."""
    return (np.asarray(temperature, np.float64) - 32.0) / 1.8


def _humidity(humidity: ArrayLike) -> Values:
    percent = np.minimum(np.asarray(humidity, np.float64), 100.0)
    return np.where(percent >= 0, percent, np.nan)


def _dry(t: Values, r: Values) -> Values:
    applies = (r < 13) & (t >= 80) & (t <= 112)
    root = np.sqrt(np.maximum(17.0 - np.abs(t - 95.0), 0.0) / 17.0)
    return np.where(applies, -(13.0 - r) / 4.0 * root, 0.0)


def _damp(t: Values, r: Values) -> Values:
    applies = (r > 85) & (t >= 80) & (t <= 87)
    return np.where(applies, (r - 85.0) / 10.0 * (87.0 - t) / 5.0, 0.0)

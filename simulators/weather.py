"""Weather stations: the sky of the city, each with the small offset of its place."""

import numpy as np

from config.civil_time import HOUR_NS
from config.durations import SECOND_NS
from config.settings import Kind
from simulators.conditions import Conditions
from simulators.draws import Draws, FloatArray
from simulators.roster import Roster

DECIMALS = {
    "temperature": 1,
    "humidity": 0,
    "pressure": 1,
    "wind_speed": 1,
    "wind_direction": 0,
    "rain_mm": 3,
}


def sites(devices: Roster, kind: Kind, draws: Draws) -> dict[str, FloatArray]:  # noqa: ARG001
    """Offsets in degrees Celsius and hPa, and the share of the city's rain that falls here."""
    return {
        "warmer": draws.normal(1) * 0.5,
        "higher": draws.normal(2) * 0.6,
        "wetter": 0.7 + 0.6 * draws.uniform(3),
    }


def readings(conditions: Conditions, site: dict[str, FloatArray]) -> dict[str, FloatArray]:
    """Degrees Celsius, % relative humidity, hPa, m/s, degrees from north, and mm of rain in the interval."""
    sky, civil_ns, draws = conditions.sky, conditions.civil_ns, conditions.draws
    interval_ns = np.rint(conditions.interval_s * SECOND_NS).astype(np.int64)
    warmth = sky.temperature(civil_ns) + site["warmer"] + conditions.felt("heat", 0.0)
    rain = sky.rain_between(civil_ns - interval_ns, civil_ns) * site["wetter"]
    direction = np.mod(sky.wind_direction(civil_ns) + 12.0 * draws.normal(14), 360.0)
    return {
        "temperature": warmth + 0.1 * draws.normal(11),
        "humidity": np.clip(relative_humidity(conditions, warmth) + draws.normal(12), 30.0, 100.0),
        "pressure": sky.pressure(civil_ns) + site["higher"] + 0.1 * draws.normal(13),
        "wind_speed": np.maximum(sky.wind_speed(civil_ns) * np.exp(0.2 * draws.normal(15)), 0.0),
        "wind_direction": np.where(direction >= 359.5, 0.0, direction),
        "rain_mm": rain,
    }


def relative_humidity(conditions: Conditions, warmth: FloatArray) -> FloatArray:
    """(n,) %, beyond 100 too: lower where it is warmer, higher while and after it rains."""
    before_ns = conditions.civil_ns - HOUR_NS
    wet = 12.0 * (conditions.sky.rain_between(before_ns, conditions.civil_ns) > 0.5)
    return 80.0 - 4.0 * (warmth - 28.0) + wet

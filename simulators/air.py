"""Particulate matter: traffic and still nights raise it, wind and rain clear it."""

from collections.abc import Sequence

import numpy as np

from config.civil_time import DAY_NS, HOUR_NS
from config.settings import Device
from simulators.conditions import Conditions, Curve
from simulators.draws import Draws, FloatArray

DECIMALS = {"pm25": 1, "pm10": 1}

_MIXING: Curve = ((0, 1.25), (6, 1.45), (9, 1.10), (13, 0.70), (16, 0.75), (19, 1.10))
"""The mixing layer is shallow at dawn and deep after noon."""


def sites(devices: Sequence[Device], draws: Draws) -> dict[str, FloatArray]:  # noqa: ARG001
    """Background and share of traffic in ug/m3, and the coarse fraction."""
    return {
        "background": 12.0 + 14.0 * draws.uniform(1),
        "roadside": 6.0 + 22.0 * draws.uniform(2),
        "coarse": 0.45 + 0.5 * draws.uniform(3),
    }


def readings(conditions: Conditions, site: dict[str, FloatArray]) -> dict[str, FloatArray]:
    """PM2.5 and PM10 in ug/m3; PM10 holds PM2.5 and never lies below it."""
    civil_ns = conditions.civil_ns
    wind = conditions.sky.wind_speed(civil_ns)
    washed = np.exp(-0.04 * conditions.sky.rain_between(civil_ns - 2 * HOUR_NS, civil_ns))
    days = np.exp(0.25 * conditions.wander(10, 2 * DAY_NS) + 0.10 * conditions.wander(11, HOUR_NS))
    source = site["background"] + site["roadside"] * conditions.traffic()
    fine = source * conditions.daily(_MIXING, _MIXING) * washed * days / np.sqrt(0.5 + 0.5 * wind)
    pm25 = np.maximum(fine * (1.0 + 0.04 * conditions.draws.normal(12)), 0.5)
    dust = pm25 * site["coarse"] * washed * np.exp(0.05 * conditions.draws.normal(13))
    return {"pm25": pm25, "pm10": pm25 + dust}

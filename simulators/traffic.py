"""Road detectors: count, speed and occupancy that obey one fundamental diagram."""

from collections.abc import Sequence

import numpy as np

from config.civil_time import HOUR_NS
from config.settings import Device
from simulators.conditions import Conditions
from simulators.draws import Draws, FloatArray

DECIMALS = {"vehicle_count": 0, "speed": 1, "occupancy": 4}

JAM_DENSITY = 130.0
"""Vehicles for each km and lane when nothing moves."""
DETECTED_LENGTH_M = 6.0
"""Mean vehicle length and detection zone: occupancy = density x this / 1000."""


def sites(devices: Sequence[Device], draws: Draws) -> dict[str, FloatArray]:  # noqa: ARG001
    """Lanes, free-flow speed in km/h, and demand in the busiest hour as a share of capacity."""
    lanes = 1.0 + np.floor(draws.uniform(1) * 3.0)
    return {
        "lanes": lanes,
        "free_speed": 38.0 + 8.0 * lanes + 10.0 * draws.uniform(2),
        "demand": 0.35 + 0.75 * draws.uniform(3),
    }


def readings(conditions: Conditions, site: dict[str, FloatArray]) -> dict[str, FloatArray]:
    """Vehicles in the interval, their mean speed in km/h (absent where none passed), and occupancy, 0 to 1.

    Greenshields: speed = free speed x (1 - k / jam density); flow = density x speed, largest at half the jam density.
    """
    drift = 1.0 + 0.12 * conditions.wander(10, HOUR_NS // 2)
    wet = 1.0 - 0.12 * (conditions.sky.rain_rate(conditions.civil_ns) > 1.0)
    crowding = relative_density(conditions.traffic() * site["demand"] * drift / wet)
    stream_speed = site["free_speed"] * wet * (1.0 - crowding)
    flow = crowding * JAM_DENSITY * stream_speed * site["lanes"]
    count = conditions.draws.poisson(12, flow * conditions.interval_s / 3600.0)
    measured = np.maximum(stream_speed * (1.0 + 0.05 * conditions.draws.normal(13)), 2.0)
    per_lane = count * 3600.0 / conditions.interval_s / site["lanes"]
    occupancy = np.minimum(per_lane * DETECTED_LENGTH_M / (1000.0 * measured), 1.0)
    return {"vehicle_count": count, "speed": np.where(count > 0, measured, np.nan), "occupancy": occupancy}


def relative_density(demand: FloatArray) -> FloatArray:
    """(n,) density over jam density; demand over capacity above 1 queues on the congested branch."""
    free_branch = 0.5 * (1.0 - np.sqrt(1.0 - np.clip(demand, 0.0, 1.0)))
    queue = 0.5 + 0.8 * np.clip(demand - 1.0, 0.0, 0.45)
    return np.where(demand <= 1.0, free_branch, queue)

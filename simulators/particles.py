"""Fine particles in the air of a place: what they come from, and how the weather holds or clears them."""

from dataclasses import dataclass

import numpy as np

from config.civil_time import DAY_NS, HOUR_NS
from simulators.conditions import Conditions
from simulators.draws import Draws, FloatArray
from simulators.rhythm import Curve

_MIXING: Curve = ((0, 1.25), (6, 1.45), (9, 1.10), (13, 0.70), (16, 0.75), (19, 1.10))
"""The mixing layer is shallow at dawn and deep after noon."""
LEAST = 0.5
"""ug/m3: no air is cleaner."""


@dataclass(frozen=True, slots=True)
class Particles:
    """All (n,)."""

    local: FloatArray
    """PM2.5 in ug/m3 from the background and the road."""
    smoke: FloatArray
    """PM2.5 in ug/m3 of what burns."""
    traffic: FloatArray
    """As a share of the busiest hour."""
    held: FloatArray
    """How many times as much stays as on average: wind and rain clear the air."""
    washed: FloatArray
    """Share that the rain has left."""


def particle_sites(draws: Draws) -> dict[str, FloatArray]:
    """(d,) PM2.5 of the background and of the road in its busiest hour, ug/m3."""
    return {"background": 12.0 + 14.0 * draws.uniform(1), "roadside": 6.0 + 22.0 * draws.uniform(2)}


def particles(conditions: Conditions, site: dict[str, FloatArray]) -> Particles:
    """What is in the air around each reading."""
    civil_ns = conditions.civil_ns
    wind = conditions.sky.wind_speed(civil_ns)
    washed = np.exp(-0.04 * conditions.sky.rain_between(civil_ns - 2 * HOUR_NS, civil_ns))
    days = np.exp(0.25 * conditions.wander(10, 2 * DAY_NS) + 0.10 * conditions.wander(11, HOUR_NS))
    held = conditions.daily(_MIXING, _MIXING) * days / np.sqrt(0.5 + 0.5 * wind) * washed
    traffic = conditions.traffic() * conditions.felt("road_demand", 1.0)
    local = (site["background"] + site["roadside"] * traffic) * held
    return Particles(local, conditions.felt("smoke", 0.0) * held, traffic, held, washed)

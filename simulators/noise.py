"""Sound level meters at the roadside: the level follows the traffic, over a quiet background."""

import numpy as np

from config.civil_time import HOUR_NS
from config.settings import Kind
from simulators.conditions import Conditions
from simulators.draws import Draws, FloatArray
from simulators.roster import Roster

DECIMALS = {"laeq": 1}


def sites(devices: Roster, kind: Kind, draws: Draws) -> dict[str, FloatArray]:  # noqa: ARG001
    """Levels in dB(A): of the background, and of the road in its busiest hour."""
    return {"background": 38.0 + 6.0 * draws.uniform(1), "road": 62.0 + 12.0 * draws.uniform(2)}


def readings(conditions: Conditions, site: dict[str, FloatArray]) -> dict[str, FloatArray]:
    """LAeq of the interval in dB(A): energies of road, background and rain add up."""
    rain = 40.0 + 8.0 * np.log10(1.0 + conditions.sky.rain_rate(conditions.civil_ns))
    road = site["road"] + 10.0 * np.log10(conditions.traffic() * conditions.felt("road_demand", 1.0))
    energy = 10.0 ** (site["background"] / 10.0) + 10.0 ** (road / 10.0) + 10.0 ** (rain / 10.0)
    energy = energy + conditions.felt("noise", 0.0)
    swing = 1.0 * conditions.wander(10, HOUR_NS // 6) + 1.6 * conditions.draws.normal(11)
    return {"laeq": np.clip(10.0 * np.log10(energy) + swing, 30.0, 110.0)}

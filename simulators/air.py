"""Air: traffic and still nights raise dust and gases, wind and rain clear them, the sun makes ozone of them."""

import numpy as np

from config.settings import Kind
from simulators.conditions import Conditions
from simulators.draws import Draws, FloatArray
from simulators.particles import LEAST, Particles, particle_sites, particles
from simulators.rhythm import Curve
from simulators.roster import Roster

GASES = ("o3", "so2", "no2", "co", "hc")
DECIMALS = {"pm25": 1, "pm10": 1} | dict.fromkeys(GASES, 1)

_SUN: Curve = ((0, 0.0), (6, 0.0), (9, 0.45), (13, 1.0), (15, 0.85), (18, 0.05), (19, 0.0))
_CO_OF_SMOKE = 10.0
"""g of CO for each g of PM2.5 of burning vegetation (93 and 9.1 g/kg: Akagi et al. 2011, table 1, tropical forest)."""
_WITH_GASES = 0.4
"""Share of the stations that measure all seven parameters of the ISPU; the others have a particle counter."""


def sites(devices: Roster, kind: Kind, draws: Draws) -> dict[str, FloatArray]:  # noqa: ARG001
    """Background and share of traffic in ug/m3, the coarse fraction, and what is burnt around."""
    return {
        **particle_sites(draws),
        "coarse": 0.45 + 0.5 * draws.uniform(3),
        "gases": (draws.uniform(4) < _WITH_GASES).astype(np.float64),
        "burnt": 5.0 + 20.0 * draws.uniform(5),
    }


def readings(conditions: Conditions, site: dict[str, FloatArray]) -> dict[str, FloatArray]:
    """PM2.5, PM10 and the gases in ug/m3; PM10 holds PM2.5 and never lies below it."""
    air = particles(conditions, site)
    swing = 1.0 + 0.04 * conditions.draws.normal(12)
    pm25 = np.maximum((air.local + air.smoke) * swing, LEAST)
    dust = np.maximum(air.local * swing, LEAST) * site["coarse"] * air.washed
    measured = {"pm25": pm25, "pm10": pm25 + dust * np.exp(0.05 * conditions.draws.normal(13))}
    gases = _gases(conditions, site, air)
    for number, (name, concentration) in enumerate(gases.items()):
        noisy = np.maximum(concentration * (1.0 + 0.03 * conditions.draws.normal(14 + number)), 0.1)
        measured[name] = np.where(site["gases"] > 0, noisy, np.nan)
    return measured


def _gases(conditions: Conditions, site: dict[str, FloatArray], air: Particles) -> dict[str, FloatArray]:
    """(n,) each: exhaust gases follow the traffic; ozone the sun, less where fresh exhaust takes it up again."""
    exhaust = site["roadside"] * air.traffic * air.held
    clouds = 1.0 - 0.7 * (conditions.sky.rain_rate(conditions.civil_ns) > 0.2)
    return {
        "o3": np.maximum(25.0 + 70.0 * conditions.daily(_SUN, _SUN) * clouds - 0.5 * exhaust, 4.0),
        "so2": 6.0 + site["burnt"] * air.held,
        "no2": 8.0 + 1.6 * exhaust,
        "co": 250.0 + 45.0 * exhaust + _CO_OF_SMOKE * air.smoke,
        "hc": 12.0 + 1.1 * exhaust,
    }

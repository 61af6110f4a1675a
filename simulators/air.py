"""Air: traffic and still nights raise dust and gases, wind and rain clear them, the sun makes ozone of them."""

import numpy as np

from config.civil_time import DAY_NS, HOUR_NS
from config.settings import Kind
from simulators.conditions import Conditions, Curve
from simulators.draws import Draws, FloatArray
from simulators.roster import Roster

GASES = ("o3", "so2", "no2", "co", "hc")
DECIMALS = {"pm25": 1, "pm10": 1} | dict.fromkeys(GASES, 1)

_MIXING: Curve = ((0, 1.25), (6, 1.45), (9, 1.10), (13, 0.70), (16, 0.75), (19, 1.10))
"""The mixing layer is shallow at dawn and deep after noon."""
_SUN: Curve = ((0, 0.0), (6, 0.0), (9, 0.45), (13, 1.0), (15, 0.85), (18, 0.05), (19, 0.0))
_CO_OF_SMOKE = 10.0
"""g of CO for each g of PM2.5 from burning vegetation (93 and 9.1 g/kg: Akagi et al. 2011, table 1, tropical forest)."""
_WITH_GASES = 0.4
"""Share of the stations that measure all seven parameters of the ISPU; the others have a particle counter."""


def sites(devices: Roster, kind: Kind, draws: Draws) -> dict[str, FloatArray]:  # noqa: ARG001
    """Background and share of traffic in ug/m3, the coarse fraction, and what is burnt around."""
    return {
        "background": 12.0 + 14.0 * draws.uniform(1),
        "roadside": 6.0 + 22.0 * draws.uniform(2),
        "coarse": 0.45 + 0.5 * draws.uniform(3),
        "gases": (draws.uniform(4) < _WITH_GASES).astype(np.float64),
        "burnt": 5.0 + 20.0 * draws.uniform(5),
    }


def readings(conditions: Conditions, site: dict[str, FloatArray]) -> dict[str, FloatArray]:
    """PM2.5, PM10 and the gases in ug/m3; PM10 holds PM2.5 and never lies below it."""
    civil_ns = conditions.civil_ns
    wind = conditions.sky.wind_speed(civil_ns)
    washed = np.exp(-0.04 * conditions.sky.rain_between(civil_ns - 2 * HOUR_NS, civil_ns))
    days = np.exp(0.25 * conditions.wander(10, 2 * DAY_NS) + 0.10 * conditions.wander(11, HOUR_NS))
    held = conditions.daily(_MIXING, _MIXING) * days / np.sqrt(0.5 + 0.5 * wind)
    traffic = conditions.traffic() * conditions.felt("road_demand", 1.0)
    smoke = conditions.felt("smoke", 0.0) * held * washed
    source = (site["background"] + site["roadside"] * traffic) * held * washed
    swing = 1.0 + 0.04 * conditions.draws.normal(12)
    pm25 = np.maximum((source + smoke) * swing, 0.5)
    dust = np.maximum(source * swing, 0.5) * site["coarse"] * washed * np.exp(0.05 * conditions.draws.normal(13))
    measured = {"pm25": pm25, "pm10": pm25 + dust}
    gases = _gases(conditions, site, site["roadside"] * traffic * (held * washed), held * washed, smoke)
    for number, (name, concentration) in enumerate(gases.items()):
        noisy = np.maximum(concentration * (1.0 + 0.03 * conditions.draws.normal(14 + number)), 0.1)
        measured[name] = np.where(site["gases"] > 0, noisy, np.nan)
    return measured


def _gases(
    conditions: Conditions, site: dict[str, FloatArray], exhaust: FloatArray, held: FloatArray, smoke: FloatArray
) -> dict[str, FloatArray]:
    """(n,) each: exhaust gases follow the traffic; ozone the sun, less where fresh exhaust takes it up again."""
    clouds = 1.0 - 0.7 * (conditions.sky.rain_rate(conditions.civil_ns) > 0.2)
    return {
        "o3": np.maximum(25.0 + 70.0 * conditions.daily(_SUN, _SUN) * clouds - 0.5 * exhaust, 4.0),
        "so2": 6.0 + site["burnt"] * held,
        "no2": 8.0 + 1.6 * exhaust,
        "co": 250.0 + 45.0 * exhaust + _CO_OF_SMOKE * smoke,
        "hc": 12.0 + 1.1 * exhaust,
    }

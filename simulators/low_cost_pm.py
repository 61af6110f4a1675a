"""Low-cost particle sensors: they count droplets for dust, so that they read too much where the air is humid."""

import numpy as np

from config.settings import Kind
from simulators.conditions import Conditions
from simulators.draws import Draws, FloatArray
from simulators.particles import LEAST, particle_sites, particles
from simulators.roster import Roster
from simulators.true_values import TRUE
from simulators.weather import relative_humidity

DECIMALS = {"pm25": 1, "temperature": 1, "humidity": 0}

KAPPA = 0.3
"""How much water particles take up: the mean over continents, Andreae and Rosenfeld 2008."""
_DRY_DENSITY = 1.65
"""g/cm3 of dry particles; water has 1."""
_LARGEST_SHARE = 0.95
"""Relative humidity beyond which sensors do not follow the theory."""
_IN_THE_BOX = 1.5
"""Degrees Celsius that its own electronics warm the air in the box, where its temperature and humidity are taken."""


def sites(devices: Roster, kind: Kind, draws: Draws) -> dict[str, FloatArray]:  # noqa: ARG001
    """The air around, and what tells one copy of the sensor from the next: a factor, and how warm its box is."""
    return {
        **particle_sites(draws),
        "sensitivity": np.exp(0.12 * draws.normal(6)),
        "warmer": _IN_THE_BOX * (0.6 + 0.8 * draws.uniform(7)),
    }


def readings(conditions: Conditions, site: dict[str, FloatArray]) -> dict[str, FloatArray]:
    """PM2.5 as the sensor takes it and as it is, ug/m3, and degrees Celsius and % in its box."""
    draws = conditions.draws
    air = particles(conditions, site)
    dust = np.maximum(air.local + air.smoke, LEAST)
    outside = conditions.sky.temperature(conditions.civil_ns) + conditions.felt("heat", 0.0)
    humidity = np.clip(relative_humidity(conditions, outside), 30.0, 100.0)
    inside = outside + site["warmer"]
    raw = dust * site["sensitivity"] * growth(humidity / 100.0) * (1.0 + 0.06 * draws.normal(12))
    return {
        "pm25": np.maximum(raw, 0.0),
        TRUE + "pm25": dust,
        "temperature": inside + 0.1 * draws.normal(13),
        "humidity": np.clip(relative_humidity(conditions, inside) + draws.normal(14), 10.0, 100.0),
    }


def growth(humidity: FloatArray) -> FloatArray:
    """(n,) mass of particles with their water over that of dry ones, at a relative humidity of 0 to 1.

    Volume by kappa-Koehler theory (Petters and Kreidenweis 2007) without the Kelvin term, and mass by the densities
    of water and of dry particles, as Crilley et al. 2018 (doi 10.5194/amt-11-709-2018) correct such sensors.
    """
    activity = np.minimum(humidity, _LARGEST_SHARE)
    return 1.0 + KAPPA / _DRY_DENSITY * activity / (1.0 - activity)

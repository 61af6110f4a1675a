"""River gauges: a slow wave, and a rise that follows the rain by some hours."""

from collections.abc import Sequence

import numpy as np

from config.civil_time import DAY_NS, HOUR_NS
from config.settings import Device, Kind
from simulators.conditions import Conditions
from simulators.draws import Draws, FloatArray

DECIMALS = {"level_cm": 1}

_RUNOFF_H = 24
"""Hours of rain that still stand in the river."""


def sites(devices: Sequence[Device], kind: Kind, draws: Draws) -> dict[str, FloatArray]:  # noqa: ARG001
    """Normal level in cm, cm of rise for each mm of rain at the crest, and hours from rain to crest."""
    return {
        "normal": 90.0 + 160.0 * draws.uniform(1),
        "response": 0.6 + 1.8 * draws.uniform(2),
        "crest_h": 2.0 + 4.0 * draws.uniform(3),
    }


def readings(conditions: Conditions, site: dict[str, FloatArray]) -> dict[str, FloatArray]:
    """Level on the local staff in cm."""
    slow = 12.0 * conditions.wander(10, 4 * DAY_NS)
    ripple = 0.4 * conditions.draws.normal(11)
    level = site["normal"] + slow + site["response"] * _runoff(conditions, site["crest_h"]) + ripple
    return {"level_cm": np.maximum(level, 0.0)}


def _runoff(conditions: Conditions, crest_h: FloatArray) -> FloatArray:
    """(n,) mm of past rain weighted by a gamma-shaped unit hydrograph that is 1 at its crest."""
    hours = np.arange(_RUNOFF_H)[:, np.newaxis]
    end_ns = conditions.civil_ns - hours * HOUR_NS  # axes: hour back, reading
    rain = conditions.sky.rain_between((end_ns - HOUR_NS).ravel(), end_ns.ravel()).reshape(end_ns.shape)
    age = (hours + 0.5) / crest_h
    weighted: FloatArray = (rain * age * np.exp(1.0 - age)).sum(axis=0)
    return weighted

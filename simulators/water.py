"""River gauges: a slow wave, and a rise that follows the rain by some hours and then travels down the river."""

import numpy as np
from numpy.typing import NDArray

from config.civil_time import DAY_NS, HOUR_NS, distinct
from config.settings import Kind
from simulators.conditions import Conditions
from simulators.draws import Draws, FloatArray
from simulators.roster import Roster

DECIMALS = {"level_cm": 1}

_RUNOFF_H = 24
"""Hours of rain that still stand in the river."""


def sites(devices: Roster, kind: Kind, draws: Draws) -> dict[str, FloatArray]:  # noqa: ARG001
    """Normal level in cm, cm of rise for each mm of rain at the crest, hours from rain to crest, and hours on the way.

    With a registered Siaga 3 the normal level lies half a metre or more below it. Down a river the wave of its first
    gauge comes by, later by the travel times between them.
    """
    first, on_the_way_h = _courses(devices)
    below = 50.0 + 70.0 * draws.uniform(4)
    return {
        "normal": devices.each(lambda device: device.siaga_3, 90.0 + 160.0 * draws.uniform(1) + below) - below,
        "response": 0.6 + 1.8 * draws.uniform(2),
        "crest_h": (2.0 + 4.0 * draws.uniform(3))[first],
        "on_the_way_h": on_the_way_h,
    }


def readings(conditions: Conditions, site: dict[str, FloatArray]) -> dict[str, FloatArray]:
    """Level on the local staff in cm."""
    slow = 12.0 * conditions.wander(10, 4 * DAY_NS)
    ripple = 0.4 * conditions.draws.normal(11)
    level = site["normal"] + slow + site["response"] * _runoff(conditions, site) + ripple
    level = level + conditions.felt("level_cm", 0.0)
    return {"level_cm": np.maximum(level, 0.0)}


def _runoff(conditions: Conditions, site: dict[str, FloatArray]) -> FloatArray:
    """(n,) mm of past rain weighted by a gamma-shaped unit hydrograph that is 1 at its crest."""
    hours = np.arange(_RUNOFF_H)
    moments, which = distinct(conditions.civil_ns - np.rint(site["on_the_way_h"] * HOUR_NS).astype(np.int64))
    end_ns = moments - hours[:, np.newaxis] * HOUR_NS  # axes: hour back, moment
    fallen = conditions.sky.rain_between((end_ns - HOUR_NS).ravel(), end_ns.ravel()).reshape(end_ns.shape)
    weighted = np.zeros(len(which))
    for hour in np.flatnonzero(fallen.any(axis=1)).tolist():
        age = (hour + 0.5) / site["crest_h"]
        weighted += fallen[hour][which] * age * np.exp(1.0 - age)
    return weighted


def _courses(devices: Roster) -> tuple[NDArray[np.int64], FloatArray]:
    """Of each gauge the first one up its river, and hours from there; where rivers meet, of the one named first."""
    known = devices.registered
    position = {device.id: at for at, device in enumerate(known)}
    above: dict[int, int] = {}
    for at, device in enumerate(known):
        if device.travel_time is not None and device.downstream in position:
            above.setdefault(position[device.downstream], at)
    first, hours = np.arange(len(devices)), np.zeros(len(devices))
    for at in range(len(known)):
        up, seen = at, {at}
        while up in above and above[up] not in seen:
            up = above[up]
            seen.add(up)
            hours[at] += (known[up].travel_time or 0) / HOUR_NS
        first[at] = up
    return first, hours

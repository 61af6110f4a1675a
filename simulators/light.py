"""Street lights: each switches itself on at dusk and off at dawn, and burns lower while few are about."""

import numpy as np

from config.civil_time import DAY_NS, HOUR_NS, distinct
from config.settings import Kind
from simulators.conditions import Conditions
from simulators.draws import Draws, FloatArray
from simulators.roster import Roster
from simulators.sun import Sun

DECIMALS = {"on": 0, "dimming": 0, "power_w": 1, "energy_kwh": 4}

_LATITUDE = -7.0
"""Of a city that does not say where it lies: Java."""
_DIM_FROM_H, _DIM_FOR_H = -1.0, 5.5
"""By the city's clock: 23:00 to 04:30; own choice, as is the dimmed level in %."""
_DIMMED = 50.0
_STANDBY_W = 0.4
_BROKEN = 0.02
"""Share of the lamps that do not burn, though they are switched on."""


def sites(devices: Roster, kind: Kind, draws: Draws) -> dict[str, FloatArray]:  # noqa: ARG001
    """Where it stands, at which height of the sun it switches, degrees, and its rated power in W."""
    return {
        "latitude": devices.each(lambda device: device.latitude, _LATITUDE),
        "longitude": devices.each(lambda device: device.longitude),
        "switches_at": -3.0 * draws.uniform(1),
        "rated_w": np.array([40.0, 60.0, 90.0, 120.0])[np.floor(4.0 * draws.uniform(2)).astype(np.int64)],
        "burns": (draws.uniform(3) >= _BROKEN).astype(np.float64),
    }


def readings(conditions: Conditions, site: dict[str, FloatArray]) -> dict[str, FloatArray]:
    """Whether it is on, how bright in %, W, and kWh since noon."""
    since_h, dark_h = _night(conditions, site)
    civil_h = (conditions.civil_ns + DAY_NS // 2) % DAY_NS / HOUR_NS - 12.0
    # From the city's midnight to that of the sun, to which dusk and dawn are symmetric.
    later_h = (since_h - civil_h + 12.0) % 24.0 - 12.0
    dims_h = np.maximum(_DIM_FROM_H + later_h, -dark_h)
    undims_h = np.minimum(_DIM_FROM_H + _DIM_FOR_H + later_h, dark_h)
    on = (since_h >= -dark_h) & (since_h < dark_h)
    dimmed = on & (since_h >= dims_h) & (since_h < undims_h)
    level = np.where(dimmed, _DIMMED, 100.0) * on
    lit_h = np.clip(since_h + dark_h, 0.0, 2.0 * dark_h)
    dimmed_h = np.clip(since_h - dims_h, 0.0, np.maximum(undims_h - dims_h, 0.0))
    full_h = lit_h - (1.0 - _DIMMED / 100.0) * dimmed_h
    swing = 1.0 + 0.01 * conditions.draws.normal(11)
    return {
        "on": on.astype(np.float64),
        "dimming": level,
        "power_w": site["rated_w"] * site["burns"] * level / 100.0 * swing + _STANDBY_W,
        "energy_kwh": (site["rated_w"] * site["burns"] * full_h + _STANDBY_W * (since_h + 12.0)) / 1000.0,
    }


def _night(conditions: Conditions, site: dict[str, FloatArray]) -> tuple[FloatArray, FloatArray]:
    """(n,) hours since solar midnight, -12 to 12, and hours of darkness on each side of it."""
    shown_h = (conditions.civil_ns - conditions.time_ns) / HOUR_NS
    east_h = np.where(np.isnan(site["longitude"]), shown_h, site["longitude"] / 15.0)
    mean_ns = conditions.time_ns + np.rint(east_h * HOUR_NS).astype(np.int64)
    nights, which = distinct((mean_ns + DAY_NS // 2) // DAY_NS)
    sun = Sun.on(nights.astype(np.float64))
    since_h = (mean_ns - nights[which] * DAY_NS) / HOUR_NS + sun.ahead_h[which]
    of_rows = Sun(sun.declination[which], sun.ahead_h[which])
    return since_h, of_rows.dark_h(site["latitude"], site["switches_at"])

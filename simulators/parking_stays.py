"""Single spaces with a sensor in the ground: one vehicle after the other, each with its own stay."""

from dataclasses import replace

import numpy as np

from config.civil_time import HOUR_NS
from simulators.conditions import Conditions
from simulators.draws import Draws, FloatArray
from simulators.land_uses import LAND_USES
from simulators.parking_events import crowd, still_there

_RHYTHMS = tuple(use.rhythm for use in LAND_USES)
_TURN_NS = HOUR_NS
"""Each space has at most one vehicle in a turn; it stays for as much of it as spaces around are taken."""
_PASSING = 0.002
"""Share of readings in which a vehicle that only passes over the space looks like a change."""


def is_taken(conditions: Conditions, site: dict[str, FloatArray]) -> FloatArray:
    """(n,) 1 where a vehicle stands on the space, else 0. `turn`: (n,) when its turns begin, as a share of one."""
    offset_ns = (site["turn"] * _TURN_NS).astype(np.int64)
    turn = (conditions.civil_ns - offset_ns) // _TURN_NS
    begins_ns = turn * _TURN_NS + offset_ns
    around = replace(conditions, civil_ns=begins_ns)
    fill = fill_of(around, site)
    draws = Draws(conditions.draws.key, turn)
    stay = np.clip(fill * site["popularity"] * (0.7 + 0.6 * draws.uniform(20)) + crowd(conditions), 0.02, 0.97)
    comes = draws.uniform(21) * (1.0 - stay)
    within = (conditions.civil_ns - begins_ns) / _TURN_NS
    stands = (within >= comes) & (within < comes + stay) & (still_there(conditions) > 0.5)
    passing = conditions.draws.uniform(22) < _PASSING
    return (stands ^ passing).astype(np.float64)


def fill_of(conditions: Conditions, site: dict[str, FloatArray]) -> FloatArray:
    """(n,) share of the spaces that are taken around there, by the land use."""
    return conditions.along_each(_RHYTHMS, site["land_use"], site["pasaran"])

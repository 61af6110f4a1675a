"""Kiosks with four buttons at public counters: people answer while the counters are open."""

import numpy as np

from config.civil_time import DAY_NS
from config.settings import Kind
from simulators.conditions import Conditions
from simulators.days import Day
from simulators.draws import Draws, FloatArray
from simulators.rhythm import Rhythm
from simulators.roster import Roster

ANSWERS = ("very_satisfied", "satisfied", "fair", "not_satisfied")
DECIMALS = dict.fromkeys(ANSWERS, 0)

_OPEN = Rhythm(
    ((0, 0.0), (7, 0.0), (9, 1.0), (11, 0.9), (12, 0.4), (13, 0.7), (15, 0.5), (16, 0.0)),
    ((0, 0.0), (8, 0.0), (10, 0.25), (12, 0.0)),
    times=(
        (Day.HOLIDAY, ((0, 0.0),)),
        (Day.FRIDAY, ((11, 1.0), (11.5, 0.3), (12, 0.0), (12.75, 0.0), (13.25, 0.8), (14, 1.0))),
        # Offices are open from 08:00 to 15:00, with a shorter break; Perpres 21/2023.
        (Day.RAMADAN, ((8, 0.0), (9, 0.9), (11, 1.0), (12, 1.5), (13, 1.0), (14.5, 0.7), (15, 0.0), (16, 0.0))),
    ),
)


def sites(devices: Roster, kind: Kind, draws: Draws) -> dict[str, FloatArray]:  # noqa: ARG001
    """Answers in the busiest hour, and how well people are served there, 0 to 1."""
    return {"busiest": 12.0 + 40.0 * draws.uniform(1), "service": 0.45 + 0.4 * draws.uniform(2)}


def readings(conditions: Conditions, site: dict[str, FloatArray]) -> dict[str, FloatArray]:
    """Answers since the reading before. Where many wait, fewer are satisfied."""
    crowd = conditions.along(_OPEN)
    served = np.clip(site["service"] - 0.15 * crowd + 0.08 * conditions.wander(10, DAY_NS), 0.05, 0.95)
    mean = site["busiest"] * crowd * conditions.interval_s / 3600.0
    shares = (served**2, 1.5 * served * (1.0 - served), 0.5 * served * (1.0 - served) + 0.6 * (1.0 - served) ** 2)
    last = 0.4 * (1.0 - served) ** 2
    return {
        name: conditions.draws.poisson(11 + number, mean * share)
        for number, (name, share) in enumerate(zip(ANSWERS, (*shares, last), strict=True))
    }

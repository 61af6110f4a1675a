"""Litter bins: filled by who passes, emptied on rounds that now and then do not come."""

import numpy as np

from config.civil_time import DAY_NS, HOUR_NS
from config.settings import Kind
from simulators.conditions import Conditions
from simulators.draws import Draws, FloatArray
from simulators.rhythm import Curve
from simulators.roster import Roster

DECIMALS = {"fill": 0, "temperature": 1}

_PLACES: tuple[tuple[tuple[str, ...], Curve], ...] = (
    (("pasar", "market"), ((0, 0.1), (3, 0.5), (6, 2.0), (10, 2.2), (13, 1.0), (18, 0.5), (22, 0.2))),
    (("perumahan", "housing"), ((0, 0.2), (5, 0.8), (7, 1.6), (10, 0.8), (17, 1.4), (20, 1.6), (23, 0.4))),
    (("alun", "taman", "park"), ((0, 0.3), (6, 0.8), (10, 0.6), (15, 1.2), (19, 2.4), (22, 1.2))),
    (("kantor", "sekolah", "office", "school"), ((0, 0.0), (6, 0.4), (9, 1.6), (12, 2.6), (15, 1.2), (18, 0.2))),
)
"""Words of a name, and how much is thrown in at which hour; only the shape counts. Own choice."""
_SUN: Curve = ((0, 0.0), (6, 0.0), (9, 0.5), (13, 1.0), (16, 0.6), (18, 0.0))
_NOT_EMPTIED = 0.04
"""Share of the rounds that leave a bin out."""
_ROUNDS_BACK = 3
"""Then the one before counts, and so on; further back they all came."""
_GRID_H = np.arange(0.0, 24.01, 0.25)


def sites(devices: Roster, kind: Kind, draws: Draws) -> dict[str, FloatArray]:  # noqa: ARG001
    """What stands around it, how much of it fills in a day, and when it is emptied: hour, every so many days, which."""
    a_day = 0.2 + 0.75 * draws.uniform(2)
    every = np.clip(np.floor(0.9 / a_day), 1.0, 3.0)
    drawn = np.floor(draws.uniform(1) * len(_PLACES))
    return {
        "place": devices.each(lambda device: _place_of(f"{device.id} {device.name}".lower()), drawn),
        "a_day": a_day,
        "every_d": every,
        "first_d": np.floor(draws.uniform(3) * every),
        "round_h": 4.0 + 5.0 * draws.uniform(4),
        "left": 4.0 * draws.uniform(5),
    }


def readings(conditions: Conditions, site: dict[str, FloatArray]) -> dict[str, FloatArray]:
    """How full it is, 0 to 100 %, and degrees Celsius under its lid."""
    now_d, emptied_d = conditions.civil_ns / DAY_NS, _emptied_d(conditions, site)
    thrown = 100.0 * site["a_day"] * (_thrown(now_d, site["place"]) - _thrown(emptied_d, site["place"]))
    level = site["left"] + thrown + 1.0 * conditions.draws.normal(11)
    warmth = conditions.sky.temperature(conditions.civil_ns) + 4.0 * conditions.daily(_SUN, _SUN)
    return {
        "fill": np.clip(level, 0.0, 100.0),
        "temperature": warmth + conditions.felt("heat", 0.0) + 0.2 * conditions.draws.normal(12),
    }


def _emptied_d(conditions: Conditions, site: dict[str, FloatArray]) -> FloatArray:
    """(n,) days of the city's clock at which it was emptied last."""
    begins_d = site["first_d"] + site["round_h"] * HOUR_NS / DAY_NS
    last = np.floor((conditions.civil_ns / DAY_NS - begins_d) / site["every_d"]).astype(np.int64)
    for _ in range(_ROUNDS_BACK):
        left_out = Draws(conditions.draws.key, last).uniform(20) < _NOT_EMPTIED
        if not left_out.any():
            break
        last = last - left_out
    return begins_d + last * site["every_d"]


def _thrown(day: FloatArray, place: FloatArray) -> FloatArray:
    """(n,) whole bins of a day's litter since 1 January 1970: it only ever grows."""
    whole = np.floor(day)
    hour = 24.0 * (day - whole)
    share = np.zeros(len(day))
    for number, grown in enumerate(_GROWN):
        rows = place == number
        share[rows] = np.interp(hour[rows], _GRID_H, grown)
    return whole + share


def _grown(curve: Curve) -> FloatArray:
    """(g,) share of the day's litter by each quarter of an hour."""
    hours, values = zip(*curve, strict=True)
    rate = np.interp(_GRID_H, hours, values, period=24.0)
    grown = np.concatenate([[0.0], np.cumsum((rate[1:] + rate[:-1]) / 2.0)])
    shares: FloatArray = grown / grown[-1]
    return shares


def _place_of(text: str) -> int | None:
    found = (number for number, (words, _) in enumerate(_PLACES) if any(word in text for word in words))
    return next(found, None)


_GROWN = tuple(_grown(curve) for _, curve in _PLACES)

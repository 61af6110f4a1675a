"""How road traffic rises and falls over a day, as a share of its busiest hour: on a road, at a school, at a market."""

import re

import numpy as np

from config.settings import Device
from simulators.days import Day
from simulators.draws import FloatArray
from simulators.movable_days import PASARAN
from simulators.rhythm import Curve, Rhythm
from simulators.roster import Roster

_WORKDAY: Curve = (
    *((0, 0.10), (3, 0.06), (5, 0.25), (7, 1.0), (9, 0.68), (12, 0.72)),
    *((15, 0.78), (17, 1.0), (19, 0.62), (22, 0.28)),
)
_WEEKEND: Curve = (
    *((0, 0.14), (3, 0.07), (6, 0.22), (9, 0.52), (11, 0.62), (15, 0.60)),
    *((17, 0.70), (19, 0.68), (22, 0.32)),
)
_FRIDAY: Curve = ((11, 1.0), (11.5, 0.9), (12, 0.55), (12.75, 0.6), (13.25, 1.0))
"""The noon prayer, about 11:40 to 12:30."""
_RAMADAN: Curve = (
    *((0, 1.3), (2, 1.3), (3, 2.2), (4, 2.0), (5, 0.9), (6, 0.8), (7, 0.85), (8, 1.0), (12, 0.85), (14, 1.0)),
    *((15, 1.2), (16, 1.25), (17, 0.85), (17.75, 0.4), (18.25, 0.4), (18.75, 0.8), (19.25, 0.75), (20.25, 1.1)),
    *((21, 1.5), (23, 1.5)),
)
"""Meals before dawn; everybody home before the fast is broken at sunset, about 17:45; out again after tarawih."""
_LEBARAN: Curve = ((0, 1.0), (5, 1.2), (6, 1.6), (7, 1.0), (8, 1.2), (10, 1.5), (16, 1.4), (20, 1.1))
"""To the prayer, then to all relatives."""
_CALENDAR = ((Day.FRIDAY, _FRIDAY), (Day.RAMADAN, _RAMADAN), (Day.LEBARAN, _LEBARAN))
_FEW_PUPILS: Curve = ((5.5, 1.0), (6.5, 0.88), (7, 0.9), (8, 1.0))
_NO_PUPILS: Curve = (
    *((5.5, 1.0), (6.25, 0.75), (6.75, 0.55), (7.5, 0.9), (8, 1.0), (12, 0.95), (12.75, 0.6), (13.5, 1.0)),
)

ROAD = Rhythm(_WORKDAY, _WEEKEND, times=(*_CALENDAR, (Day.NO_SCHOOL, _FEW_PUPILS)))
AT_SCHOOL = Rhythm(
    (
        *((0, 0.08), (3, 0.05), (5, 0.25), (6, 0.75), (6.75, 1.15), (7.25, 0.75), (9, 0.50), (12, 0.60)),
        *((12.75, 0.95), (13.5, 0.65), (15, 0.65), (17, 0.80), (19, 0.50), (22, 0.22)),
    ),
    _WEEKEND,
    times=(*_CALENDAR, (Day.NO_SCHOOL, _NO_PUPILS)),
)
AT_MARKET = Rhythm(
    (
        *((0, 0.12), (2, 0.15), (4, 0.60), (5.5, 0.90), (7, 1.0), (9, 0.78), (12, 0.62), (15, 0.65)),
        *((17, 0.85), (19, 0.50), (22, 0.22)),
    ),
    (
        *((0, 0.14), (2, 0.18), (4, 0.62), (5.5, 0.92), (7, 0.95), (9, 0.85), (12, 0.62)),
        *((15, 0.60), (17, 0.72), (22, 0.25)),
    ),
    times=(*_CALENDAR, (Day.MARKET, ((2, 1.0), (4, 1.2), (9, 1.25), (11, 1.1), (13, 1.0)))),
)
ROADS = (ROAD, AT_SCHOOL, AT_MARKET)
SCHOOL_WORDS = ("sekolah", "sdn", "smp", "smpn", "sma", "sman", "smk", "smkn", "madrasah", "school")
_WORDS = ((AT_SCHOOL, SCHOOL_WORDS), (AT_MARKET, ("pasar", "market")))


def surroundings(devices: Roster, drawn: FloatArray) -> dict[str, FloatArray]:
    """(d,) `road`: place in `ROADS`, where a name tells it; `pasaran`: the day of the market beside it, else -1."""
    road = devices.each(lambda device: ROADS.index(_road_of(device)), 0.0)
    markets = road == ROADS.index(AT_MARKET)
    return {"road": road, "pasaran": np.where(markets, pasaran_beside(devices, drawn), -1.0)}


def pasaran_beside(devices: Roster, drawn: FloatArray) -> FloatArray:
    """(d,) which day of the pasaran week the market has: by the name (Pasar Pon), else as drawn, 0 to 1."""
    return devices.each(_named_pasaran, np.floor(drawn * len(PASARAN)))


def _road_of(device: Device) -> Rhythm:
    words = _words(device)
    return next((rhythm for rhythm, named in _WORDS if not words.isdisjoint(named)), ROAD)


def _named_pasaran(device: Device) -> int | None:
    words = _words(device)
    return next((place for place, name in enumerate(PASARAN) if name in words), None)


def _words(device: Device) -> set[str]:
    return {*re.findall(r"[a-z]+", f"{device.id} {device.name}".lower())}

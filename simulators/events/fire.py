"""A fire, such as of a market: smoke and sirens around it, its car park closes, its road too, and the others fill."""

from collections.abc import Iterator
from typing import Annotated

import numpy as np
from pydantic import Field

from config.durations import UNITS_NS
from config.section import Duration, Name
from simulators.draws import FloatArray
from simulators.events.courses import Swell, Switch
from simulators.events.event import Event
from simulators.events.haze import BREATHING
from simulators.events.influences import Influence
from simulators.events.stage import Stage, bearing_from, km_between, nearness

_MINUTE_NS = UNITS_NS["m"]
_CALM = 0.15
"""How much of the smoke drifts against the wind."""
_SIREN_DB, _SIREN_M = 95.0, 50.0
"""dB(A) of engines and sirens, at that distance."""
_AFTERWARDS_NS = UNITS_NS["h"]
"""Road and car park stay closed for so long after the fire."""


class Fire(Event):
    device: Name
    """The car park of what burns; it closes."""
    closes: tuple[Name, ...] = ()
    """Other car parks that close with it."""
    amount: Annotated[float, Field(gt=0, le=20_000)] = 800.0
    """ug/m3 of PM2.5 close to it, in the wind."""
    lasts: Duration = 2 * UNITS_NS["h"]
    reach: Annotated[float, Field(gt=0, le=50)] = 0.8
    """km at which smoke and traffic are felt a third as much."""


def influences(fire: Fire, stage: Stage, wind_from: float) -> Iterator[Influence]:
    """`wind_from`: degrees from north."""
    car_parks = stage.of("parking")
    place = car_parks[car_parks.ids.index(fire.device)]
    burning = Swell(20 * _MINUTE_NS, fire.lasts, 40 * _MINUTE_NS)
    closed = fire.lasts + _AFTERWARDS_NS
    for kind in BREATHING:
        devices = stage.of(kind)
        near = nearness(km_between(devices, (place,)), fire.reach)
        smoke = fire.amount * near * _drift(bearing_from(devices, place), wind_from)
        yield stage.at(kind, "smoke", smoke, fire.begin, burning)
    metres = np.maximum(km_between(stage.of("noise"), (place,)) * 1000.0, 10.0)
    siren = np.where(metres < 3000.0 * fire.reach, 10.0 ** (_SIREN_DB / 10.0) * (_SIREN_M / metres) ** 2, 0.0)
    yield stage.at("noise", "noise", siren, fire.begin, burning)
    yield from _roads(fire, stage, Swell(5 * _MINUTE_NS, closed, 15 * _MINUTE_NS))
    shut = np.array([float(identifier in (fire.device, *fire.closes)) for identifier in car_parks.ids])
    yield stage.at("parking", "closed", shut, fire.begin, Switch(closed))


def _roads(fire: Fire, stage: Stage, course: Swell) -> Iterator[Influence]:
    """The nearest road is closed; its traffic takes the others around."""
    car_parks, roads = stage.of("parking"), stage.of("traffic")
    if not len(roads):
        return
    km = km_between(roads, (car_parks[car_parks.ids.index(fire.device)],))
    nearest = int(np.argmin(km))
    closed, detour = np.zeros(len(roads)), 0.3 * nearness(km, fire.reach)
    if np.isfinite(km[nearest]):
        closed[nearest], detour[nearest] = -1.0, 0.0
    yield stage.at("traffic", "road_capacity", closed, fire.begin, course)
    yield stage.at("traffic", "road_demand", detour, fire.begin, course)


def _drift(bearing: FloatArray, wind_from: float) -> FloatArray:
    """(d,) 1 straight downwind, little against it; 0.5 where nobody knows the direction."""
    along = np.cos(np.radians(bearing - wind_from - 180.0))
    return np.where(np.isnan(bearing), 0.5, _CALM + (1.0 - _CALM) * np.maximum(along, 0.0))

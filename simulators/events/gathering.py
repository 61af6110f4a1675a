"""A festival, a match, a sermon: people come, their vehicles fill the car parks, and later all of them leave."""

from collections.abc import Iterator
from typing import Annotated, Self

import numpy as np
from pydantic import Field, model_validator

from config.durations import UNITS_NS
from config.section import Duration, Name, Wait
from config.settings import Device
from simulators.draws import FloatArray
from simulators.events.courses import Ramp, Swell
from simulators.events.event import Event
from simulators.events.influences import Influence
from simulators.events.stage import Stage, km_between, nearness, within
from simulators.roster import Roster

_NOISE_REACH_KM = 0.3
_METRE_KM = 0.001
_LOOKS = 24
"""How often within its time the car parks are asked how much is free."""


class Gathering(Event):
    devices: tuple[Name, ...] = ()
    """The car parks that fill."""
    zones: tuple[Name, ...] = ()
    """Or all car parks of these zones."""
    share: Annotated[float, Field(gt=0, le=1)] = 1.0
    """Of the spaces that would be free, how many fill."""
    arrive: Duration = UNITS_NS["h"]
    """How long people go on arriving."""
    stay: Wait = 2 * UNITS_NS["h"]
    leave: Duration = 45 * UNITS_NS["m"]
    traffic: Annotated[float, Field(ge=0, le=10)] = 0.5
    """How much more traffic there is on the roads around, as a share, while people arrive and leave."""
    noise: Annotated[float, Field(ge=0, le=140)] = 75.0
    """dB(A) that the crowd makes 100 m away."""
    reach: Annotated[float, Field(gt=0, le=50)] = 1.0
    """km at which the roads feel a third of it."""

    @model_validator(mode="after")
    def _somewhere(self) -> Self:
        if not self.devices and not self.zones:
            raise ValueError("name the devices or the zones whose car parks fill")
        return self


def influences(gathering: Gathering, stage: Stage) -> Iterator[Influence]:
    car_parks = stage.of("parking")
    rows = np.flatnonzero(_fills(gathering, car_parks))
    # Made car parks have no position; their zone says where they are.
    places = [car_parks[row] for row in rows.tolist() if row < len(car_parks.registered)]
    begin, stays = gathering.begin, gathering.arrive + gathering.stay
    share = np.zeros(len(car_parks))
    if len(rows):
        share[rows] = gathering.share * _room(gathering, stage)[rows]
    yield stage.at("parking", "crowd_came", share, begin, Ramp(gathering.arrive))
    yield stage.at("parking", "crowd_left", share, begin + stays, Ramp(gathering.leave))
    for kind in ("traffic", "air", "pm", "noise"):
        roads = stage.of(kind)
        more = gathering.traffic * nearness(_km(gathering, roads, places), gathering.reach)
        yield stage.at(kind, "road_demand", more, begin, _busy(gathering.arrive))
        yield stage.at(kind, "road_demand", more, begin + stays, _busy(gathering.leave))
    heard = _heard(gathering.noise, _km(gathering, stage.of("noise"), places))
    meanwhile = Swell(gathering.arrive, max(gathering.stay, 1), gathering.leave)
    yield stage.at("noise", "noise", heard, begin, meanwhile)


def _fills(gathering: Gathering, car_parks: Roster) -> FloatArray:
    named = np.array([float(identifier in gathering.devices) for identifier in car_parks.ids])
    return np.maximum(named, within(car_parks, gathering.zones)) if gathering.zones else named


def _room(gathering: Gathering, stage: Stage) -> FloatArray:
    """(d,) share of the spaces of each car park that can fill: at no time more than are free then."""
    stays_ns = gathering.arrive + gathering.stay
    since_ns = np.linspace(0.0, stays_ns + gathering.leave, _LOOKS)[1:-1]
    there = Ramp(gathering.arrive)(since_ns) - Ramp(gathering.leave)(since_ns - stays_ns)
    free = stage.free_share(stage.start_ns + gathering.begin + since_ns.astype(np.int64))
    room: FloatArray = np.minimum((free / there[:, np.newaxis]).min(axis=0), 1.0)
    return room


def _busy(lasts: int) -> Swell:
    """Roads are busy from before the first has arrived until the last has."""
    return Swell(max(lasts // 4, 1), lasts // 2, max(lasts // 4, 1))


def _km(gathering: Gathering, devices: Roster, places: list[Device]) -> FloatArray:
    km = km_between(devices, places)
    return np.where(within(devices, gathering.zones) > 0, np.minimum(km, 0.5), km) if gathering.zones else km


def _heard(level: float, km: FloatArray) -> FloatArray:
    """(d,) sound energy over that of 0 dB, 6 dB less for each doubling of the distance."""
    metres = np.maximum(km / _METRE_KM, 10.0)
    return np.where(km < 3.0 * _NOISE_REACH_KM, 10.0 ** (level / 10.0) * (100.0 / metres) ** 2, 0.0)

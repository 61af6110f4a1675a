"""The city as an event finds it: devices by kind, where they stand and how far from each other."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from config.settings import Device
from simulators.draws import FloatArray
from simulators.events.courses import Course
from simulators.events.influences import Feeling, Influence, IntArray
from simulators.roster import Roster

_KM_A_DEGREE = 111.2
_FAR = 3.0
"""Beyond so many times its reach nothing is felt."""
_ZONE_KM = 1.0
"""How far devices of one zone are taken to be from each other where positions are not registered."""
_NOBODY = {kind: Roster(kind, ()) for kind in ("parking", "traffic", "air", "pm", "noise", "water", "weather")}


@dataclass(frozen=True, slots=True)
class Stage:
    start_ns: int
    """ns UTC, of the scenario."""
    rosters: Mapping[str, Roster]
    """By kind, in the order of its `Group`."""
    on_battery: Mapping[str, NDArray[np.bool_]]
    """By kind, (d,)."""
    free_share: Callable[[IntArray], FloatArray]
    """(t, d) of the car parks: the share of the spaces that is free without any event at (t,) times, ns UTC."""

    def of(self, kind: str) -> Roster:
        return self.rosters.get(kind) or _NOBODY[kind]

    def at(self, kind: str, feeling: Feeling, weight: FloatArray, begin: int, course: Course) -> Influence:
        """One that begins everywhere at once, `begin` ns after the scenario."""
        return self.later(kind, feeling, weight, begin, course, np.zeros(len(weight), dtype=np.int64))

    def later(
        self, kind: str, feeling: Feeling, weight: FloatArray, begin: int, course: Course, delay_ns: IntArray
    ) -> Influence:
        """One that reaches each device (d,) `delay_ns` later."""
        begin_ns = self.start_ns + begin + delay_ns
        return Influence(kind, feeling, weight, begin_ns, course, np.ones(len(weight)))


def km_between(devices: Roster, places: Sequence[Device]) -> FloatArray:
    """(d,) to the nearest of `places`; without positions 1 km within a zone, else infinitely far."""
    nearest = np.full(len(devices), np.inf)
    for place in places:
        nearest = np.minimum(nearest, _km(devices, place))
    return nearest


def nearness(km: FloatArray, reach_km: float) -> FloatArray:
    """(d,) 1 at the place itself, e^-1 at the reach, 0 from three times as far on."""
    return np.where(km < _FAR * reach_km, np.exp(-km / reach_km), 0.0)


def within(devices: Roster, zones: Sequence[str]) -> FloatArray:
    """(d,) 1 in these zones, else 0; no zones: everywhere."""
    return np.array([float(not zones or zone in zones) for zone in devices.zones])


def bearing_from(devices: Roster, place: Device) -> FloatArray:
    """(d,) degrees from north; NaN where a position is not registered."""
    if place.latitude is None or place.longitude is None:
        return np.full(len(devices), np.nan)
    north, east = _degrees_away(devices, place.latitude, place.longitude)
    return np.mod(np.degrees(np.arctan2(east, north)), 360.0)


def _km(devices: Roster, place: Device) -> FloatArray:
    same_zone = np.array([bool(place.zone) and zone == place.zone for zone in devices.zones], dtype=np.bool_)
    km = np.where(same_zone, _ZONE_KM, np.inf)
    if place.latitude is not None and place.longitude is not None:
        known = _KM_A_DEGREE * np.hypot(*_degrees_away(devices, place.latitude, place.longitude))
        km = np.where(np.isnan(known), km, known)
    if devices.kind == place.kind:
        km[devices.ids.index(place.id)] = 0.0
    return km


def _degrees_away(devices: Roster, latitude: float, longitude: float) -> tuple[FloatArray, FloatArray]:
    """(d,) to the north and to the east, in degrees of latitude."""
    north = devices.each(lambda device: device.latitude) - latitude
    east = (devices.each(lambda device: device.longitude) - longitude) * np.cos(np.radians(latitude))
    return north, east

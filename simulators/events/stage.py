"""The city as an event finds it: devices by kind, where they stand and how far from each other."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from config.settings import Device
from simulators.draws import FloatArray
from simulators.events.courses import Course
from simulators.events.influences import Feeling, Influence, IntArray

_KM_A_DEGREE = 111.2
_FAR = 3.0
"""Beyond so many times its reach nothing is felt."""
_ZONE_KM = 1.0
"""How far devices of one zone are taken to be from each other where positions are not registered."""


@dataclass(frozen=True, slots=True)
class Stage:
    start_ns: int
    """ns UTC, of the scenario."""
    devices: dict[str, tuple[Device, ...]]
    """By kind, in the order of its `Group`."""

    def of(self, kind: str) -> tuple[Device, ...]:
        return self.devices.get(kind, ())

    def at(self, kind: str, feeling: Feeling, weight: FloatArray, begin: int, course: Course) -> Influence:
        """One that begins everywhere at once, `begin` ns after the scenario."""
        begin_ns = np.full(len(weight), self.start_ns + begin, dtype=np.int64)
        return Influence(kind, feeling, weight, begin_ns, course, np.ones(len(weight)))

    def later(
        self, kind: str, feeling: Feeling, weight: FloatArray, begin: int, course: Course, delay_ns: IntArray
    ) -> Influence:
        """One that reaches each device (d,) `delay_ns` later."""
        begin_ns = self.start_ns + begin + delay_ns
        return Influence(kind, feeling, weight, begin_ns, course, np.ones(len(weight)))


def km_between(devices: Sequence[Device], places: Sequence[Device]) -> FloatArray:
    """(d,) to the nearest of `places`; without positions 1 km within a zone, else infinitely far."""
    nearest = np.full(len(devices), np.inf)
    for place in places:
        nearest = np.minimum(nearest, _km(devices, place))
    return nearest


def nearness(km: FloatArray, reach_km: float) -> FloatArray:
    """(d,) 1 at the place itself, e^-1 at the reach, 0 from three times as far on."""
    return np.where(km < _FAR * reach_km, np.exp(-km / reach_km), 0.0)


def within(devices: Sequence[Device], zones: Sequence[str]) -> FloatArray:
    """(d,) 1 in these zones, else 0; no zones: everywhere."""
    return np.array([float(not zones or device.zone in zones) for device in devices])


def bearing_from(devices: Sequence[Device], place: Device) -> FloatArray:
    """(d,) degrees from north; NaN where a position is not registered."""
    if place.latitude is None or place.longitude is None:
        return np.full(len(devices), np.nan)
    north = _column(devices, "latitude") - place.latitude
    east = (_column(devices, "longitude") - place.longitude) * np.cos(np.radians(place.latitude))
    return np.mod(np.degrees(np.arctan2(east, north)), 360.0)


def _km(devices: Sequence[Device], place: Device) -> FloatArray:
    same_zone = np.array([bool(place.zone) and device.zone == place.zone for device in devices], dtype=np.bool_)
    unknown = np.where(same_zone, _ZONE_KM, np.inf)
    itself = np.array([device.id == place.id and device.kind == place.kind for device in devices], dtype=np.bool_)
    if place.latitude is None or place.longitude is None:
        return np.where(itself, 0.0, unknown)
    north = _column(devices, "latitude") - place.latitude
    east = (_column(devices, "longitude") - place.longitude) * np.cos(np.radians(place.latitude))
    km = _KM_A_DEGREE * np.hypot(north, east)
    return np.where(itself, 0.0, np.where(np.isnan(km), unknown, km))


def _column(devices: Sequence[Device], setting: str) -> FloatArray:
    said = [getattr(device, setting) for device in devices]
    return np.array([np.nan if value is None else value for value in said], dtype=np.float64)

"""Which zones have devices of a kind, and which of them make up each city; the same as long as no device is new."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class ZoneLayout:
    """`z` zones that have a device, in the order of their numbers, and their cities in order of first sight."""

    zone_of_device: NDArray[np.int64]
    """(d,) position among the zones."""
    city_of_zone: NDArray[np.int64]
    """(z,) position among the cities."""
    zones: tuple[tuple[str, str], ...]
    """(city, zone) names."""
    cities: tuple[str, ...]


def lay_out(zone: NDArray[np.int32], zones: tuple[tuple[str, str], ...]) -> ZoneLayout:
    """`zone` (d,): the index of each device's zone in `zones`."""
    present = np.bincount(zone, minlength=len(zones)) > 0
    names = tuple(zones[number] for number in np.flatnonzero(present).tolist())
    cities = {city: row for row, city in enumerate(dict.fromkeys(city for city, _ in names))}
    city_of_zone = np.array([cities[city] for city, _ in names], dtype=np.int64)
    return ZoneLayout((np.cumsum(present) - 1)[zone], city_of_zone, names, tuple(cities))

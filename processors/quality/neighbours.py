"""What the other devices of the same kind did, in the zone or, where they are too few, in the whole city."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from processors.indicators.indicator_batch import ZoneWindows

Mask = NDArray[np.bool_]
FEWEST = 2
"""Neighbours without whom nothing can be said of an event."""
FEWEST_FOR_MEDIAN = 4
"""Devices of a zone, the judged one among them, whose median is worth comparing with."""


@dataclass(frozen=True, slots=True)
class Groups:
    """(n,) the zone and the city of each row, as numbers from 0."""

    zone: NDArray[np.int64]
    city: NDArray[np.int64]

    @classmethod
    def of(cls, windows: ZoneWindows) -> "Groups":
        cities = {city: number for number, city in enumerate(dict.fromkeys(city for city, _ in windows.zones))}
        city_of_zone = np.array([cities[city] for city, _ in windows.zones], np.int64)
        zone = windows.zone[windows.row].astype(np.int64)
        return cls(zone, city_of_zone[zone])


def share_with(groups: Groups, chosen: Mask, judged: Mask) -> NDArray[np.float64]:
    """(n,) share of the judged neighbours of each row that are chosen; NaN where fewer than two are judged."""
    near = _share(groups.zone, chosen, judged)
    alone = np.isnan(near)
    return np.where(alone, _share(groups.city, chosen, judged), near) if alone.any() else near


def _share(group: NDArray[np.int64], chosen: Mask, judged: Mask) -> NDArray[np.float64]:
    others = np.bincount(group[judged], minlength=int(group.max(initial=0)) + 1)[group] - judged
    alike = np.bincount(group[chosen], minlength=int(group.max(initial=0)) + 1)[group] - chosen
    shares: NDArray[np.float64] = np.divide(alike, others, out=np.full(len(group), np.nan), where=others >= FEWEST)
    return shares


def medians(group: NDArray[np.int64], values: NDArray[np.float64]) -> NDArray[np.float64]:
    """(n,) median of the values of each row's group; NaN where fewer than four are known."""
    known = np.flatnonzero(np.isfinite(values))
    order = known[np.lexsort((values[known], group[known]))]
    numbers = np.arange(int(group.max(initial=0)) + 1)
    begin, end = (np.searchsorted(group[order], numbers, side) for side in ("left", "right"))
    enough = end - begin >= FEWEST_FOR_MEDIAN
    found = np.full(len(numbers), np.nan)
    lower, upper = ((begin + end - 1) // 2)[enough], ((begin + end) // 2)[enough]
    found[enough] = (values[order[lower]] + values[order[upper]]) / 2.0
    of_rows: NDArray[np.float64] = found[group]
    return of_rows

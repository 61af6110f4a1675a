"""smp (satuan mobil penumpang; skr in PKJI 2023): vehicles of all classes as so many passenger cars.

emp of urban roads from MKJI 1997, which PKJI 2023 keeps: a light vehicle is 1, a heavy one (HV, KS/KB) 1.2 or 1.3, a
motorcycle (MC, SM) 0.25 to 0.5, less of it the more traffic there is. Heavy vehicles of a freeway: 2.0, level terrain,
HCM 6 (1.5 in earlier editions).
"""

from dataclasses import dataclass

import numpy as np

from config.roads import ROADS, Road
from processors.indicators.counts import Counts, counts, nothing_counted
from processors.indicators.indicator_batch import ZoneWindows
from processors.indicators.zone_sums import Column, Mask, first_known

CLASSES = ("light_count", "heavy_count", "motorcycle_count")


@dataclass(frozen=True, slots=True)
class Equivalents:
    """emp of one type of road, below and from the flow at which they change."""

    lanes: float
    """Lanes a station counts where nothing is registered: those of one direction, of an undivided road all."""
    change_at: float
    """Vehicles an hour on all these lanes; of a divided or one-way road on each of them."""
    each_lane: bool
    heavy: tuple[float, float]
    motorcycle: tuple[float, float]


EQUIVALENTS: dict[Road, Equivalents] = {
    "2/2-UD": Equivalents(2, 1800, False, (1.3, 1.2), (0.40, 0.25)),
    "2/2-UD-narrow": Equivalents(2, 1800, False, (1.3, 1.2), (0.50, 0.35)),
    "4/2-UD": Equivalents(4, 3700, False, (1.3, 1.2), (0.40, 0.25)),
    "2/1": Equivalents(2, 1050, True, (1.3, 1.2), (0.40, 0.25)),
    "3/1": Equivalents(3, 1100, True, (1.3, 1.2), (0.40, 0.25)),
    "4/2-D": Equivalents(2, 1050, True, (1.3, 1.2), (0.40, 0.25)),
    "6/2-D": Equivalents(3, 1100, True, (1.3, 1.2), (0.40, 0.25)),
    "freeway": Equivalents(2, np.inf, True, (2.0, 2.0), (1.0, 1.0)),
}
UNREGISTERED: Road = "4/2-D"
"""Taken for the road of a station that is registered with none, whose smp then count as not plausible."""

_TABLE = [EQUIVALENTS[road] for road in ROADS]
_LANES = np.array([road.lanes for road in _TABLE])
_CHANGE_AT = np.array([road.change_at for road in _TABLE])
_EACH_LANE = np.array([road.each_lane for road in _TABLE])
_HEAVY = np.array([road.heavy for road in _TABLE])
_MOTORCYCLE = np.array([road.motorcycle for road in _TABLE])


def tells_classes(windows: ZoneWindows) -> bool:
    """Whether any device of the kind has ever counted classes."""
    return any(quantity in windows.units for quantity in CLASSES)


def counts_vehicles(windows: ZoneWindows) -> bool:
    """Whether any device of the kind has ever counted vehicles, of classes or all together."""
    return "vehicle_count" in windows.units or tells_classes(windows)


def vehicles(windows: ZoneWindows) -> Counts:
    """`vehicle_count`, or the sum of the classes where a device counts only those."""
    total = counts(windows, "vehicle_count")
    if not tells_classes(windows):
        return total
    classes = _classes(windows)
    summed = np.isnan(total.number) & (total.came == 0)
    return Counts(
        number=np.where(summed, _sum(classes), total.number),
        covered_s=np.where(summed, _most(classes, "covered_s"), total.covered_s),
        came=np.where(summed, _most(classes, "came"), total.came),
        plausible=np.where(summed, _all_plausible(classes), total.plausible),
    )


def passenger_units(windows: ZoneWindows) -> Counts:
    """Of the stations that count classes; a class that a station does not send has no vehicles there."""
    if not tells_classes(windows):
        return nothing_counted(len(windows.row))
    classes = _classes(windows)
    light, heavy, motorcycle = (np.nan_to_num(each.number) for each in classes)
    summed, covered = _sum(classes), _most(classes, "covered_s")
    total = Counts(summed, covered, _most(classes, "came"), _all_plausible(classes))
    heavy_emp, motorcycle_emp, assumed = equivalents(windows, total.hourly)
    number = np.where(np.isnan(summed), np.nan, light + heavy * heavy_emp + motorcycle * motorcycle_emp)
    return Counts(number, covered, total.came, total.plausible & ~assumed)


def equivalents(windows: ZoneWindows, flow: Column) -> tuple[Column, Column, Mask]:
    """(n,) emp of heavy vehicles and of motorcycles at a flow (vehicles/h), and whether the road had to be assumed.

    What is registered of a device wins over the table.
    """
    registered = windows.setting("road_number")
    road = np.where(np.isnan(registered), ROADS.index(UNREGISTERED), registered).astype(np.int64)
    share = flow / np.where(_EACH_LANE[road], lanes(windows), 1.0)
    dense = (share >= _CHANGE_AT[road]).astype(np.int64)
    heavy, motorcycle = windows.setting("emp_heavy"), windows.setting("emp_motorcycle")
    assumed = np.isnan(registered) & (np.isnan(heavy) | np.isnan(motorcycle))
    return first_known(heavy, _HEAVY[road, dense]), first_known(motorcycle, _MOTORCYCLE[road, dense]), assumed


def lanes(windows: ZoneWindows) -> Column:
    """(n,) lanes each station counts, registered or usual for its road."""
    road = windows.setting("road_number")
    usual = _LANES[np.where(np.isnan(road), ROADS.index(UNREGISTERED), road).astype(np.int64)]
    return first_known(windows.setting("lanes"), usual)


def _classes(windows: ZoneWindows) -> list[Counts]:
    return [counts(windows, quantity) for quantity in CLASSES]


def _sum(classes: list[Counts]) -> Column:
    """(n,) vehicles of all classes; NaN where a device sends none of them, or less than nothing of one."""
    numbers = np.stack([each.number for each in classes])
    came = np.stack([each.came for each in classes])
    whole = (came > 0).any(axis=0) & ~(np.isnan(numbers) & (came > 0)).any(axis=0)
    return np.where(whole, np.nansum(numbers, axis=0), np.nan)


def _most(classes: list[Counts], name: str) -> Column:
    highest: Column = np.max(np.stack([getattr(each, name) for each in classes]), axis=0)
    return highest


def _all_plausible(classes: list[Counts]) -> Mask:
    came = np.stack([each.came for each in classes]) > 0
    plausible = np.stack([each.plausible for each in classes])
    answer: Mask = np.all(plausible | ~came, axis=0) & np.any(came, axis=0)
    return answer

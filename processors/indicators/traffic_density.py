"""How crowded the road is: detector occupancy, and density from flow and speed or from occupancy."""

from dataclasses import dataclass

import numpy as np

from config.roads import ROADS
from processors.indicators.counts import Counts
from processors.indicators.indicator_batch import ZoneWindows
from processors.indicators.passenger_units import lanes
from processors.indicators.traffic_speed import Speeds, slowness
from processors.indicators.zone_sums import Column, Figure, Mask, ZoneSums, column, first_known, ratio

DETECTOR_LENGTH_M = 6.0
"""Mean length of a vehicle and of the detection zone together where none is registered; 5.5 to 7 m for cars."""
METRES = 1000.0


@dataclass(frozen=True, slots=True)
class Occupancy:
    """Share of the time that detectors are covered; all columns are (n,)."""

    share: Column
    """0 to 1; NaN where none was sent or a reading lies outside, as of a detector whose unit is not the one said."""
    came: Column
    plausible: Mask


def occupancy_of(windows: ZoneWindows) -> Occupancy:
    """`occupancy`, a fraction unless its configured unit is %."""
    window = windows.windows
    whole = 100.0 if windows.units.get("occupancy") == "%" else 1.0
    mean = column(window, "occupancy_mean")
    lowest = first_known(column(window, "occupancy_min"), mean)
    highest = first_known(column(window, "occupancy_max"), mean)
    plausible = (np.minimum(lowest, mean) >= 0) & (np.maximum(highest, mean) <= whole)
    came = np.where(np.isfinite(mean), column(window, "occupancy_count"), 0.0)
    return Occupancy(np.where(plausible, mean / whole, np.nan), came, plausible & windows.believed("occupancy"))


def occupancy(sums: ZoneSums, found: Occupancy) -> Figure:
    """The mean of the stations, each once."""
    return sums.figure("traffic_occupancy", _station_mean(sums, found.share), found.came, found.plausible)


def density_by_occupancy(sums: ZoneSums, windows: ZoneWindows, found: Occupancy) -> Figure:
    """Occupancy x 1000 / g, vehicles on a km of a lane, for an effective length g in m; stations each once."""
    length_m = first_known(windows.setting("detector_length"), np.full(len(windows.row), DETECTOR_LENGTH_M))
    value = _station_mean(sums, found.share * METRES / length_m)
    return sums.figure("traffic_density_occupancy", value, found.came, found.plausible)


def loop_speed(sums: ZoneSums, windows: ZoneWindows, vehicles: Counts, occupied: Occupancy) -> Figure:
    """Of single loops q x g / (1000 x occupancy), harmonic, weighted by vehicles; q on one lane, g in metres.

    A road without vehicles has no speed; a detector that is covered while nobody passes is stuck, or under a queue.
    """
    length_m = first_known(windows.setting("detector_length"), np.full(len(windows.row), DETECTOR_LENGTH_M))
    moves = (vehicles.number > 0) & (occupied.share > 0)
    hourly = np.where(moves, vehicles.hourly / _lanes_of_loop(windows), np.nan)
    speed = hourly * length_m / (METRES * np.where(moves, occupied.share, np.nan))
    weight = np.where(moves, vehicles.number, 0.0)
    hours = np.divide(weight, speed, out=np.zeros(len(weight)), where=moves)
    value = ratio(sums.over_windows(weight), sums.over_windows(hours))
    empty = (vehicles.number == 0) & (occupied.share == 0)
    came = np.where(moves | empty, np.minimum(vehicles.came, occupied.came), 0.0)
    return sums.figure("traffic_speed_loop", value, came, vehicles.plausible & occupied.plausible)


def _lanes_of_loop(windows: ZoneWindows) -> Column:
    """(n,) one where neither lanes nor a road are registered: a loop lies in a lane."""
    said = np.isfinite(windows.setting("lanes")) | np.isfinite(windows.setting("road_number"))
    return np.where(said, lanes(windows), 1.0)


def density(sums: ZoneSums, vehicles: Counts, found: Speeds, occupied: Occupancy) -> Figure:
    """Flow / space-mean speed, vehicles on a km of road; stations weigh as the time they covered.

    A road without vehicles has a density of zero, unless its detector is covered: then they stand on it.
    """
    usable = _usable(vehicles, found, occupied)
    value = _crowd(sums, vehicles, found, np.where(usable, vehicles.covered_s, 0.0))
    return sums.figure("traffic_density", value, _came(vehicles, found, usable), vehicles.plausible & found.plausible)


def freeway_density(sums: ZoneSums, windows: ZoneWindows, units: Counts, found: Speeds, occupied: Occupancy) -> Figure:
    """Passenger cars on a km of a lane of the freeways, from the flow in smp/h and the space-mean speed."""
    usable = _usable(units, found, occupied) & freeways(windows)[windows.row]
    covered = np.where(usable, units.covered_s * lanes(windows), 0.0)
    value = _crowd(sums, units, found, covered)
    return sums.figure("traffic_density_freeway", value, _came(units, found, usable), units.plausible & found.plausible)


def freeways(windows: ZoneWindows) -> Mask:
    """(d,) whether each known device is registered on a freeway."""
    road: Column = windows.registered.get("road_number", np.full(len(windows.zone), np.nan))
    on_freeway: Mask = road == ROADS.index("freeway")
    return on_freeway


def _usable(counted: Counts, found: Speeds, occupied: Occupancy) -> Mask:
    empty = (counted.number == 0) & ~(occupied.share > 0)
    usable: Mask = empty | ((counted.number > 0) & np.isfinite(found.space_mean))
    return usable


def _crowd(sums: ZoneSums, counted: Counts, found: Speeds, covered_s: Column) -> Column:
    seconds_on_a_km = slowness(found, np.where(covered_s > 0, counted.number, 0.0)) * 3600.0
    return ratio(sums.over_windows(seconds_on_a_km), sums.over_windows(covered_s))


def _came(counted: Counts, found: Speeds, usable: Mask) -> Column:
    return np.where(usable, np.where(found.came > 0, np.minimum(counted.came, found.came), 0.0), 0.0)


def _station_mean(sums: ZoneSums, value: Column) -> Column:
    known = np.isfinite(value)
    return ratio(sums.over_windows(np.where(known, value, 0.0)), sums.over_windows(known.astype(np.float64)))

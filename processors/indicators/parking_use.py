"""How car parks are used over a period: parking indices, arrivals and departures, turnover, mean duration."""

from dataclasses import dataclass

import numpy as np

from config.durations import UNITS_NS
from processors.indicators.counts import Counts, counts
from processors.indicators.indicator_batch import ZoneWindows
from processors.indicators.parking_capacity import Capacity, mean_occupied, occupied, readings_of
from processors.indicators.zone_sums import Column, Figure, Mask, ZoneSums, column, ratio

INDEX_FROM_NS = 15 * UNITS_NS["m"]
"""Windows from this size on have parking indices."""
TURNOVER_FROM_NS = UNITS_NS["h"]
"""Windows from this size on have turnover and duration: in a shorter one hardly any vehicle comes and goes."""
MINUTES_IN_HOUR = 60.0


def load_index(sums: ZoneSums, windows: ZoneWindows, capacity: Capacity) -> Figure:
    """Load / (spaces x hours) in percent; above 100 where more vehicles stand than there are spaces."""
    return _index(sums, windows, capacity, "parking_index_load", mean_occupied(windows, capacity))


def peak_index(sums: ZoneSums, windows: ZoneWindows, capacity: Capacity) -> Figure:
    """Largest accumulation / spaces in percent, each car park at its own peak."""
    return _index(sums, windows, capacity, "parking_index_peak", occupied(windows, capacity, "max"))


def hourly(sums: ZoneSums, windows: ZoneWindows, indicator: str, quantity: str) -> Figure:
    """Vehicles an hour through all gates of the zone: a sum of devices, so its coverage is their mean."""
    gates = counts(windows, quantity)
    came = np.isfinite(gates.hourly)
    reported = sums.over_windows(came.astype(np.float64))
    value = np.where(reported > 0, sums.over_windows(np.where(came, gates.hourly, 0.0)), np.nan)
    return sums.figure_by_device(indicator, value, np.where(came, gates.came, 0.0), gates.plausible)


@dataclass(frozen=True, slots=True)
class Volume:
    """Vehicles that stood in car parks at some time of the window; all columns are (n,)."""

    vehicles: Column
    """Those there at its start and those that came; 0 where not `usable`."""
    usable: Mask
    """Whether the device counts arrivals, and its occupied spaces and its capacity are known."""
    entries: Counts

    @property
    def came(self) -> Column:
        """(n,) counts of arrivals of the devices that are usable."""
        return np.where(self.usable, self.entries.came, 0.0)


def volume(windows: ZoneWindows, capacity: Capacity) -> Volume:
    entries = counts(windows, "entries")
    at_start = np.clip(occupied(windows, capacity, "first"), 0.0, None)
    usable = np.isfinite(entries.number) & np.isfinite(at_start) & (capacity.spaces > 0)
    return Volume(np.where(usable, at_start + entries.number, 0.0), usable, entries)


def turnover(sums: ZoneSums, capacity: Capacity, stood: Volume) -> Figure:
    """Volume / spaces: how many vehicles used a space in the window."""
    spaces = sums.over_windows(np.where(stood.usable, capacity.spaces, 0.0))
    return _of_volume(sums, "parking_turnover", ratio(sums.over_windows(stood.vehicles), spaces), stood)


def duration(sums: ZoneSums, windows: ZoneWindows, capacity: Capacity, stood: Volume) -> Figure:
    """Load / volume in minutes: how long a vehicle stood on average, as far as the window saw it."""
    hours = sums.over_windows(np.where(stood.usable, vehicle_hours(windows, capacity), 0.0))
    minutes = MINUTES_IN_HOUR * ratio(hours, sums.over_windows(stood.vehicles))
    return _of_volume(sums, "parking_duration", minutes, stood)


def vehicles_that_stood(sums: ZoneSums, stood: Volume) -> Figure:
    """Volume: a sum of car parks, so its coverage is their mean."""
    some = sums.over_windows(stood.usable.astype(np.float64)) > 0
    value = np.where(some, sums.over_windows(stood.vehicles), np.nan)
    return sums.figure_by_device("parking_volume", value, stood.came, stood.entries.plausible)


def load(sums: ZoneSums, windows: ZoneWindows, capacity: Capacity) -> Figure:
    """Vehicle hours in the window, the area below the accumulation: a sum of car parks, its coverage is their mean."""
    hours = vehicle_hours(windows, capacity)
    known = np.isfinite(hours)
    some = sums.over_windows(known.astype(np.float64)) > 0
    value = np.where(some, sums.over_windows(hours), np.nan)
    told = np.where(known, readings_of(windows, capacity), 0.0)
    return sums.figure_by_device("parking_load", value, told, _plausible(windows, capacity))


def vehicle_hours(windows: ZoneWindows, capacity: Capacity) -> Column:
    """(n,) hours that vehicles stood in the window."""
    hours: Column = np.clip(mean_occupied(windows, capacity), 0.0, None) * windows.windows.size_ns / UNITS_NS["h"]
    return hours


def _of_volume(sums: ZoneSums, indicator: str, value: Column, stood: Volume) -> Figure:
    return sums.figure(indicator, value, stood.came, stood.entries.plausible)


def _index(sums: ZoneSums, windows: ZoneWindows, capacity: Capacity, indicator: str, taken: Column) -> Figure:
    usable = np.isfinite(taken) & (capacity.spaces > 0)
    vehicles = sums.over_windows(np.where(usable, np.clip(taken, 0.0, None), 0.0))
    value = 100.0 * ratio(vehicles, sums.over_windows(np.where(usable, capacity.spaces, 0.0)))
    came = np.where(usable, readings_of(windows, capacity), 0.0)
    return sums.figure(indicator, value, came, _plausible(windows, capacity))


def _plausible(windows: ZoneWindows, capacity: Capacity) -> Mask:
    field = windows.windows
    lowest = np.fmin(np.fmin(column(field, "occupied_min"), column(field, "occupied_mean")), capacity.gates.mean)
    below: Mask = lowest < 0
    return ~(capacity.assumed | below) & windows.believed("occupied")

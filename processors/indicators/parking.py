"""Parking: occupancy, free spaces and vehicles of each zone, and how its spaces are used."""

import numpy as np

from processors.indicators import parking_trend, parking_use
from processors.indicators.indicator_batch import IndicatorBatch, ZoneWindows
from processors.indicators.parking_capacity import (
    Capacity,
    capacities,
    drifted,
    mean_occupied,
    occupied,
    readings_of,
    strays,
)
from processors.indicators.parking_gates import GATES
from processors.indicators.parking_hour import of_the_hour
from processors.indicators.parking_passages import PASSAGES
from processors.indicators.parking_stays import stays
from processors.indicators.steps import HOUR_NS, is_minute_step, is_quarter_step, steps_in
from processors.indicators.zone_sums import Column, Figure, Mask, ZoneSums, column, first_known, ratio

_DIGITS = 9  # decimals that are kept before the target is applied: sums differ in the last by their order


def parking(windows: ZoneWindows) -> IndicatorBatch:
    """`parking_occupancy` (0 to 1, mean over the window), `parking_free` (spaces, at its end), and what follows.

    Of a car park that was silent in the window but has a registered capacity, the share of free spaces is taken to be
    that of the others: a sum over those alone would tell people that the town is full. Coverage says how many spoke.
    What needs a quantity that no device has ever sent, or a longer window, is left out.

    Occupancy is the sum of occupied spaces / the sum of spaces, over the devices that have both. What a device does
    not send follows from capacity = occupied + free. Source: NPTEL, Transportation Engineering, ch. 38 Parking.
    """
    sums = ZoneSums(windows)
    capacity = capacities(windows)
    full = _occupancy(sums, windows, capacity)
    figures = [
        full,
        _above_target(full, windows.rules.parking_target),
        _free(sums, windows, capacity),
        _accumulation(sums, windows, capacity),
        _open(sums, capacity),
    ]
    figures += parking_trend.outlook(windows, figures[0], figures[2])
    if is_minute_step(windows):
        figures += stays(sums, windows, capacity)
    if np.isfinite(capacity.gates.mean).any() or windows.memory.holds(GATES) or windows.memory.holds(PASSAGES):
        figures.append(_drift(sums, windows, capacity))
    return sums.batch(figures + _use(sums, windows, capacity))


def _use(sums: ZoneSums, windows: ZoneWindows, capacity: Capacity) -> list[Figure]:
    figures = []
    size_ns = windows.windows.size_ns
    if size_ns >= parking_use.INDEX_FROM_NS:
        figures.append(parking_use.load(sums, windows, capacity))
        figures.append(parking_use.load_index(sums, windows, capacity))
        figures.append(parking_use.peak_index(sums, windows, capacity))
    if "entries" in windows.units:
        figures.append(parking_use.hourly(sums, windows, "parking_arrivals", "entries"))
    if "exits" in windows.units:
        figures.append(parking_use.hourly(sums, windows, "parking_departures", "exits"))
    if "entries" not in windows.units:
        return figures
    stood = parking_use.volume(windows, capacity)
    if size_ns >= parking_use.TURNOVER_FROM_NS:
        figures.append(parking_use.vehicles_that_stood(sums, stood))
        figures.append(parking_use.turnover(sums, capacity, stood))
        figures.append(parking_use.duration(sums, windows, capacity, stood))
    if is_quarter_step(windows) and steps_in(windows, HOUR_NS) > 1:
        figures += of_the_hour(sums, windows, capacity, stood)
    return figures


def _occupancy(sums: ZoneSums, windows: ZoneWindows, capacity: Capacity) -> Figure:
    taken = mean_occupied(windows, capacity)
    usable = np.isfinite(taken) & np.isfinite(capacity.spaces)
    came = readings_of(windows, capacity)
    spaces = np.where(usable, capacity.spaces, 0.0)
    value = ratio(sums.over_windows(np.clip(taken, 0.0, spaces)), sums.over_windows(spaces))
    return sums.figure("parking_occupancy", value, np.where(usable, came, 0.0), _plausible(windows, capacity))


def _above_target(occupancy: Figure, target: float) -> Figure:
    """1 where the occupancy is above the target, else 0: its mean over a time is the share of that time."""
    above = np.where(np.isnan(occupancy.value), np.nan, np.round(occupancy.value, _DIGITS) > target)
    return Figure("parking_above_target", above, occupancy.coverage, occupancy.quality)


def _free(sums: ZoneSums, windows: ZoneWindows, capacity: Capacity) -> Figure:
    free = first_known(column(windows.windows, "free_last"), capacity.spaces - occupied(windows, capacity, "last"))
    most = first_known(capacity.spaces, np.full(len(free), np.inf))
    value = _with_silent(sums, windows, capacity, np.clip(free, 0.0, most))
    plausible = ~capacity.assumed & (capacity.closed | ((free >= 0) & (free <= most)))
    plausible &= windows.believed("occupied", "free")
    told = first_known(column(windows.windows, "free_count"), readings_of(windows, capacity))
    return sums.figure_by_device("parking_free", value, np.where(np.isfinite(free), told, 0.0), plausible)


def _accumulation(sums: ZoneSums, windows: ZoneWindows, capacity: Capacity) -> Figure:
    """Vehicles that stand there at the end of the window, more than there are spaces where they do."""
    taken = occupied(windows, capacity, "last")
    value = _with_silent(sums, windows, capacity, np.clip(taken, 0.0, None))
    told = np.where(np.isfinite(taken), readings_of(windows, capacity), 0.0)
    return sums.figure_by_device("parking_accumulation", value, told, _plausible(windows, capacity))


def _open(sums: ZoneSums, capacity: Capacity) -> Figure:
    """Spaces in service / spaces there are: tells a car park that is closed from one that is full."""
    known = np.isfinite(capacity.spaces) & (capacity.built > 0)
    built = sums.over_windows(np.where(known, capacity.built, 0.0))
    value = ratio(sums.over_windows(np.where(known, capacity.spaces, 0.0)), built)
    told = np.where(known, sums.readings, 0.0)
    return sums.figure_by_device("parking_open", value, told, ~capacity.assumed)


def _drift(sums: ZoneSums, windows: ZoneWindows, capacity: Capacity) -> Figure:
    """Vehicles by which the counts at gates had to be corrected at the end of the window."""
    counted = np.isfinite(capacity.gates.mean)
    some = sums.over_windows(counted.astype(np.float64)) > 0
    value = np.where(some, sums.over_windows(capacity.gates.corrected), np.nan)
    passed = first_known(column(windows.windows, "entries_count"), column(windows.windows, "exits_count"))
    told = np.where(counted, passed, 0.0)
    return sums.figure_by_device("parking_gate_drift", value, told, np.ones(len(counted), np.bool_))


def _with_silent(sums: ZoneSums, windows: ZoneWindows, capacity: Capacity, spaces: Column) -> Column:
    """(r,) sums of (n,) `spaces`, those of silent car parks estimated by the share of those that spoke."""
    came = np.isfinite(spaces)
    sized = came & np.isfinite(capacity.spaces)
    share = ratio(
        sums.over_windows(np.where(sized, spaces, 0.0)), sums.over_windows(np.where(sized, capacity.spaces, 0.0))
    )
    silent = np.nan_to_num(windows.capacity)
    silent[windows.row[came]] = 0.0
    estimated = np.minimum(np.nan_to_num(share), 1.0) * sums.over_devices(silent)
    reported = sums.over_windows(came.astype(np.float64))
    return np.where(reported > 0, sums.over_windows(np.where(came, spaces, 0.0)) + estimated, np.nan)


def _plausible(windows: ZoneWindows, capacity: Capacity) -> Mask:
    sent = strays(windows, "occupied", capacity) | strays(windows, "free", capacity)
    return ~(capacity.assumed | sent | drifted(windows, capacity)) & windows.believed("occupied", "free")

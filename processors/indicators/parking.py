"""Parking: occupancy and free spaces of each zone."""

from dataclasses import dataclass

import numpy as np

from processors.indicators.indicator_batch import IndicatorBatch, ZoneWindows
from processors.indicators.zone_sums import Column, Figure, Mask, ZoneSums, column, first_known, ratio

BAY_CAPACITY = 1.0


@dataclass(frozen=True, slots=True)
class Capacity:
    """Spaces of each device with a window; both columns are (n,)."""

    spaces: Column
    """NaN: not known. 0: out of service, so its spaces leave the denominator."""
    assumed: Mask


def parking(windows: ZoneWindows) -> IndicatorBatch:
    """`parking_occupancy` (0 to 1, mean over the window) and `parking_free` (spaces, at its end).

    Of a car park that was silent in the window but has a registered capacity, the share of free spaces is taken to be
    that of the others: a sum over those alone would tell people that the town is full. Coverage says how many spoke.

    Occupancy is the sum of occupied spaces / the sum of spaces, over the devices that have both. What a device does
    not send follows from capacity = occupied + free. Source: NPTEL, Transportation Engineering, ch. 38 Parking.
    """
    sums = ZoneSums(windows)
    capacity = capacities(windows)
    return sums.batch([_occupancy(sums, windows, capacity), _free(sums, windows, capacity)])


def capacities(windows: ZoneWindows) -> Capacity:
    """The first that is known of: what the device sends, what is registered, occupied + free, 1 for a bay.

    A device counts as a bay when all its readings lie in 0 to 1 and nothing else is known of it. A car park that is
    empty but for one car looks the same, so the capacity is marked as assumed and lowers the quality.
    """
    field = windows.windows
    sent = column(field, "capacity_last")
    counted = column(field, "occupied_mean") + column(field, "free_mean")
    known = first_known(np.where(sent < 0, np.nan, sent), windows.capacity[windows.row], counted)
    lowest = first_known(column(field, "occupied_min"), column(field, "occupied_mean"))
    highest = first_known(column(field, "occupied_max"), column(field, "occupied_mean"))
    assumed = np.isnan(known) & (lowest >= 0) & (highest <= BAY_CAPACITY)
    return Capacity(np.where(assumed, BAY_CAPACITY, known), assumed)


def _occupancy(sums: ZoneSums, windows: ZoneWindows, capacity: Capacity) -> Figure:
    field = windows.windows
    sent = column(field, "occupied_mean")
    occupied = first_known(sent, capacity.spaces - column(field, "free_mean"))
    usable = np.isfinite(occupied) & np.isfinite(capacity.spaces)
    came = np.where(np.isfinite(sent), column(field, "occupied_count"), column(field, "free_count"))
    spaces = np.where(usable, capacity.spaces, 0.0)
    value = ratio(sums.over_windows(np.clip(occupied, 0.0, spaces)), sums.over_windows(spaces))
    plausible = ~(capacity.assumed | _strays(windows, "occupied", capacity) | _strays(windows, "free", capacity))
    return sums.figure("parking_occupancy", value, np.where(usable, came, 0.0), plausible)


def _free(sums: ZoneSums, windows: ZoneWindows, capacity: Capacity) -> Figure:
    field = windows.windows
    free = first_known(column(field, "free_last"), capacity.spaces - column(field, "occupied_last"))
    came = np.isfinite(free)
    most = first_known(capacity.spaces, np.full(len(free), np.inf))
    counted = np.clip(np.where(came, free, 0.0), 0.0, most)
    sized = came & np.isfinite(capacity.spaces)
    share = ratio(
        sums.over_windows(np.where(sized, counted, 0.0)), sums.over_windows(np.where(sized, capacity.spaces, 0.0))
    )
    silent = np.nan_to_num(windows.capacity)
    silent[windows.row[came]] = 0.0
    estimated = np.nan_to_num(share) * sums.over_devices(silent)
    reported = sums.over_windows(came.astype(np.float64))
    value = np.where(reported > 0, sums.over_windows(counted) + estimated, np.nan)
    plausible = ~capacity.assumed & (free >= 0) & (free <= most)
    return sums.figure_by_device("parking_free", value, came, plausible)


def _strays(windows: ZoneWindows, quantity: str, capacity: Capacity) -> Mask:
    """(n,) whether any reading of the window lies below zero or above the capacity."""
    mean = column(windows.windows, f"{quantity}_mean")
    lowest = first_known(column(windows.windows, f"{quantity}_min"), mean)
    highest = first_known(column(windows.windows, f"{quantity}_max"), mean)
    return (lowest < 0) | (highest > capacity.spaces)

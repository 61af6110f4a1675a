"""Spaces of car parks: how many there are, how many are in service, and what stands on them."""

from dataclasses import dataclass

import numpy as np

from config.durations import SECOND_NS
from processors.indicators.indicator_batch import ZoneWindows
from processors.indicators.parking_gates import Gates, gates
from processors.indicators.parking_passages import passages
from processors.indicators.zone_sums import Column, Mask, column, first_known

BAY_CAPACITY = 1.0


@dataclass(frozen=True, slots=True)
class Capacity:
    """Spaces of each device with a window; all columns are (n,)."""

    spaces: Column
    """NaN: not known. 0: closed or out of service, so its spaces leave the denominator."""
    built: Column
    """Spaces there are, in service or not; NaN: not known."""
    assumed: Mask
    closed: Mask
    """Whether it says that it is closed: what it counts besides is then neither full nor implausible."""
    gates: Gates
    """What stands inside by the counters at the gates."""


def capacities(windows: ZoneWindows) -> Capacity:
    """The first that is known of: what the device sends, what is registered, occupied + free, 1 for a bay.

    A device counts as a bay when all its readings lie in 0 to 1 and nothing else is known of it. A car park that is
    empty but for one car looks the same, so the capacity is marked as assumed and lowers the quality.
    """
    field = windows.windows
    sent = column(field, "capacity_last")
    registered = windows.capacity[windows.row]
    # Below 0 there is nothing to count, and spaces below 0 would turn every share around.
    counted = np.maximum(column(field, "occupied_mean"), 0.0) + np.maximum(column(field, "free_mean"), 0.0)
    stated = first_known(np.where(sent < 0, np.nan, sent), registered)
    missing = np.clip(np.nan_to_num(column(field, "out_of_service_last")), 0.0, None)
    in_service = first_known(np.maximum(stated - missing, 0.0), counted)
    assumed = np.isnan(in_service) & _like_a_bay(windows)
    closed = column(field, "open_last") == 0
    built = np.fmax(np.fmax(stated, registered), in_service)
    spaces = np.where(closed, 0.0, np.where(assumed, BAY_CAPACITY, in_service))
    return Capacity(
        spaces=spaces,
        built=np.where(assumed, BAY_CAPACITY, built),
        assumed=assumed,
        closed=closed,
        gates=_inside(windows, np.where(assumed, np.nan, spaces), closed),
    )


def _inside(windows: ZoneWindows, spaces: Column, closed: Mask) -> Gates:
    """By running counters where gates have them, else by what passed; (n,) spaces, NaN where not known for sure."""
    running = gates(windows, spaces, closed)
    field = windows.windows
    told = first_known(column(field, "occupied_last"), np.where(closed, np.nan, spaces) - column(field, "free_last"))
    believed = (told >= 0) & windows.believed("occupied", "free")
    passed = passages(windows, spaces, closed, np.where(believed, told, np.nan))
    if passed is None:
        return running
    return Gates(
        first=first_known(running.first, passed.first),
        mean=first_known(running.mean, passed.mean),
        last=first_known(running.last, passed.last),
        corrected=running.corrected + passed.corrected,
        doubtful=running.doubtful | passed.doubtful,
    )


def occupied(windows: ZoneWindows, capacity: Capacity, statistic: str) -> Column:
    """(n,) occupied spaces as sent, else capacity - free, else entries - exits; statistic: mean, max, first or last."""
    of_free = "min" if statistic == "max" else statistic
    sent = column(windows.windows, f"occupied_{statistic}")
    free = column(windows.windows, f"free_{of_free}")
    inside = capacity.gates
    by_gates = {"first": inside.first, "mean": inside.mean, "last": inside.last}.get(statistic)
    # The largest number inside is not known: gates only say who passed.
    return first_known(sent, capacity.spaces - free, *([] if by_gates is None else [by_gates]))


def readings_of(windows: ZoneWindows, capacity: Capacity) -> Column:
    """(n,) readings that say how many spaces are occupied."""
    window = windows.windows
    passed = first_known(column(window, "entries_count"), column(window, "exits_count"))
    readings = np.where(np.isfinite(capacity.gates.mean), passed, 0.0)
    for quantity in ("free", "occupied"):
        sent = column(window, f"{quantity}_count")
        readings = np.where(sent > 0, sent, readings)
    return readings


def mean_occupied(windows: ZoneWindows, capacity: Capacity) -> Column:
    """(n,) mean over the window; of a bay whose `occupied` is a state the share of time, however often it reported."""
    seconds = column(windows.windows, "occupied_time_1")
    share = np.minimum(seconds * SECOND_NS / windows.windows.size_ns, 1.0)
    of_bay = np.where(capacity.spaces == BAY_CAPACITY, share, np.nan)
    return first_known(of_bay, occupied(windows, capacity, "mean"))


def strays(windows: ZoneWindows, quantity: str, capacity: Capacity) -> Mask:
    """(n,) whether any reading of the window lies below zero or, of a car park that is open, above the capacity."""
    lowest, highest = _range(windows, quantity)
    return (lowest < 0) | ((highest > capacity.spaces) & ~capacity.closed)


def drifted(windows: ZoneWindows, capacity: Capacity) -> Mask:
    """(n,) whether the gates leave fewer than no vehicle inside, or more than there is room for in an open car park."""
    inside = np.stack([capacity.gates.first, capacity.gates.mean, capacity.gates.last])
    beyond = (inside < 0) | ((inside > capacity.spaces) & ~capacity.closed)
    outside: Mask = np.any(beyond, axis=0) | (capacity.gates.corrected > 0) | capacity.gates.doubtful
    spoken = first_known(column(windows.windows, "occupied_mean"), column(windows.windows, "free_mean"))
    return outside & np.isnan(spoken)


def _like_a_bay(windows: ZoneWindows) -> Mask:
    lowest, highest = _range(windows, "occupied")
    return (lowest >= 0) & (highest <= BAY_CAPACITY)


def _range(windows: ZoneWindows, quantity: str) -> tuple[Column, Column]:
    mean = column(windows.windows, f"{quantity}_mean")
    lowest = first_known(column(windows.windows, f"{quantity}_min"), mean)
    return lowest, first_known(column(windows.windows, f"{quantity}_max"), mean)

"""Speeds of traffic: space-mean and time-mean, V85, and travel time against that of a free road."""

from dataclasses import dataclass

import numpy as np

from processors.indicators.counts import Counts
from processors.indicators.indicator_batch import ZoneWindows
from processors.indicators.zone_sums import Column, Figure, Mask, ZoneSums, column, first_known, ratio


@dataclass(frozen=True, slots=True)
class Speeds:
    """What the devices with a window say of speed; all columns are (n,)."""

    space_mean: Column
    """km/h, harmonic; NaN where nothing moved or no speed was sent."""
    vehicles: Column
    """Vehicles behind the speed; a device that does not count sends a reading for each vehicle."""
    came: Column
    """Readings that answer the question of speed: all of a device's, if it sent a speed or counted no vehicle."""
    plausible: Mask
    """No speed below zero. Zero is a vehicle that stands: outside the harmonic mean, yet plausible."""


def speeds(windows: ZoneWindows, vehicles: Counts) -> Speeds:
    window = windows.windows
    harmonic = column(window, "speed_harmonic")
    weight = first_known(vehicles.number, column(window, "speed_count"))
    answered = (column(window, "speed_count") > 0) | ((vehicles.number == 0) & vehicles.plausible)
    return Speeds(
        space_mean=np.where(harmonic > 0, harmonic, np.nan),
        vehicles=np.where(weight > 0, weight, 0.0),
        came=np.where(answered, window.readings.astype(np.float64), 0.0),
        plausible=~(column(window, "speed_min") < 0) & windows.believed("speed"),
    )


def speed(sums: ZoneSums, found: Speeds) -> Figure:
    """Space-mean speed: the harmonic mean of the devices' harmonic means, weighted by the vehicles counted."""
    weight = np.where(found.space_mean > 0, found.vehicles, 0.0)
    value = ratio(sums.over_windows(weight), sums.over_windows(slowness(found, weight)))
    return sums.figure("traffic_speed", value, found.came, found.plausible)


def time_mean_speed(sums: ZoneSums, windows: ZoneWindows, found: Speeds) -> Figure:
    """The arithmetic mean of the devices' arithmetic means, weighted by the vehicles counted."""
    value = _weighted_mean(sums, column(windows.windows, "speed_mean"), found)
    return sums.figure("traffic_speed_time_mean", value, found.came, found.plausible)


def v85(sums: ZoneSums, windows: ZoneWindows, found: Speeds) -> Figure:
    """The mean of the devices' own V85, weighted by the vehicles counted.

    It is not the percentile of all vehicles of the zone: that needs the devices' histograms, which a window has not.
    """
    value = _weighted_mean(sums, column(windows.windows, "speed_p85"), found)
    return sums.figure("traffic_v85", value, found.came, found.plausible)


def travel_time_index(sums: ZoneSums, windows: ZoneWindows, found: Speeds) -> Figure:
    """Travel time through all stretches of road / that at their registered free speeds, 1 on a free road.

    Its inverse is the facility's travel speed as a share of its base free-flow speed, each the harmonic mean of the
    stations weighted by `length` (HCM). A station without one stands for a stretch as long as the mean of the others
    in its zone or city; where none has one, all are equal.
    """
    free = windows.setting("free_speed")
    known = np.isfinite(found.space_mean) & (found.vehicles > 0) & np.isfinite(free)
    now, at_best = (np.divide(1.0, speed, out=np.zeros(len(free)), where=known) for speed in (found.space_mean, free))
    value = ratio(_over_stretches(sums, windows, now), _over_stretches(sums, windows, at_best))
    came = np.where(np.isfinite(free), found.came, 0.0)
    return sums.figure("traffic_time_index", value, came, found.plausible)


def _over_stretches(sums: ZoneSums, windows: ZoneWindows, slow: Column) -> Column:
    """(r,) sums of length x (n,) h/km."""
    length = windows.setting("length")
    measured = np.isfinite(length)
    unmeasured = sums.over_windows(np.where(measured, 0.0, slow))
    return sums.over_windows(np.where(measured, length * slow, 0.0)) + _usual_length(sums, windows) * unmeasured


def _usual_length(sums: ZoneSums, windows: ZoneWindows) -> Column:
    """(r,) mean of the registered lengths, also of stations that are silent, so that weights stay as they are."""
    registered = windows.registered.get("length")
    if registered is None:
        return np.ones(len(sums))
    mean = ratio(sums.over_devices(registered), sums.over_devices(np.isfinite(registered).astype(np.float64)))
    return first_known(mean, np.ones(len(sums)))


def slowness(found: Speeds, amount: Column) -> Column:
    """(n,) amount / space-mean speed: hours that the vehicles take for a km together; 0 where there is no speed."""
    return np.divide(amount, found.space_mean, out=np.zeros(len(amount)), where=(amount > 0) & (found.space_mean > 0))


def _weighted_mean(sums: ZoneSums, value: Column, found: Speeds) -> Column:
    weight = np.where(value >= 0, found.vehicles, 0.0)
    weighted = np.where(weight > 0, weight * value, 0.0)
    return ratio(sums.over_windows(weighted), sums.over_windows(weight))

"""Traffic: flow, space-mean speed and 85th percentile speed of each zone."""

import numpy as np

from config.durations import SECOND_NS
from processors.indicators.indicator_batch import IndicatorBatch, ZoneWindows
from processors.indicators.zone_sums import Column, Figure, Mask, ZoneSums, column, first_known, ratio

HOUR_S = 3600.0


def traffic(windows: ZoneWindows) -> IndicatorBatch:
    """`traffic_flow` (vehicles/h of a counting station), `traffic_speed` and `traffic_v85` (km/h).

    A reading's `vehicle_count` is what passed since the reading before. Source of the mean speeds: NPTEL, Fundamental
    Relations of Traffic Flow (v_s = n / sum of 1/v).
    """
    sums = ZoneSums(windows)
    return sums.batch([_flow(sums, windows), _speed(sums, windows), _v85(sums, windows)])


def _flow(sums: ZoneSums, windows: ZoneWindows) -> Figure:
    """Vehicles counted x 3600 s / seconds covered, both summed over the stations of the zone."""
    vehicles = counted_vehicles(windows)
    usable = vehicles >= 0
    covered = np.where(usable, covered_seconds(windows), 0.0)
    hourly = sums.over_windows(np.where(usable, vehicles, 0.0)) * HOUR_S
    came = np.where(np.isfinite(vehicles), column(windows.windows, "vehicle_count_count"), 0.0)
    plausible = usable & ~(column(windows.windows, "vehicle_count_min") < 0)
    return sums.figure("traffic_flow", ratio(hourly, sums.over_windows(covered)), came, plausible)


def _speed(sums: ZoneSums, windows: ZoneWindows) -> Figure:
    """Space-mean speed: the harmonic mean of the devices' harmonic means, weighted by the vehicles counted."""
    speed = column(windows.windows, "speed_harmonic")
    weight = np.where(speed > 0, speed_weight(windows), 0.0)
    slowness = np.divide(weight, speed, out=np.zeros(len(speed)), where=weight > 0)
    value = ratio(sums.over_windows(weight), sums.over_windows(slowness))
    return sums.figure("traffic_speed", value, _answered(windows), _forward(windows))


def _v85(sums: ZoneSums, windows: ZoneWindows) -> Figure:
    """The mean of the devices' own V85, weighted by the vehicles counted.

    It is not the percentile of all vehicles of the zone: that needs the devices' histograms, which a window has not.
    """
    v85 = column(windows.windows, "speed_p85")
    weight = np.where(v85 >= 0, speed_weight(windows), 0.0)
    value = ratio(sums.over_windows(np.where(weight > 0, weight * v85, 0.0)), sums.over_windows(weight))
    return sums.figure("traffic_v85", value, _answered(windows), _forward(windows))


def counted_vehicles(windows: ZoneWindows) -> Column:
    """(n,) vehicles that each device counted in the window; a running counter is counted by its rate."""
    window = windows.windows
    sent = column(window, "vehicle_count_mean") * column(window, "vehicle_count_count")
    return first_known(column(window, "vehicle_count_rate") * covered_seconds(windows), sent)


def covered_seconds(windows: ZoneWindows) -> Column:
    """(n,) time that the counts of each device stand for: readings x interval, or the window where none is known.

    A station that sends each minute has one reading in a window of ten seconds, and it counted for sixty.
    """
    interval_ns = windows.interval_ns[windows.row]
    known = np.isfinite(interval_ns) & (interval_ns > 0)
    by_interval = column(windows.windows, "vehicle_count_count") * interval_ns
    return np.where(known, by_interval, float(windows.windows.size_ns)) / SECOND_NS


def speed_weight(windows: ZoneWindows) -> Column:
    """(n,) vehicles behind the speed of each device; a device that does not count sends a reading for each vehicle."""
    weight = first_known(counted_vehicles(windows), column(windows.windows, "speed_count"))
    return np.where(weight > 0, weight, 0.0)


def _answered(windows: ZoneWindows) -> Column:
    """(n,) readings that answer the question of speed: all of a device's, if it sent a speed or counted no vehicle."""
    window = windows.windows
    spoke = column(window, "speed_count") > 0
    empty = column(window, "vehicle_count_mean") == 0
    return np.where(spoke | empty, window.readings.astype(np.float64), 0.0)


def _forward(windows: ZoneWindows) -> Mask:
    """(n,) whether no speed is below zero. Zero is a vehicle that stands: outside the harmonic mean, yet plausible."""
    return ~(column(windows.windows, "speed_min") < 0)

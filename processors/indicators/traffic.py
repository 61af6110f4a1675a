"""Traffic: flow, speed, density, saturation and level of service of each zone."""

import numpy as np

from processors.indicators import level_of_service as los
from processors.indicators import traffic_capacity, traffic_density, traffic_speed
from processors.indicators.counts import Counts
from processors.indicators.indicator_batch import IndicatorBatch, ZoneWindows
from processors.indicators.passenger_units import counts_vehicles, passenger_units, tells_classes, vehicles
from processors.indicators.steps import QUARTER_NS, is_quarter_step
from processors.indicators.traffic_congestion import congested, share_of_free_speed
from processors.indicators.traffic_signals import signal_delay
from processors.indicators.traffic_speed import Speeds, speeds
from processors.indicators.travel_time import has_routes, of_the_day, of_the_window, travel_times
from processors.indicators.zone_sums import Column, Figure, ZoneSums


def traffic(windows: ZoneWindows) -> IndicatorBatch:
    """`traffic_flow` (vehicles/h of a counting station), `traffic_speed`, `traffic_v85` (km/h), and what follows.

    What needs a quantity that no device has ever sent, or a setting that none has, is left out. A reading's
    `vehicle_count` is what passed since the reading before. Sources: NPTEL, Fundamental Relations of Traffic Flow
    (v_s = n / sum of 1/v, k = q / v_s); MKJI 1997 and PKJI 2023; HCM; PM 96/2015.
    """
    sums = ZoneSums(windows)
    counted, units = vehicles(windows), passenger_units(windows)
    found = speeds(windows, counted)
    figures = [traffic_capacity.flow(sums, "traffic_flow", counted)]
    if tells_classes(windows):
        figures.append(traffic_capacity.flow(sums, "traffic_flow_smp", units))
    if windows.windows.usual_ns == traffic_capacity.PEAK_WINDOW_NS:
        figures.append(traffic_capacity.peak_hour_factor(sums, windows, counted))
    if windows.windows.size_ns == QUARTER_NS and is_quarter_step(windows) and counts_vehicles(windows):
        figures += traffic_capacity.rolling_peak_hour_factor(sums, windows, counted)
    figures += _speeds(sums, windows, found)
    figures += _densities(sums, windows, counted, units, found)
    figures += _levels(sums, windows, counted, units, found)
    if np.isfinite(windows.registered.get("free_speed", np.nan)).any():
        share = share_of_free_speed(windows, found, counted.number, traffic_density.occupancy_of(windows))
        figures += congested(sums, windows, share, found)
    if has_routes(windows):
        times = travel_times(windows, found)
        figures += [*of_the_window(sums, times), *of_the_day(sums, windows, times)]
    if "delay" in windows.units:
        figures += signal_delay(sums, windows, counted)
    return sums.batch(figures)


def _speeds(sums: ZoneSums, windows: ZoneWindows, found: Speeds) -> list[Figure]:
    speed = traffic_speed.speed(sums, found)
    return [
        speed,
        traffic_speed.time_mean_speed(sums, windows, found),
        traffic_speed.v85(sums, windows, found),
        _level("traffic_los_speed", speed, los.by_speed(speed.value, windows.rules.los_speed)),
    ]


def _densities(sums: ZoneSums, windows: ZoneWindows, counted: Counts, units: Counts, found: Speeds) -> list[Figure]:
    occupied = traffic_density.occupancy_of(windows)
    figures = [traffic_density.density(sums, counted, found, occupied)]
    if "occupancy" in windows.units:
        figures += [
            traffic_density.occupancy(sums, occupied),
            traffic_density.density_by_occupancy(sums, windows, occupied),
        ]
        if counts_vehicles(windows):
            figures.append(traffic_density.loop_speed(sums, windows, counted, occupied))
    if traffic_density.freeways(windows).any():
        each = traffic_capacity.units_or_vehicles(counted, units)
        density = traffic_density.freeway_density(sums, windows, each, found, occupied)
        level = los.by_density(density.value, windows.rules.los_density)
        figures += [density, _level("traffic_los_freeway", density, level)]
    return figures


def _levels(sums: ZoneSums, windows: ZoneWindows, counted: Counts, units: Counts, found: Speeds) -> list[Figure]:
    """Degree of saturation and travel time index, where capacities and free speeds are registered, and their levels."""
    figures = []
    saturation = np.full(len(sums), np.nan)
    if np.isfinite(windows.capacity).any():
        each = traffic_capacity.units_or_vehicles(counted, units)
        load = traffic_capacity.saturation(sums, windows, each)
        saturation = load.value
        level = los.by_saturation(saturation, windows.rules.los_saturation)
        figures += [load, _level("traffic_los_saturation", load, level)]
    if np.isfinite(windows.registered.get("free_speed", np.nan)).any():
        index = traffic_speed.travel_time_index(sums, windows, found)
        level = los.by_speed_share(1.0 / index.value, windows.rules.los_speed_share, saturation)
        figures += [index, _level("traffic_los_street", index, level)]
    return figures


def _level(indicator: str, of: Figure, level: Column) -> Figure:
    return Figure(indicator, level, of.coverage, of.quality)

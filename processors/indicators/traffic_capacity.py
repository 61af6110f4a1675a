"""What a road carries against what it can carry: flow in smp, degree of saturation, peak-hour factor."""

import numpy as np

from config.durations import SECOND_NS, UNITS_NS
from processors.indicators.counts import HOUR_S, Counts
from processors.indicators.indicator_batch import ZoneWindows
from processors.indicators.steps import reaches_back
from processors.indicators.zone_sums import Column, Figure, Mask, ZoneSums, column, ratio

PEAK_WINDOW_NS = UNITS_NS["h"]
QUARTERS = 4
_SPARE_QUARTERS = 1
"""Late readings may revise the last quarter but one; of older ones the three before are not held."""
_INTERVAL_SLACK = 0.1  # an interval learned from readings follows their jitter, and one gap for a while


def flow(sums: ZoneSums, indicator: str, counted: Counts) -> Figure:
    """Vehicles or smp counted x 3600 s / seconds covered, both summed over the stations of the zone."""
    hourly = sums.over_windows(counted.number) * HOUR_S
    value = ratio(hourly, sums.over_windows(counted.covered_s))
    return sums.figure(indicator, value, counted.came, counted.plausible)


def units_or_vehicles(vehicles: Counts, units: Counts) -> Counts:
    """Units where a station counts classes; else each vehicle as one, which is not plausible: motorcycles are less."""
    classed = units.came > 0
    return Counts(
        number=np.where(classed, units.number, vehicles.number),
        covered_s=np.where(classed, units.covered_s, vehicles.covered_s),
        came=np.where(classed, units.came, vehicles.came),
        plausible=classed & units.plausible,
    )


def saturation(sums: ZoneSums, windows: ZoneWindows, units: Counts) -> Figure:
    """Degree of saturation DJ: sum of flows / sum of capacities in smp/h, over the stations that have both."""
    capacity = windows.capacity[windows.row]
    usable = np.isfinite(units.hourly) & np.isfinite(capacity)
    value = ratio(_over(sums, units.hourly, usable), _over(sums, capacity, usable))
    return sums.figure("traffic_saturation", value, np.where(usable, units.came, 0.0), units.plausible)


def peak_hour_factor(sums: ZoneSums, windows: ZoneWindows, vehicles: Counts) -> Figure:
    """Vehicles of an hour / 4 x those of its busiest quarter, over the stations that sent all four quarters.

    Each station has a busiest quarter of its own. Stations with another interval have no quarters in a window.
    """
    interval_ns = windows.interval_ns[windows.row]
    quarter_ns = PEAK_WINDOW_NS / QUARTERS
    quarterly = np.abs(interval_ns - quarter_ns) <= _INTERVAL_SLACK * quarter_ns
    complete = quarterly & (vehicles.came == QUARTERS) & np.isnan(column(windows.windows, "vehicle_count_rate"))
    busiest = column(windows.windows, "vehicle_count_max")
    usable = complete & vehicles.plausible & np.isfinite(busiest)
    value = ratio(_over(sums, vehicles.number, usable), QUARTERS * _over(sums, busiest, usable))
    return sums.figure("traffic_peak_hour_factor", value, np.where(complete, vehicles.came, 0.0), vehicles.plausible)


def rolling_peak_hour_factor(sums: ZoneSums, windows: ZoneWindows, vehicles: Counts) -> list[Figure]:
    """As `peak_hour_factor`, of the hour that ends with a window of a quarter of an hour, from it and the three before.

    A station has part in it that counted through all four quarters.
    """
    devices, size_ns = len(windows.zone), windows.windows.size_ns
    if not reaches_back(windows, _SPARE_QUARTERS):
        return []
    covered = np.abs(vehicles.covered_s * SECOND_NS - size_ns) <= _INTERVAL_SLACK * size_ns
    history = windows.memory.history("quarters", devices, QUARTERS + _SPARE_QUARTERS, size_ns, np.float32)
    hourly = np.where(covered & vehicles.plausible, vehicles.hourly, np.nan)
    history.put(windows.windows.end_ns, windows.row, hourly)
    quarters = history.until(windows.windows.end_ns, QUARTERS)[:, windows.row].astype(np.float64)
    complete = np.isfinite(quarters).all(axis=0)
    mean, busiest = np.where(complete, quarters, 0.0).mean(axis=0), np.where(complete, quarters, 0.0).max(axis=0)
    value = ratio(sums.over_windows(mean), sums.over_windows(busiest))
    came = np.where(complete, vehicles.came, 0.0)
    return [sums.figure("traffic_peak_hour_factor", value, came, vehicles.plausible)]


def _over(sums: ZoneSums, values: Column, usable: Mask) -> Column:
    return sums.over_windows(np.where(usable, values, 0.0))

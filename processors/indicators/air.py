"""Air: particulate matter of each zone and its index, ISPU."""

import numpy as np

from config.durations import UNITS_NS
from processors.indicators.indicator_batch import IndicatorBatch, ZoneWindows
from processors.indicators.ispu import rounded, sub_index
from processors.indicators.zone_sums import Figure, ZoneSums, column, ratio

PARTICULATES = ("pm25", "pm10")
ISPU_WINDOW_NS = 24 * UNITS_NS["h"]


def air(windows: ZoneWindows) -> IndicatorBatch:
    """`pm25` and `pm10` (ug/m3), and the ISPU of both and of the zone, rounded.

    The index is defined on means of 24 hours. On any other window its names end in `_indicative`: it follows the same
    table, but it is no ISPU. Source: PermenLHK P.14/2020.
    """
    sums = ZoneSums(windows)
    means = [_station_mean(sums, windows, parameter) for parameter in PARTICULATES]
    suffix = "" if windows.windows.size_ns == ISPU_WINDOW_NS else "_indicative"
    indices = [_index(mean, suffix) for mean in means]
    return sums.batch([*means, *indices, _critical(indices, f"ispu{suffix}")])


def _station_mean(sums: ZoneSums, windows: ZoneWindows, parameter: str) -> Figure:
    """The mean of the stations' means: a station that reports more often does not count for more air.

    Single readings just below zero are noise around it; a station whose mean is below zero is left out.
    """
    window = windows.windows
    mean = column(window, f"{parameter}_mean")
    usable = mean >= 0
    stations = sums.over_windows(usable.astype(np.float64))
    value = ratio(sums.over_windows(np.where(usable, mean, 0.0)), stations)
    came = np.where(np.isfinite(mean), column(window, f"{parameter}_count"), 0.0)
    return sums.figure(parameter, value, came, usable)


def _index(mean: Figure, suffix: str) -> Figure:
    index = rounded(sub_index(mean.indicator, mean.value))
    return Figure(f"ispu_{mean.indicator}{suffix}", index, mean.coverage, mean.quality)


def _critical(indices: list[Figure], indicator: str) -> Figure:
    """The largest sub-index, with the coverage and quality of the parameter it comes from; on ties the first."""
    values = np.stack([index.value for index in indices])
    largest = np.argmax(np.nan_to_num(values, nan=-1.0), axis=0)
    row = np.arange(len(largest))
    coverage = np.stack([index.coverage for index in indices])
    quality = np.stack([index.quality for index in indices])
    return Figure(indicator, values[largest, row], coverage[largest, row], quality[largest, row])

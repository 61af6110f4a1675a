"""Air: particulate matter and gases of each zone, and their indices: ISPU and the US AQI."""

import numpy as np

from config.durations import UNITS_NS
from processors.indicators import us_aqi
from processors.indicators.gas_units import in_parts, micrograms
from processors.indicators.indicator_batch import IndicatorBatch, ZoneWindows
from processors.indicators.ispu import CONCENTRATION, rounded, sub_index
from processors.indicators.largest_index import critical, largest
from processors.indicators.rolling_air import rolling_air
from processors.indicators.zone_sums import Column, Figure, ZoneSums, column, ratio

PARTICULATES = ("pm25", "pm10")
HOUR_NS = UNITS_NS["h"]

US_SCALES = {
    24 * HOUR_NS: {"pm25": "pm25", "pm10": "pm10"},
    8 * HOUR_NS: {"o3": "o3_8h", "co": "co_8h"},
    HOUR_NS: {"so2": "so2_1h", "no2": "no2_1h"},
}
"""Window -> the parameters whose index is defined on it."""
US_EXTREMES = {24 * HOUR_NS: {"so2": "so2_24h"}, HOUR_NS: {"o3": "o3_1h"}}
"""Those that have an index in severe pollution only: part of the whole index, with no figure of their own."""


def air(windows: ZoneWindows) -> IndicatorBatch:
    """Concentrations (ug/m3) of `pm25`, `pm10` and the gases that a device has ever sent, and their indices, rounded.

    ISPU is defined on means of 24 hours. On any other window its names end in `_indicative`: it follows the same
    table, but it is no ISPU. Source: PermenLHK P.14/2020. The US AQI stands only on windows of the hours it is defined
    on, see `US_SCALES`. What goes on from window to window is added by `rolling_air`.
    """
    sums = ZoneSums(windows)
    means = {
        parameter: _station_mean(sums, windows, parameter)
        for parameter in CONCENTRATION
        if parameter in PARTICULATES or parameter in windows.units
    }
    of_the_window = [*means.values(), *_ispu(means, windows), *_us_aqi(means, windows)]
    return sums.batch([*of_the_window, *rolling_air(sums, windows)])


def _station_mean(sums: ZoneSums, windows: ZoneWindows, parameter: str) -> Figure:
    """The mean of the stations' means: a station that reports more often does not count for more air.

    Single readings just below zero are noise around it; a station whose mean is below zero is left out.
    """
    window = windows.windows
    mean = column(window, f"{parameter}_mean") * micrograms(parameter, windows.units.get(parameter, ""))
    usable = mean >= 0
    stations = sums.over_windows(usable.astype(np.float64))
    value = ratio(sums.over_windows(np.where(usable, mean, 0.0)), stations)
    came = np.where(np.isfinite(mean), column(window, f"{parameter}_count"), 0.0)
    return sums.figure(parameter, value, came, usable & windows.believed(parameter))


def _ispu(means: dict[str, Figure], windows: ZoneWindows) -> list[Figure]:
    suffix = "" if windows.windows.is_day else "_indicative"
    indices = {
        parameter: _index(f"ispu_{parameter}{suffix}", sub_index(parameter, mean.value), mean)
        for parameter, mean in means.items()
    }
    parts = [*indices.values()]
    return [*parts, largest(f"ispu{suffix}", parts), critical(f"ispu_critical{suffix}", indices)]


def _us_aqi(means: dict[str, Figure], windows: ZoneWindows) -> list[Figure]:
    """Nothing on windows on which it is not defined, or where no device ever sent what it needs."""
    size_ns = windows.windows.usual_ns
    usual = [
        _us_index(parameter, scale, means[parameter], windows)
        for parameter, scale in US_SCALES.get(size_ns, {}).items()
        if parameter in means
    ]
    if not usual:
        return []
    extremes = [
        _us_index(parameter, scale, means[parameter], windows)
        for parameter, scale in US_EXTREMES.get(size_ns, {}).items()
        if parameter in means
    ]
    return [*usual, largest("us_aqi", [*usual, *extremes])]


def _us_index(parameter: str, scale: str, mean: Figure, windows: ZoneWindows) -> Figure:
    index = us_aqi.sub_index(scale, in_parts(parameter, mean.value), windows.rules.us_aqi_above_300)
    return _index(f"us_aqi_{parameter}", index, mean)


def _index(indicator: str, index: Column, mean: Figure) -> Figure:
    return _where_known(Figure(indicator, rounded(index), mean.coverage, mean.quality))


def _where_known(figure: Figure) -> Figure:
    known = np.isfinite(figure.value)
    return Figure(
        figure.indicator, figure.value, np.where(known, figure.coverage, 0.0), np.where(known, figure.quality, 0.0)
    )

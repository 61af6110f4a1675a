"""Weather: how hot it feels in each zone, and how much it rains."""

import numpy as np

from processors.indicators.counts import counts
from processors.indicators.heat import dew_point, fahrenheit, heat_index, in_celsius, in_percent, wet_bulb
from processors.indicators.heat_hours import heat_hours
from processors.indicators.indicator_batch import IndicatorBatch, ZoneWindows
from processors.indicators.rain import has_classes, rain_class
from processors.indicators.rain_days import rain_days
from processors.indicators.zone_sums import Column, Figure, ZoneSums, column


def weather(windows: ZoneWindows) -> IndicatorBatch:
    """`heat_index`, `dew_point`, `wet_bulb` (degrees Celsius), `heat_risk` (0 to 4), and of rain `rain_intensity`
    (mm/h); on windows of an hour or a day also `rain` (mm) and `rain_class`.

    A figure of a zone is the mean of its stations, each once. Sources: see `heat.py` and `rain.py`. What goes on from
    window to window is added by `heat_hours` and `rain_days`.
    """
    sums = ZoneSums(windows)
    return sums.batch([*_heat(sums, windows), *_rain(sums, windows)])


def _heat(sums: ZoneSums, windows: ZoneWindows) -> list[Figure]:
    """Of stations that sent both temperature and humidity in the window, from their means."""
    window = windows.windows
    temperature = in_celsius(column(window, "temperature_mean"), windows.units.get("temperature", ""))
    humidity = in_percent(column(window, "humidity_mean"), windows.units.get("humidity", ""))
    count = np.minimum(column(window, "temperature_count"), column(window, "humidity_count"))
    came = np.where(np.isfinite(temperature) & np.isfinite(humidity), count, 0.0)
    believed = (humidity >= 0) & windows.believed("temperature", "humidity")
    index = heat_index(temperature, humidity)
    means = {
        "heat_index": sums.mean(index),
        "dew_point": sums.mean(dew_point(temperature, humidity)),
        "wet_bulb": sums.mean(wet_bulb(temperature, humidity)),
    }
    means["heat_risk"] = _risk(means["heat_index"], windows.rules.heat_risk)
    figures = [sums.figure(indicator, value, came, believed) for indicator, value in means.items()]
    return [*figures, *heat_hours(sums, windows, index, came)]


def _risk(index: Column, edges: tuple[float, ...]) -> Column:
    """0 none, 1 caution, 2 extreme caution, 3 danger, 4 extreme danger."""
    reached = np.searchsorted(edges, fahrenheit(index), side="right").astype(np.float64)
    return np.where(np.isfinite(index), reached, np.nan)


def _rain(sums: ZoneSums, windows: ZoneWindows) -> list[Figure]:
    """`rain_mm` is what fell since the reading before, or a running total where it is configured as a counter."""
    fallen = counts(windows, "rain_mm")
    figures = [sums.figure("rain_intensity", sums.mean(fallen.hourly), fallen.came, fallen.plausible)]
    size_ns = windows.windows.usual_ns
    if has_classes(size_ns):
        depth = sums.mean(fallen.number)
        classes = rain_class(depth, size_ns, windows.rules)
        figures.append(sums.figure("rain", depth, fallen.came, fallen.plausible))
        figures.append(sums.figure("rain_class", classes, fallen.came, fallen.plausible))
    return [*figures, *rain_days(sums, windows, fallen)]

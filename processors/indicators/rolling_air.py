"""Air over the hours that its indices are defined on: the rolling ISPU, NowCast, and the US AQI of a day."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from processors.indicators import us_aqi
from processors.indicators.gas_units import in_parts, micrograms
from processors.indicators.hour_means import HOURS_HELD, Step, since, step_of, take_means
from processors.indicators.indicator_batch import ZoneWindows
from processors.indicators.ispu import CONCENTRATION, category_number, rounded, sub_index
from processors.indicators.largest_index import critical, largest, largest_place
from processors.indicators.nowcast import OZONE_HOURS, PARTICLE_HOURS, ozone_weighted, particle_nowcast, truncated
from processors.indicators.station_means import mean_known, share_known, station_figure, station_mean
from processors.indicators.us_aqi_day import CO_HOURS_HELD, hours_of, settle_us_days, us_day_figures
from processors.indicators.zone_sums import Column, Figure, ZoneSums, column

DAY_H = 24
NOWCASTS = {"pm25": 0.1, "pm10": 1.0}
"""Parameter -> what its NowCast is truncated to, in ug/m3."""


def rolling_air(sums: ZoneSums, windows: ZoneWindows) -> list[Figure]:
    """What `air` adds where its windows are the steps of an hour: figures at each step, of the full hours before it."""
    step = step_of(windows)
    parameters = [parameter for parameter in CONCENTRATION if parameter in windows.units]
    if step is None or not parameters or not step.reachable:
        return []
    settle_us_days(windows, step, parameters)
    for parameter in parameters:
        since(windows, step, parameter)
        factor = micrograms(parameter, windows.units[parameter])
        means = column(windows.windows, f"{parameter}_mean") * factor
        count = np.nan_to_num(column(windows.windows, f"{parameter}_count"))
        take_means(windows, step, parameter, means, count, CO_HOURS_HELD if parameter == "co" else HOURS_HELD)
    settle_us_days(windows, step, parameters)
    begun = [parameter for parameter in parameters if since(windows, step, parameter) <= step.full_ns]
    if not begun:
        return []
    return [
        *_ispu(sums, windows, step, begun),
        *_nowcasts(sums, windows, step, begun),
        *us_day_figures(sums, windows, step, begun),
    ]


def _ispu(sums: ZoneSums, windows: ZoneWindows, step: Step, parameters: list[str]) -> list[Figure]:
    parts = {parameter: _sub_index(sums, windows, step, parameter) for parameter in parameters}
    indices = {parameter: index for parameter, (index, _) in parts.items()}
    whole = largest("ispu", [*indices.values()])
    row = np.arange(len(whole.value))
    provisional = np.stack([each for _, each in parts.values()])[largest_place([*indices.values()]), row]
    described = {
        "ispu_category": category_number(whole.value),
        "ispu_provisional": np.where(np.isfinite(whole.value), provisional, np.nan),
    }
    return [
        *indices.values(),
        whole,
        critical("ispu_critical", indices),
        *(Figure(name, number, whole.coverage, whole.quality) for name, number in described.items()),
    ]


def _sub_index(sums: ZoneSums, windows: ZoneWindows, step: Step, parameter: str) -> tuple[Figure, NDArray[np.bool_]]:
    hours = hours_of(windows, parameter, step.full_ns, _averaging_hours(windows, parameter))
    stations, share = mean_known(hours), share_known(hours)
    usable = stations >= 0
    mean, provisional = station_mean(sums, np.where(usable, stations, np.nan), share, windows.rules.day_completeness)
    index = rounded(sub_index(parameter, np.round(mean, 4)))
    return station_figure(sums, f"ispu_{parameter}", index, share, usable), provisional


def _averaging_hours(windows: ZoneWindows, parameter: str) -> int:
    """Of the ISPU of a parameter."""
    configured: Mapping[Any, int] = windows.rules.ispu_hours
    return configured.get(parameter, DAY_H)


def _nowcasts(sums: ZoneSums, windows: ZoneWindows, step: Step, parameters: list[str]) -> list[Figure]:
    figures = []
    for parameter in parameters:
        if parameter in NOWCASTS:
            hours = hours_of(windows, parameter, step.full_ns, PARTICLE_HOURS)
            mean, share, known = _of_stations(sums, particle_nowcast(hours), hours)
            value = truncated(mean, NOWCASTS[parameter])
            scale, name = parameter, f"{parameter}_nowcast"
        elif parameter == "o3":
            hours = hours_of(windows, parameter, step.full_ns, OZONE_HOURS)
            value, share, known = _of_stations(sums, ozone_weighted(hours), hours)
            scale, name = "o3_8h", "o3_weighted_8h"
        else:
            continue
        index = us_aqi.sub_index(scale, in_parts(parameter, value), windows.rules.us_aqi_above_300)
        figures.append(station_figure(sums, name, value, share, known))
        figures.append(station_figure(sums, f"us_aqi_{name}", rounded(index), share, known))
    return figures


def _of_stations(sums: ZoneSums, stations: Column, hours: NDArray[Any]) -> tuple[Column, Column, NDArray[np.bool_]]:
    """(r,) mean of the stations that have a NowCast, and of each station the share of its hours and whether it has."""
    known = np.isfinite(stations)
    mean, _ = station_mean(sums, stations, known.astype(np.float64), 1.0)
    return mean, share_known(hours), known

"""The US AQI of a civil day: each pollutant over the hours it is defined on, of each station and then of its zone.

Source: Technical Assistance Document EPA-454/B-24-002: means of 24 hours (PM), largest means of 8 hours (O3, CO),
largest hours (SO2, NO2).
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from processors.indicators import us_aqi
from processors.indicators.civil_days import Day, days_of, last_day, settle
from processors.indicators.gas_units import in_parts
from processors.indicators.hour_means import HOURS_HELD, Step, hours_until, since
from processors.indicators.indicator_batch import ZoneWindows
from processors.indicators.ispu import rounded
from processors.indicators.largest_index import critical, largest
from processors.indicators.station_means import mean_known, share_known, station_figure, station_mean
from processors.indicators.zone_sums import Column, Figure, ZoneSums

RUNNING = 8
OZONE_BEGINS_H = 7
"""The 17 running means of ozone that belong to a day begin from 07:00 to 23:00, so the last one ends at 07:00."""
CO_HOURS_HELD = HOURS_HELD + RUNNING - 1
_SLACK = 1e-9

SCALES = {
    "pm25": ("pm25",),
    "pm10": ("pm10",),
    "o3": ("o3_8h", "o3_1h"),
    "so2": ("so2_1h", "so2_24h"),
    "no2": ("no2_1h",),
    "co": ("co_8h",),
}
"""Parameter -> scales whose largest index is its own. SO2 above 200 and O3 above 300 stand in the second ones only."""


def settle_us_days(windows: ZoneWindows, step: Step, parameters: list[str]) -> None:
    """To be called before and after the step is taken in."""
    begins_h = _final_h(parameters)
    particles_and_gases = [parameter for parameter in parameters if parameter in SCALES and parameter != "o3"]
    settle(windows, step, 0, lambda day: _found(windows, particles_and_gases, day))
    if begins_h:
        settle(windows, step, begins_h, lambda day: _ozone(windows, day))


def us_day_figures(sums: ZoneSums, windows: ZoneWindows, step: Step, parameters: list[str]) -> list[Figure]:
    """`us_aqi_day` and its parts for the last day of which every mean has ended; nothing before the first has."""
    known = [parameter for parameter in SCALES if parameter in parameters]
    day = last_day(step.full_ns, _final_h(parameters), windows)
    if not known or day.end_ns < min(since(windows, step, parameter) for parameter in known):
        return []
    indices = {parameter: _index(sums, windows, parameter, day.number) for parameter in known}
    parts = [*indices.values()]
    return [*parts, largest("us_aqi_day", parts), critical("us_aqi_day_critical", indices)]


def running_means(hours: NDArray[Any], needed: float) -> NDArray[np.float64]:
    """(hours - 7, d) of (hours, d) each mean of eight in a row, NaN where fewer than the share `needed` is known."""
    known = np.isfinite(hours)
    number = _sliding(known)
    nothing: NDArray[np.float64] = np.full(number.shape, np.nan)
    enough = number >= max(needed * RUNNING - _SLACK, 1.0)
    return np.divide(_sliding(np.where(known, hours, 0.0)), number, out=nothing, where=enough)


def _sliding(hours: NDArray[Any]) -> NDArray[np.float64]:
    """Sums of eight rows; added up, not subtracted, so that each is what its own rows make it."""
    windows = len(hours) - RUNNING + 1
    total = np.zeros((windows, hours.shape[1]))
    for offset in range(RUNNING):
        total += hours[offset : offset + windows]
    return total


def _greatest(values: NDArray[Any]) -> Column:
    """(d,) NaN where no row is known."""
    found: Column = np.fmax.reduce(values, axis=0).astype(np.float64)
    return found


def _final_h(parameters: list[str]) -> int:
    return OZONE_BEGINS_H if "o3" in parameters else 0


def _found(windows: ZoneWindows, parameters: list[str], day: Day) -> dict[str, Column]:
    found: dict[str, Column] = {}
    for parameter in parameters:
        hours = hours_of(windows, parameter, day.end_ns, day.hours)
        found[f"us {parameter} share"] = share_known(hours)
        if parameter in ("pm25", "pm10"):
            found[f"us {parameter}"] = mean_known(hours)
        elif parameter == "co":
            before = hours_of(windows, parameter, day.end_ns, day.hours + RUNNING - 1)
            found["us co_8h"] = _greatest(running_means(before, windows.rules.day_completeness))
        else:
            found[f"us {parameter}_1h"] = _greatest(hours)
        if parameter == "so2":
            found["us so2_24h"] = mean_known(hours)
    return found


def _ozone(windows: ZoneWindows, day: Day) -> dict[str, Column]:
    """`day` begins at 07:00; its largest single hour counts from there too."""
    hours = hours_of(windows, "o3", day.end_ns, day.hours)
    return {
        "us o3 share": share_known(hours),
        "us o3_8h": _greatest(running_means(hours, windows.rules.day_completeness)),
        "us o3_1h": _greatest(hours),
    }


def hours_of(windows: ZoneWindows, parameter: str, end_ns: int, hours: int) -> NDArray[Any]:
    held = CO_HOURS_HELD if parameter == "co" else HOURS_HELD
    return hours_until(windows, parameter, end_ns, hours, held)


def _index(sums: ZoneSums, windows: ZoneWindows, parameter: str, number: int) -> Figure:
    share = np.nan_to_num(days_of(windows, f"us {parameter} share").until(number, 1)[0]).astype(np.float64)
    of_scales = []
    for scale in SCALES[parameter]:
        stations = days_of(windows, f"us {scale}").until(number, 1)[0].astype(np.float64)
        stations = np.where(stations >= 0, stations, np.nan)
        mean, _ = station_mean(sums, stations, share, windows.rules.day_completeness)
        of_scales.append(us_aqi.sub_index(scale, in_parts(parameter, mean), windows.rules.us_aqi_above_300))
    index = rounded(np.fmax.reduce(of_scales))
    return station_figure(sums, f"us_aqi_day_{parameter}", index, share, np.isfinite(stations))

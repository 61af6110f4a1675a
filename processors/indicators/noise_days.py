"""Noise over civil days: what the law judges, and what Europe and America call the level of a day."""

import numpy as np

from processors.indicators.civil_days import Day, days_of, last_day, settle
from processors.indicators.day_night_noise import (
    LDN,
    LSM,
    MALAM,
    SIANG,
    lden_periods,
    least_share,
    period_energy,
    rated_level,
)
from processors.indicators.hour_means import hour_of_day, hours_until, since, step_of, take_means
from processors.indicators.indicator_batch import ZoneWindows
from processors.indicators.sound_level import energy, level
from processors.indicators.station_means import is_enough, station_figure, station_mean
from processors.indicators.zone_sums import Column, Figure, ZoneSums, column, ratio

LEVELS = ("noise_ls", "noise_lm", "noise_lsm", "noise_lden", "noise_ldn")
_ENERGY = "laeq energy"
_LOUDEST = 380.0  # the energy of more does not fit into a 32-bit float


def noise_days(sums: ZoneSums, windows: ZoneWindows) -> list[Figure]:
    """What `noise` adds where its windows are the steps of an hour: the levels of the last civil day that has ended."""
    step = step_of(windows)
    if step is None or "laeq" not in windows.units or not step.reachable:
        return []
    since(windows, step, _ENERGY)
    settle(windows, step, 0, lambda day: _found(windows, day))
    count = np.nan_to_num(column(windows.windows, "laeq_count"))
    levels = np.minimum(column(windows.windows, "laeq_mean"), _LOUDEST)
    take_means(windows, step, _ENERGY, energy(levels), count)
    settle(windows, step, 0, lambda day: _found(windows, day))
    day = last_day(step.full_ns, 0, windows)
    if day.end_ns < since(windows, step, _ENERGY):
        return []
    # Levels are kept with seven digits: 58 must not be beyond 58.
    of_day = {name: np.round(_of_day(windows, name, day.number), 4) for name in LEVELS}
    share = {name: np.nan_to_num(_of_day(windows, _share(name), day.number)) for name in LEVELS}
    figures = [_level(sums, windows, name, of_day[name], share[name]) for name in LEVELS]
    limit = windows.registered.get("noise_limit")
    if limit is not None and np.isfinite(limit).any():
        enough = is_enough(share["noise_lsm"], windows.rules.day_completeness)
        figures += _judged(sums, windows, of_day["noise_lsm"], limit, np.where(enough, share["noise_lsm"], 0.0))
    return figures


def _found(windows: ZoneWindows, day: Day) -> dict[str, Column]:
    energies = hours_until(windows, _ENERGY, day.end_ns, day.hours)
    hour = hour_of_day(day.hour_ends, windows)
    found = {
        "noise_ls": level(period_energy(energies, hour, SIANG)[0]),
        "noise_lm": level(period_energy(energies, hour, MALAM)[0]),
    }
    parts = {
        "noise_ls": (SIANG,),
        "noise_lm": (MALAM,),
        "noise_lsm": LSM,
        "noise_lden": lden_periods(windows.rules.lden_begins),
        "noise_ldn": LDN,
    }
    for name, periods in parts.items():
        found.setdefault(name, rated_level(energies, hour, periods))
        found[_share(name)] = least_share(energies, hour, periods)
    return found


def _share(name: str) -> str:
    """Of the hours of the level, in the part of the day that has the least."""
    return f"{name} share"


def _of_day(windows: ZoneWindows, name: str, number: int) -> Column:
    found: Column = days_of(windows, name).until(number, 1)[0].astype(np.float64)
    return found


def _level(sums: ZoneSums, windows: ZoneWindows, name: str, levels: Column, share: Column) -> Figure:
    """The energy mean of the meters."""
    mean, _ = station_mean(sums, energy(levels), share, windows.rules.day_completeness)
    return station_figure(sums, name, level(mean), share, np.isfinite(levels))


def _judged(sums: ZoneSums, windows: ZoneWindows, lsm: Column, limit: Column, share: Column) -> list[Figure]:
    """DB above the limit (below 0: within it), and the share of the meters that are beyond limit + tolerance.

    Only meters with enough of the day and of the night are judged; the others have no share of the coverage.
    """
    above = np.where(share > 0, lsm - limit, np.nan)
    judged = np.isfinite(above)
    beyond = judged & (above > windows.rules.noise_tolerance)
    number = sums.over_devices(judged.astype(np.float64))
    carried = sums.over_devices(np.where(judged, energy(above), 0.0))
    came = np.where(judged, share, 0.0)
    return [
        station_figure(sums, "noise_lsm_excess", level(ratio(carried, number)), came, judged),
        station_figure(
            sums, "noise_lsm_over_limit", ratio(sums.over_devices(beyond.astype(np.float64)), number), came, judged
        ),
    ]

"""Means of full hours of each device, made of the windows that are their steps, for figures of a longer time.

An hour is one of the city's clock, named by its end in ns UTC. It is made again whenever one of its steps closes or is
revised, so what came late has its part in it, as long as the steps are held: the hour that runs and the one before.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from config.civil_time import HOUR_NS, utc_to_civil
from processors.indicators.indicator_batch import ZoneWindows
from processors.indicators.memory import History
from processors.indicators.zone_sums import Column, due

HOURS_HELD = 26
"""A day and what a revision may reach back."""
_HOURS_OF_STEPS = 2
_FLOOR_SLACK = 1e-6  # an interval learned from readings is never exact


@dataclass(frozen=True, slots=True)
class Step:
    """The window as a step of its hour."""

    hour_ns: int
    """End of the hour that holds it."""
    full_ns: int
    """End of the last hour that has ended with it or before."""
    newest_ns: int
    """End of the hour of the newest step of all."""

    @property
    def reachable(self) -> bool:
        """Whether its hour, and the day before it, are still held as they were."""
        return self.hour_ns >= self.newest_ns - HOUR_NS


def step_of(windows: ZoneWindows) -> Step | None:
    """None where windows of this size are no steps of an hour."""
    if not windows.is_step(HOUR_NS):
        return None
    end_ns = windows.windows.end_ns
    shift_ns = (_civil(end_ns, windows) - end_ns) % HOUR_NS
    newest_ns = max(windows.memory.newest_ns, end_ns)
    return Step(
        hour_ns=_ceiling(end_ns + shift_ns) - shift_ns,
        full_ns=(end_ns + shift_ns) // HOUR_NS * HOUR_NS - shift_ns,
        newest_ns=_ceiling(newest_ns + shift_ns) - shift_ns,
    )


def hour_of_day(end_ns: NDArray[np.int64], windows: ZoneWindows) -> NDArray[np.int64]:
    """(h,) on the city's clock the hour, 0 to 23, with which each of these hours begins."""
    hour: NDArray[np.int64] = utc_to_civil(end_ns - HOUR_NS, windows.timezone) // HOUR_NS % 24
    return hour


def take_means(
    windows: ZoneWindows, step: Step, name: str, values: Column, count: Column, hours: int = HOURS_HELD
) -> None:
    """(n,) means of the readings of the step, and how many they were.

    An hour has a mean where at least the configured share of its readings came.
    """
    weight = np.where(np.isfinite(values), count, 0.0)
    together, weights = _steps_of_the_hour(windows, step, name, np.where(weight > 0, values, np.nan), weight)
    came = weights.sum(axis=0, dtype=np.float64)
    products = np.multiply(together, weights, dtype=np.float64)
    total = np.where(weights > 0, products, 0.0).sum(axis=0)
    enough = came >= np.maximum(windows.rules.hour_completeness * _due_in_an_hour(windows), 1.0)
    mean = np.divide(total, came, out=np.full(len(came), np.nan), where=enough)
    _put(windows, step, name, mean, hours)


def take_totals(windows: ZoneWindows, step: Step, name: str, amount: Column, share: Column) -> None:
    """(n,) what came together in the step, NaN where nothing is known, and the share of the step it stands for."""
    known = np.isfinite(amount)
    together, shares = _steps_of_the_hour(windows, step, name, amount, np.where(known, share, 0.0))
    total = np.where(np.isfinite(together), together, 0.0).sum(axis=0, dtype=np.float64)
    _put(windows, step, name, np.where(np.isfinite(together).any(axis=0), total, np.nan), HOURS_HELD)
    _put(windows, step, f"{name} share", np.minimum(shares.sum(axis=0) / len(shares), 1.0), HOURS_HELD)


def hours_until(windows: ZoneWindows, name: str, end_ns: int, hours: int, held: int = HOURS_HELD) -> NDArray[Any]:
    """(hours, d) of the hours up to the one that ends there, the newest first; NaN where one has no value."""
    return windows.memory.history(_hours(name), len(windows.zone), held, HOUR_NS, np.float32).until(end_ns, hours)


def steps_until(windows: ZoneWindows, name: str, end_ns: int) -> NDArray[Any]:
    """(steps of an hour, d) values of the steps up to the one that ends there, as they were taken in."""
    return _steps(windows, f"{name} steps").until(end_ns, HOUR_NS // windows.windows.size_ns)


def weights_until(windows: ZoneWindows, name: str, end_ns: int) -> NDArray[Any]:
    """(steps of an hour, d) the weights, counts of readings or shares of the step, that stand beside them."""
    return _steps(windows, f"{name} weights").until(end_ns, HOUR_NS // windows.windows.size_ns)


def since(windows: ZoneWindows, step: Step, name: str) -> int:
    """End of the hour in which this was taken in first of all, ns UTC."""
    first_ns = windows.memory.column(f"{name} since", 1, fill=step.hour_ns, dtype=np.int64)
    return int(first_ns[0])


def _steps_of_the_hour(
    windows: ZoneWindows, step: Step, name: str, values: Column, weights: Column
) -> tuple[NDArray[Any], NDArray[Any]]:
    """(steps of an hour, d) each: those of the hour that holds the window, itself included."""
    end_ns = windows.windows.end_ns
    last_ns = end_ns + (step.hour_ns - end_ns) // windows.windows.size_ns * windows.windows.size_ns
    _steps(windows, f"{name} steps").put(end_ns, windows.row, values)
    _steps(windows, f"{name} weights").put(end_ns, windows.row, weights)
    return steps_until(windows, name, last_ns), np.nan_to_num(weights_until(windows, name, last_ns))


def _steps(windows: ZoneWindows, name: str) -> History:
    size_ns = windows.windows.size_ns
    slots = _HOURS_OF_STEPS * HOUR_NS // size_ns
    return windows.memory.history(name, len(windows.zone), slots, size_ns, np.float32)


def _put(windows: ZoneWindows, step: Step, name: str, values: Column, hours: int) -> None:
    history = windows.memory.history(_hours(name), len(windows.zone), hours, HOUR_NS, np.float32)
    history.put(step.hour_ns, np.arange(len(windows.zone)), values)


def _due_in_an_hour(windows: ZoneWindows) -> Column:
    """(d,) whole readings: of one and a half, some hours hold one."""
    whole: Column = np.floor(due(windows) * (HOUR_NS / windows.windows.size_ns) + _FLOOR_SLACK)
    return whole


def _hours(name: str) -> str:
    return f"{name} hours"


def _civil(time_ns: int, windows: ZoneWindows) -> int:
    return int(utc_to_civil(np.array([time_ns], np.int64), windows.timezone)[0])


def _ceiling(time_ns: int) -> int:
    return -(-time_ns // HOUR_NS) * HOUR_NS

"""What can be said of a device as a whole: whether it speaks, what it left out, and whether its clock is right."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from config.quality_rules import QualityRules
from processors.indicators.indicator_batch import ZoneWindows
from processors.indicators.memory import Memory
from processors.quality.flags import Flag
from processors.quality.misread import Counts

Mask = NDArray[np.bool_]
_WORTH_COUNTING = 4.0
"""Readings that must be due in a window before half of them missing is a gap."""
_MOST = 200
_NEVER = -(2**40)
"""Before any window; small enough for its distance to one to be an int64."""


@dataclass(frozen=True, slots=True)
class Rhythm:
    elapsed_ns: NDArray[np.float64]
    """(n,) since the window of the device before, NaN where this is the first."""
    pace_ns: NDArray[np.float64]
    """(d,) time between two windows of a device: its interval, never less than the size of the window."""


def rhythm(windows: ZoneWindows, memory: Memory) -> Rhythm:
    """Who spoke in the window and when it did so before; keeps it for the next one."""
    size_ns = windows.windows.size_ns
    number = windows.windows.end_ns // size_ns
    spoke = _spoke(memory, len(windows.zone))
    before = spoke[windows.row]
    elapsed_ns = np.where(before > _NEVER, (number - before).astype(np.float64) * size_ns, np.nan)
    spoke[windows.row] = number
    return Rhythm(elapsed_ns, np.fmax(windows.interval_ns, float(size_ns)))


def alive(windows: ZoneWindows, memory: Memory, rules: QualityRules, step_ns: int) -> Mask:
    """(d,) whether the device spoke in its last few intervals before the end of the window."""
    spoke = _spoke(memory, len(windows.zone))
    silent_ns = windows.windows.end_ns - spoke.astype(np.float64) * step_ns
    found: Mask = (spoke > _NEVER) & (silent_ns <= rules.gap * np.fmax(windows.interval_ns, float(step_ns)))
    return found


def _spoke(memory: Memory, devices: int) -> NDArray[np.int64]:
    """(d,) number of the window in which each device spoke last."""
    return memory.column("spoke", devices, _NEVER, np.int64)


def device_flags(
    windows: ZoneWindows, memory: Memory, rules: QualityRules, found: Rhythm, off_clock: Counts
) -> NDArray[np.uint16]:
    """(n,) gap and clock of the devices of the window; the clock's flag is kept for the windows that come late."""
    window = windows.windows
    expected = np.nan_to_num(windows.expected[windows.row])
    silent = found.elapsed_ns > rules.gap * found.pace_ns[windows.row]
    few = (expected >= _WORTH_COUNTING) & (window.readings < expected / 2)
    _follow_clocks(windows, memory, off_clock)
    wrong = clock_is_off(len(windows.zone), memory, rules)
    flags = np.where(silent | few, int(Flag.GAP), 0) | np.where(wrong[windows.row], int(Flag.CLOCK), 0)
    return flags.astype(np.uint16)


def clock_is_off(devices: int, memory: Memory, rules: QualityRules) -> Mask:
    """(d,) whether most readings came with a wrong time in the last windows in which the device spoke."""
    if not memory.holds("clock"):
        return np.zeros(devices, np.bool_)
    off: Mask = memory.column("clock", devices, 0, np.uint8) >= rules.clock_windows
    return off


def _follow_clocks(windows: ZoneWindows, memory: Memory, off_clock: Counts) -> None:
    """Count the windows in a row in which more readings came with a wrong time than with a right one."""
    if not off_clock.any() and not memory.holds("clock"):
        return
    on_time = np.zeros(len(windows.zone))
    on_time[windows.row] = windows.windows.readings
    run = memory.column("clock", len(windows.zone), 0, np.uint8)
    run[:] = np.where(off_clock > on_time, np.minimum(run, _MOST) + 1, np.where(on_time > 0, 0, run))


def refused(devices: int, off_clock: Counts, outside: Mapping[str, Counts]) -> Mask:
    """(d,) whether anything of the device was not taken as it came."""
    found = np.zeros(devices, np.bool_) | (off_clock > 0)
    for counts in outside.values():
        found |= counts > 0
    return found

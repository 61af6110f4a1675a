"""Which of a kind's windows are the steps of a figure over a longer time.

One size is enough, and it need not be one that the configuration happens to add: an hour is made of the same steps
whether or not there are also windows of an hour.
"""

from config.durations import UNITS_NS
from processors.indicators.indicator_batch import ZoneWindows

MINUTE_NS = UNITS_NS["m"]
QUARTER_NS = 15 * MINUTE_NS
HOUR_NS = UNITS_NS["h"]
DAY_NS = UNITS_NS["d"]


def is_minute_step(windows: ZoneWindows) -> bool:
    """Steps of a minute, or what comes nearest; of those that are longer, up to a quarter of an hour."""
    return _is_step(windows, MINUTE_NS) and HOUR_NS % windows.windows.size_ns == 0 and _at_most(windows, QUARTER_NS)


def is_quarter_step(windows: ZoneWindows) -> bool:
    """Steps of a quarter of an hour, or what comes nearest; of those that are longer, up to an hour."""
    return _is_step(windows, QUARTER_NS) and DAY_NS % windows.windows.size_ns == 0 and _at_most(windows, HOUR_NS)


def reaches_back(windows: ZoneWindows, steps: int) -> bool:
    """Whether a window is one of the newest, or at most so many steps older.

    Of an older one that late readings revise, the steps before it are not held any more: what was written stands.
    """
    behind_ns = windows.memory.newest_ns - windows.windows.end_ns
    return behind_ns <= steps * windows.windows.size_ns


def steps_in(windows: ZoneWindows, duration_ns: int) -> int:
    return duration_ns // windows.windows.size_ns


def _is_step(windows: ZoneWindows, wished_ns: int) -> bool:
    """The longest size that divides what is wished for, else the shortest of all; never one of the city's own clock."""
    if windows.windows.civil is not None:
        return False
    sizes_ns = windows.sizes_ns or (windows.windows.size_ns,)
    parts = [size for size in sizes_ns if wished_ns % size == 0]
    return windows.windows.size_ns == (max(parts) if parts else min(sizes_ns))


def _at_most(windows: ZoneWindows, longest_ns: int) -> bool:
    return windows.windows.size_ns <= longest_ns

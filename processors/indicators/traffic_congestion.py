"""Congestion with a memory: a station is congested once it has been slow for some windows, until it is clearly faster.

Own choice, near the edge of level of service C and D: below 50 % of the free speed in two windows in a row, until
above 60 %. Between the two a station stays what it was, so that it does not flutter at a limit.
"""

import numpy as np

from processors.indicators.indicator_batch import ZoneWindows
from processors.indicators.steps import HOUR_NS, MINUTE_NS
from processors.indicators.traffic_density import Occupancy
from processors.indicators.traffic_speed import Speeds
from processors.indicators.zone_sums import Column, Figure, ZoneSums, column

_DIGITS = 9  # decimals that are kept before a limit is applied
_NEVER = -(2**62)
_MOST = 100


def congested(sums: ZoneSums, windows: ZoneWindows, share: Column, found: Speeds) -> list[Figure]:
    """`traffic_congested`: the share of the stations with a known free speed that are congested.

    Each size of window from a minute to an hour has a memory of its own. A revision moves nothing: a revised window has
    no such figure, and what was written stands. After an hour of silence a station begins anew.
    """
    window = windows.windows
    if not (windows.fresh and window.civil is None and MINUTE_NS <= window.size_ns <= HOUR_NS):
        return []
    devices = len(windows.zone)
    held = windows.memory.column("congested", devices, 0, np.int8)
    slow_windows = windows.memory.column("slow windows", devices, 0, np.int8)
    heard_ns = windows.memory.column("congestion heard", devices, _NEVER, np.int64)
    rounded = np.round(share, _DIGITS)
    known = np.isfinite(rounded)
    row, of_free = windows.row[known], rounded[known]
    fresh = window.end_ns - window.size_ns - heard_ns[row] > HOUR_NS
    slow = of_free < windows.rules.congested_below
    count = np.where(slow, np.minimum(np.where(fresh, 0, slow_windows[row]) + 1, _MOST), 0)
    stays = (held[row] == 1) & ~fresh & (of_free <= windows.rules.congested_until)
    held[row] = stays | (count >= windows.rules.congested_windows)
    slow_windows[row] = count
    heard_ns[row] = window.end_ns
    now = np.where(known, held[windows.row], np.nan)
    return [sums.figure("traffic_congested", sums.mean(now), np.where(known, found.came, 0.0), found.plausible)]


def share_of_free_speed(windows: ZoneWindows, found: Speeds, vehicles: Column, occupied: Occupancy) -> Column:
    """(n,) space-mean speed / free speed; 0 where all vehicles stand, 1 on an empty road; NaN where nothing is known.

    vehicles: (n,) counted. None counted by a detector that is covered says nothing: it is stuck, or a queue.
    """
    free = windows.setting("free_speed")
    standing = np.isnan(found.space_mean) & (column(windows.windows, "speed_max") == 0)
    nobody = np.isnan(found.space_mean) & (vehicles == 0) & ~(occupied.share > 0) & ~standing
    speed = np.where(standing, 0.0, np.where(nobody, free, found.space_mean))
    return speed / free

"""Sensors that slowly leave their neighbours: the mean difference from the zone's median over a day or so."""

import numpy as np
from numpy.typing import NDArray

from config.quality_rules import QualityRules
from processors.indicators.indicator_batch import ZoneWindows
from processors.indicators.memory import Memory
from processors.quality.neighbours import medians

_SETTLED = 1.0 - np.exp(-1.0)
"""Weight that the differences of one time constant have together; before, nothing is said."""
_FEWEST = 5
_DEVIATION = 1.4826


def drifting(
    windows: ZoneWindows,
    memory: Memory,
    rules: QualityRules,
    name: str,
    limit: float,
    value: NDArray[np.float64],
    believed: NDArray[np.bool_],
) -> NDArray[np.bool_]:
    """(n,) whether the mean difference is beyond the limit, and beyond what is usual between the devices.

    value: (n,) of the window. Only believed values make a median; others are still compared with it.
    """
    devices, row = len(windows.zone), windows.row
    middle = medians(windows.zone[row].astype(np.int64), np.where(believed, value, np.nan))
    apart = value - middle
    known = np.isfinite(apart)
    gain = 1.0 - np.exp(-windows.windows.size_ns / rules.drift_over)
    mean = memory.column(f"{name} apart", devices, 0, np.float32)
    weight = memory.column(f"{name} apart weight", devices, 0, np.float32)
    at = row[known]
    weight[at] += gain * (1.0 - weight[at])
    # The first differences weigh more, so that the mean begins with them and not with 0.
    mean[at] += gain / weight[at] * (apart[known] - mean[at])
    settled = weight >= _SETTLED
    usual = _usual(np.abs(mean[settled]))
    away: NDArray[np.bool_] = settled[row] & (np.abs(mean[row]) > max(limit, rules.drift_ratio * usual))
    return away


def _usual(distances: NDArray[np.float32]) -> float:
    """Standard deviation of the devices' mean differences, by their median; 0 where there are too few to say."""
    return _DEVIATION * float(np.median(distances)) if len(distances) >= _FEWEST else 0.0

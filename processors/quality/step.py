"""One closed window whose readings are judged, and what of each device the judgements ask for."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from config.durations import UNITS_NS
from config.quality_rules import QualityRules
from config.settings import Quantity
from processors.indicators.indicator_batch import ZoneWindows
from processors.indicators.memory import Memory
from processors.indicators.zone_sums import column

SHORTEST_NS = UNITS_NS["m"]
HOUR_NS = UNITS_NS["h"]
Single = NDArray[np.float32]


def step_of(sizes_ns: tuple[int, ...]) -> int | None:
    """The smallest of the tumbling windows that lasts a minute or longer, else the longest; None: there is none."""
    if not sizes_ns:
        return None
    return min((size for size in sizes_ns if size >= SHORTEST_NS), default=max(sizes_ns))


def season_step_of(sizes_ns: tuple[int, ...]) -> int | None:
    """The longest that an hour is made of, if it lasts a minute or longer: what is unusual needs a steady mean."""
    parts = [size for size in sizes_ns if size >= SHORTEST_NS and HOUR_NS % size == 0]
    return max(parts, default=None)


@dataclass(frozen=True, slots=True)
class Step:
    """`n` devices with a row in the window, of `d` known ones."""

    windows: ZoneWindows
    memory: Memory
    rules: QualityRules
    elapsed_ns: NDArray[np.float64]
    """(n,) from the window of the device before, NaN where this is the first."""
    pace_ns: NDArray[np.float64]
    """(d,) time between two windows of a device: its interval, but never less than the size of the window."""

    @property
    def size_ns(self) -> int:
        return self.windows.windows.size_ns

    @property
    def devices(self) -> int:
        return len(self.windows.zone)


def value_of(windows: ZoneWindows, name: str, settings: Quantity) -> NDArray[np.float64] | None:
    """(n,) the one number that stands for the quantity in the window; None where there is none: of a state."""
    if settings.kind == "state":
        return None
    statistic = "rate" if settings.kind == "counter" else "mean"
    return column(windows.windows, f"{name}_{statistic}")

"""The columns in which indicators leave the processor, and what an indicator function is given."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from config.indicator_rules import IndicatorRules
from config.periods import Period
from config.timezones import UTC
from processors.indicators.memory import Memory
from processors.indicators.zone_layout import ZoneLayout
from processors.window_batch import WindowBatch, size_name

CITY_ZONE = "all"
"""The zone tag of an indicator of the whole city."""


@dataclass(frozen=True, slots=True)
class ZoneWindows:
    """One closed `WindowBatch` beside what is known of all devices of its kind, silent ones included.

    `d` devices are known (registered or seen), `n` of them have a row in the window.
    """

    windows: WindowBatch
    row: NDArray[np.int64]
    """(n,) for each row of `windows`, its position among the `d` known devices."""
    zone: NDArray[np.int32]
    """(d,) index into `zones` of each known device."""
    zones: tuple[tuple[str, str], ...]
    """(city, zone) names."""
    expected: NDArray[np.float64]
    """(d,) readings expected from each known device in a window of this size; may be a fraction."""
    interval_ns: NDArray[np.float64]
    """(d,) time between two readings of a device, configured or learned; NaN: not known yet."""
    capacity: NDArray[np.float64]
    """(d,) registered capacity (spaces), NaN where none."""
    units: Mapping[str, str] = field(default_factory=dict)
    """Quantity that a device of the kind has ever sent -> its unit, empty where nothing says it."""
    registered: Mapping[str, NDArray[np.float64]] = field(default_factory=dict)
    """Setting of a device -> (d,), NaN where the configuration does not say it; see `zones.SETTINGS`."""
    rules: IndicatorRules = field(default_factory=IndicatorRules)
    memory: Memory = field(default_factory=Memory)
    """What the indicators of this kind and this size of window have kept."""
    fresh: bool = True
    """Whether the window closes for the first time; False: late readings revised one that was taken in before."""
    sizes_ns: tuple[int, ...] = ()
    """All fixed sizes of tumbling windows of the kind, ascending."""
    timezone: ZoneInfo = UTC
    """Of the city, for days and hours as its people count them."""
    suspect: Mapping[str, NDArray[np.bool_]] = field(default_factory=dict)
    """Quantity -> (n,) whether its readings are not to be believed; see `processors.quality`."""
    layout: ZoneLayout | None = None
    """Of `zone` and `zones`, where it is known already."""

    def is_step(self, longest_ns: int) -> bool:
        """Whether windows of this size are the steps of a longer time: the longest tumbling part of `longest_ns`.

        Of all sizes of a kind one is, so what is kept of a longer time is kept once. Windows of the city's own clock
        never are: not every city has them, and they differ in length.
        """
        if self.windows.civil is not None:
            return False
        size_ns = self.windows.size_ns
        parts = [size for size in self.sizes_ns or (size_ns,) if longest_ns % size == 0]
        return size_ns == max(parts, default=0)

    def believed(self, *quantities: str) -> NDArray[np.bool_]:
        """(n,) whether nothing speaks against the readings of any of these quantities."""
        believed = np.ones(len(self.row), np.bool_)
        for quantity in quantities:
            if quantity in self.suspect:
                believed &= ~self.suspect[quantity]
        return believed

    def setting(self, name: str) -> NDArray[np.float64]:
        """(n,) a registered setting of the device of each row."""
        values = self.registered.get(name)
        return np.full(len(self.row), np.nan) if values is None else values[self.row]


@dataclass(frozen=True, slots=True)
class IndicatorBatch:
    """Indicators of one window size that end together; one row for each (zone, indicator)."""

    size_ns: int
    end_ns: int
    city: list[str]
    zone: list[str]
    indicator: list[str]
    value: NDArray[np.float64]
    """(n,) NaN: no data, which is a state of its own and never "fine"."""
    coverage: NDArray[np.float64]
    """(n,) share of the expected readings that came, 0 to 1."""
    quality: NDArray[np.float64]
    """(n,) share of the readings that came and were plausible, 0 to 1."""
    revision: NDArray[np.int32]
    """(n,) the largest revision among the windows it is made of."""
    civil: Period | None = None
    """As that of the windows."""

    @property
    def size(self) -> str:
        """What windows of this size are called."""
        return size_name(self.size_ns, self.civil)

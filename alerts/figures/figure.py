"""What a rule watches, and what that says of all assets when a window closes."""

from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from alerts.assets import DeviceAssets, ZoneAssets
from config.alert_rules import Rule

Column = NDArray[np.float64]
EVERY_KIND = "+"
"""As in a filter of topics: no kind of device can be called so."""


class Figure(NamedTuple):
    kind: str
    """Of devices; empty: of zones."""
    name: str
    """Of an indicator, or of a field of windows."""
    size: str
    against: str = ""
    """Indicator by which it is divided."""
    over_ns: int = 0
    """Its change within that time; 0: itself."""

    @classmethod
    def of(cls, rule: Rule) -> "Figure":
        """Of a rule that watches windows."""
        if rule.indicator is not None:
            return cls("", rule.indicator, rule.size, rule.against or "", rule.over or 0)
        return cls(rule.kind or EVERY_KIND, rule.field or "", rule.size, "", rule.over or 0)

    @property
    def itself(self) -> "Figure":
        """As it leaves the processor, neither divided nor compared."""
        return Figure(self.kind, self.name, self.size)

    @property
    def now(self) -> "Figure":
        """Not compared with what it was."""
        return self._replace(over_ns=0)


@dataclass(frozen=True, slots=True)
class Watched:
    """What one figure says of all assets; columns are (a,), NaN and 0 where it says nothing."""

    figure: Figure
    end_ns: int
    value: Column
    coverage: Column
    assets: ZoneAssets | DeviceAssets
    kind: str = ""
    """Of the devices; empty: these are zones."""

    def complete(self) -> "Watched":
        """Also of the assets that were met since."""
        missing = len(self.assets) - len(self.value)
        if not missing:
            return self
        value = np.pad(self.value, (0, missing), constant_values=np.nan)
        return replace(self, value=value, coverage=np.pad(self.coverage, (0, missing)))

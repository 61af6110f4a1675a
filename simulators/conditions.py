"""What a simulated device feels at the moment of a reading."""

from collections.abc import Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from config.civil_time import DAY_NS, HOUR_NS, distinct, utc_to_civil
from simulators.days import CityDays
from simulators.draws import Draws, FloatArray, wander
from simulators.events.influences import Feeling, Surroundings
from simulators.rhythm import Curve, Rhythm, follow
from simulators.road_rhythms import ROAD
from simulators.sky import Sky


@dataclass(frozen=True, slots=True)
class Conditions:
    """One row for each reading."""

    time_ns: NDArray[np.int64]
    """(n,) ns UTC."""
    civil_ns: NDArray[np.int64]
    """(n,) the same by the city's clock."""
    interval_s: FloatArray
    """(n,) time since the device's reading before."""
    draws: Draws
    sky: Sky
    days: CityDays
    surroundings: Surroundings | None = None
    """What events do here; None: nothing."""

    @classmethod
    def at(
        cls,
        time_ns: NDArray[np.int64],
        zone: ZoneInfo,
        interval_s: FloatArray,
        draws: Draws,
        sky: Sky,
        days: CityDays,
        surroundings: Surroundings | None = None,
    ) -> "Conditions":
        """The conditions at `time_ns`, (n,) ns UTC."""
        return cls(time_ns, utc_to_civil(time_ns, zone), interval_s, draws, sky, days, surroundings)

    def of(self, rows: NDArray[np.int64]) -> "Conditions":
        """Those of some rows."""
        near = None if self.surroundings is None else self.surroundings.of(rows)
        columns = (self.time_ns[rows], self.civil_ns[rows], self.interval_s[rows])
        return Conditions(*columns, self.draws.of(rows), self.sky, self.days, near)

    def felt(self, feeling: Feeling, default: float, before_ns: NDArray[np.int64] | int = 0) -> FloatArray | float:
        """(n,) what events do to that, `before_ns` before each row; the default where none does."""
        if self.surroundings is None:
            return default
        return self.surroundings.felt(feeling, default, before_ns)

    @property
    def hour(self) -> FloatArray:
        """(n,) of the city's clock, 0 to 24."""
        return self.civil_ns % DAY_NS / HOUR_NS

    def daily(self, workday: Curve, weekend: Curve) -> FloatArray:
        """(n,) the value of a curve through (hour, value) points, which runs on over midnight."""
        return self.along(Rhythm(workday, weekend))

    def along(self, rhythm: Rhythm) -> FloatArray:
        """(n,) the value of a rhythm."""
        moments, which = distinct(self.civil_ns)
        return follow((rhythm,), 0, self.days.spells(moments // DAY_NS), moments % DAY_NS / HOUR_NS)[which]

    def along_each(self, rhythms: Sequence[Rhythm], which: FloatArray, pasaran: FloatArray) -> FloatArray:
        """(n,) the value of the rhythm in the place `which`, (n,); most rows have the first.

        `pasaran`: (n,) as `CityDays.spells` takes it.
        """
        followed = self.along(rhythms[0])
        if len(rows := np.flatnonzero((which != 0) | (pasaran >= 0))):
            spells = self.days.spells(self.civil_ns[rows] // DAY_NS, pasaran[rows])
            followed[rows] = follow(rhythms, which[rows].astype(np.int64), spells, self.hour[rows])
        return followed

    def traffic(self) -> FloatArray:
        """(n,) road traffic as a share of the busiest hour of an ordinary workday."""
        return self.along(ROAD)

    def wander(self, number: int, period_ns: int) -> FloatArray:
        """(n,) the device's own slow drift about 0."""
        return wander(self.draws.key, self.civil_ns, period_ns, number)

"""What a simulated device feels at the moment of a reading."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from config.civil_time import DAY_NS, HOUR_NS, utc_to_civil
from simulators.draws import Draws, FloatArray, wander
from simulators.sky import Sky

_WORKDAY = (
    (0, 0.10),
    (3, 0.06),
    (5, 0.25),
    (7, 1.0),
    (9, 0.68),
    (12, 0.72),
    (15, 0.78),
    (17, 1.0),
    (19, 0.62),
    (22, 0.28),
)
_WEEKEND = ((0, 0.14), (3, 0.07), (6, 0.22), (9, 0.52), (11, 0.62), (15, 0.60), (17, 0.70), (19, 0.68), (22, 0.32))

Curve = tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class Conditions:
    """One row for each reading."""

    civil_ns: NDArray[np.int64]
    """(n,) ns of the city's clock."""
    interval_s: FloatArray
    """(n,) time since the device's reading before."""
    draws: Draws
    sky: Sky

    @classmethod
    def at(
        cls, time_ns: NDArray[np.int64], zone: ZoneInfo, interval_s: FloatArray, draws: Draws, sky: Sky
    ) -> "Conditions":
        """The conditions at `time_ns`, (n,) ns UTC."""
        return cls(utc_to_civil(time_ns, zone), interval_s, draws, sky)

    @property
    def weekend(self) -> NDArray[np.bool_]:
        return is_weekend(self.civil_ns // DAY_NS)

    def daily(self, workday: Curve, weekend: Curve) -> FloatArray:
        """(n,) the value of a curve through (hour, value) points, which runs on over midnight."""
        hour = (self.civil_ns % DAY_NS) / HOUR_NS
        return np.where(self.weekend, _follow(weekend, hour), _follow(workday, hour))

    def traffic(self) -> FloatArray:
        """(n,) road traffic as a share of the busiest hour: peaks at 07 and 17 on workdays."""
        return self.daily(_WORKDAY, _WEEKEND)

    def wander(self, number: int, period_ns: int) -> FloatArray:
        """(n,) the device's own slow drift about 0."""
        return wander(self.draws.key, self.civil_ns, period_ns, number)


def is_weekend(day: NDArray[np.int64]) -> NDArray[np.bool_]:
    """(n,) of days since 1 January 1970, which was a Thursday."""
    return (day + 3) % 7 >= 5


def _follow(curve: Curve, hour: FloatArray) -> FloatArray:
    hours, values = zip(*curve, strict=True)
    followed: FloatArray = np.interp(hour, hours, values, period=24.0)
    return followed

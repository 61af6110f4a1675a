"""A simulated month as hourly means over all devices of a kind, so that what hangs together can be seen in it."""

from collections import defaultdict

import numpy as np
from numpy.typing import NDArray

from config.settings import Device, Settings
from simulators.draws import FloatArray
from simulators.fleet import Fleet

HOUR_NS = 3600 * 1_000_000_000
# Sunday 1 February 2026, 00:00 in Jakarta.
BEGIN_NS = 1_769_878_800 * 1_000_000_000
DAYS = 28
DEVICES = {"traffic": 30, "noise": 10, "air": 20, "water": 20, "weather": 5}


class Month:
    def __init__(self) -> None:
        devices = [
            Device(id=f"{kind}-{n}", kind=kind, every="10m") for kind, many in DEVICES.items() for n in range(many)
        ]
        fleet = Fleet(Settings(devices=tuple(devices)))
        self._found: dict[str, list[tuple[NDArray[np.int64], FloatArray]]] = defaultdict(list)
        for day in range(DAYS):
            begin_ns = BEGIN_NS + day * 24 * HOUR_NS
            for reports in fleet.reports(begin_ns, begin_ns + 24 * HOUR_NS):
                for name, values in reports.columns.items():
                    self._found[name].append(((reports.time_ns - BEGIN_NS) // HOUR_NS, values))
        self.rain_mm_h = 6.0 * self.hourly("rain_mm")

    def hourly(self, quantity: str) -> FloatArray:
        """(672,) the mean of each hour."""
        hour = np.concatenate([hours for hours, _ in self._found[quantity]])
        values = np.concatenate([values for _, values in self._found[quantity]])
        there = np.isfinite(values)
        sums, counts = (np.bincount(hour[there], weights, minlength=24 * DAYS) for weights in (values[there], None))
        return np.asarray(sums / counts)

    def over_usual(self, quantity: str) -> FloatArray:
        """(672,) as a share of what is usual at that hour of the day when it is dry."""
        values, of_day = self.hourly(quantity), np.arange(24 * DAYS) % 24
        usual = np.array([np.median(values[(of_day == hour) & (self.rain_mm_h < 0.1)]) for hour in range(24)])
        return np.asarray(values / usual[of_day])

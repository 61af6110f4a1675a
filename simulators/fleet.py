"""A city's devices and what each of them reports when: reproducible from the seed and the time alone."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from config.default_kinds import effective_kinds
from config.durations import SECOND_NS
from config.settings import Device, Kind, Settings
from simulators import air, noise, parking, satisfaction, traffic, water, weather
from simulators.conditions import Conditions
from simulators.draws import Draws, FloatArray, KeyArray, key_of
from simulators.registry import choose_devices
from simulators.sky import Sky

DEFAULT_EVERY_NS = 5 * SECOND_NS
_BATTERY_LIFE_NS = 400 * 86_400 * SECOND_NS
Sites = dict[str, FloatArray]


@dataclass(frozen=True, slots=True)
class Behaviour:
    """How one kind of device behaves: its fixed properties, and its readings under given conditions."""

    sites: Callable[[Sequence[Device], Kind, Draws], Sites]
    readings: Callable[[Conditions, Sites], dict[str, FloatArray]]
    decimals: dict[str, int]
    battery_share: float
    """Share of the devices that run on a battery and report its charge in %."""


BEHAVIOURS = {
    "parking": Behaviour(parking.sites, parking.readings, parking.DECIMALS, 0.4),
    "traffic": Behaviour(traffic.sites, traffic.readings, traffic.DECIMALS, 0.0),
    "air": Behaviour(air.sites, air.readings, air.DECIMALS, 0.3),
    "noise": Behaviour(noise.sites, noise.readings, noise.DECIMALS, 0.5),
    "water": Behaviour(water.sites, water.readings, water.DECIMALS, 0.6),
    "weather": Behaviour(weather.sites, weather.readings, weather.DECIMALS, 0.2),
    "satisfaction": Behaviour(satisfaction.sites, satisfaction.readings, satisfaction.DECIMALS, 0.0),
}


@dataclass(frozen=True, slots=True)
class Reports:
    """Readings of one kind, in columns, in order of time."""

    kind: str
    device: NDArray[np.int64]
    """(n,) index into the `devices` of the kind's `Group`."""
    time_ns: NDArray[np.int64]
    """(n,) ns UTC, whole milliseconds, as the payload gives it."""
    sequence: NDArray[np.int64]
    """(n,) the device's counter: which multiple of its interval this is."""
    columns: dict[str, FloatArray]
    """Quantity -> (n,), NaN where the reading lacks it."""


class Group:
    """The devices of one kind."""

    def __init__(self, kind: str, devices: Sequence[Device], settings: Settings, seed: int) -> None:
        self.kind = kind
        self.devices = tuple(devices)
        self._behaviour = BEHAVIOURS[kind]
        city = settings.city.id
        self._keys: KeyArray = np.array([key_of(seed, city, kind, device.id) for device in devices], dtype=np.uint64)
        fixed = Draws(self._keys, np.full(len(devices), -1, dtype=np.int64))
        self._sites = self._behaviour.sites(devices, effective_kinds(settings).get(kind, Kind()), fixed)
        self._on_battery = fixed.uniform(90) < self._behaviour.battery_share
        self._charged_ns = (fixed.uniform(91) * _BATTERY_LIFE_NS).astype(np.int64)
        self._every = np.array([_every_ns(device, settings) for device in devices], dtype=np.int64)
        # Whole milliseconds, so that the payload's time is exactly the time of the reading.
        self._phase = (fixed.uniform(92) * (self._every // 1_000_000)).astype(np.int64) * 1_000_000

    def count(self, start_ns: int, end_ns: int) -> int:
        return int(self._span(start_ns, end_ns)[1].sum())

    def due(self, start_ns: int, end_ns: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Device and number of every reading in [start, end), in order of time."""
        first, count = self._span(start_ns, end_ns)
        device = np.repeat(np.arange(len(self.devices)), count)
        within = np.arange(len(device)) - np.repeat(np.cumsum(count) - count, count)
        sequence = first[device] + within
        order = np.argsort(self._phase[device] + sequence * self._every[device], kind="stable")
        return device[order], sequence[order]

    def _span(self, start_ns: int, end_ns: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """(d,) each device's first reading in [start, end), and how many follow until its end."""
        first = -((self._phase - start_ns) // self._every)
        past = -((self._phase - end_ns) // self._every)
        return first, np.maximum(past - first, 0)

    def report(self, start_ns: int, end_ns: int, zone: ZoneInfo, sky: Sky) -> Reports:
        device, sequence = self.due(start_ns, end_ns)
        time_ns = self._phase[device] + sequence * self._every[device]
        draws = Draws(self._keys[device], sequence)
        conditions = Conditions.at(time_ns, zone, self._every[device] / SECOND_NS, draws, sky)
        site = {name: values[device] for name, values in self._sites.items()}
        columns = {
            name: np.round(values, self._behaviour.decimals[name])
            for name, values in self._behaviour.readings(conditions, site).items()
        }
        if self._behaviour.battery_share:
            columns["battery"] = self._battery(device, time_ns)
        return Reports(self.kind, device, time_ns, sequence, columns)

    def _battery(self, device: NDArray[np.int64], time_ns: NDArray[np.int64]) -> FloatArray:
        age = (time_ns - self._charged_ns[device]) % _BATTERY_LIFE_NS / _BATTERY_LIFE_NS
        return np.where(self._on_battery[device], np.round(100.0 - 85.0 * age), np.nan)


class Fleet:
    """All devices of a city. The same seed and the same span of time give the same reports, however it is cut up."""

    def __init__(self, settings: Settings, seed: int = 1, count: int | None = None) -> None:
        """Build from the configuration; see `choose_devices` for `count`."""
        self.city = settings.city.id
        self.devices = choose_devices(settings, count)
        self._zone = ZoneInfo(settings.city.timezone)
        self._sky = Sky(seed)
        kinds = {kind: [device for device in self.devices if device.kind == kind] for kind in BEHAVIOURS}
        self.groups = {kind: Group(kind, devices, settings, seed) for kind, devices in kinds.items() if devices}

    def count(self, start_ns: int, end_ns: int) -> int:
        """How many readings fall into [start, end)."""
        return sum(group.count(start_ns, end_ns) for group in self.groups.values())

    def reports(self, start_ns: int, end_ns: int) -> Iterator[Reports]:
        """What every device reports in [start, end), one batch for each kind that has anything to say."""
        for group in self.groups.values():
            report = group.report(start_ns, end_ns, self._zone, self._sky)
            if len(report.time_ns):
                yield report


def _every_ns(device: Device, settings: Settings) -> int:
    kind = settings.kinds.get(device.kind)
    every = device.every or (kind.every if kind else None) or DEFAULT_EVERY_NS
    return max(every // 1_000_000, 1) * 1_000_000

"""A city's devices and what each of them reports when: reproducible from the seed and the time alone."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from config.default_kinds import effective_kinds
from config.durations import SECOND_NS
from config.settings import Device, Kind, Settings
from simulators.behaviours import behaviour_of
from simulators.conditions import Conditions
from simulators.days import CityDays
from simulators.draws import Draws, FloatArray, keys_of
from simulators.events.event import Happening
from simulators.events.influences import Influence, Surroundings
from simulators.registry import choose_devices
from simulators.roster import Roster
from simulators.sky import Sky
from simulators.true_values import TRUE, apart

DEFAULT_EVERY_NS = 5 * SECOND_NS
_MILLISECOND_NS = 1_000_000
_BATTERY_LIFE_NS = 400 * 86_400 * SECOND_NS
_ROWS = 65_536
"""Worked on at a time: their columns stay in the processor's cache."""


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
    true: dict[str, FloatArray] = field(default_factory=dict)
    """Quantity -> (n,) where its instrument errs even without any fault."""
    decimals: Mapping[str, int] = field(default_factory=dict)
    """Quantity -> digits after the point, to which its devices round; 0 where it is not named."""


class Group:
    """The devices of one kind."""

    def __init__(self, devices: Roster, settings: Settings, seed: int) -> None:
        self.kind = devices.kind
        self.devices = devices
        self.influences: tuple[Influence, ...] = ()
        """What events do to them."""
        kind = effective_kinds(settings).get(self.kind, Kind())
        self._behaviour = behaviour_of(self.kind, kind)
        self._keys = keys_of(devices.ids, seed, settings.city.id, self.kind)
        fixed = Draws(self._keys, np.full(len(devices), -1, dtype=np.int64))
        self._sites = self._behaviour.sites(devices, kind, fixed)
        self.on_battery = fixed.uniform(90) < self._behaviour.battery_share
        self._charged_ns = (fixed.uniform(91) * _BATTERY_LIFE_NS).astype(np.int64)
        # Whole milliseconds, so that the payload's time is exactly the time of the reading.
        every_ms = devices.each(lambda device: device.every, kind.every or DEFAULT_EVERY_NS) // _MILLISECOND_NS
        self._every = np.maximum(every_ms, 1).astype(np.int64) * _MILLISECOND_NS
        self._phase = (fixed.uniform(92) * (self._every // _MILLISECOND_NS)).astype(np.int64) * _MILLISECOND_NS

    @property
    def quantities(self) -> list[str]:
        """All that any of them may report."""
        return [*self._behaviour.decimals, *(["battery"] if self._behaviour.battery_share else [])]

    @property
    def every_ns(self) -> NDArray[np.int64]:
        """(d,) the time between two readings."""
        return self._every

    def count(self, start_ns: int, end_ns: int) -> int:
        if self.influences:
            return len(self.due(start_ns, end_ns)[0])
        return int(self._span(start_ns, end_ns)[1].sum())

    def due(self, start_ns: int, end_ns: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Device and number of every reading in [start, end), in order of time."""
        first, count = self._span(start_ns, end_ns)
        device = np.repeat(np.arange(len(self.devices)), count)
        within = np.arange(len(device)) - np.repeat(np.cumsum(count) - count, count)
        sequence = first[device] + within
        time_ns = self._phase[device] + sequence * self._every[device]
        order = _in_time(time_ns, start_ns)
        if self.influences:
            silent = Surroundings(self.influences, device, time_ns).felt("silence", 0.0)
            order = order[~np.broadcast_to(silent > 0.0, order.shape)[order]]
        return device[order], sequence[order]

    @property
    def longest_interval_ns(self) -> int:
        return int(self._every.max())

    def _span(self, start_ns: int, end_ns: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """(d,) each device's first reading in [start, end), and how many follow until its end."""
        first = -((self._phase - start_ns) // self._every)
        past = -((self._phase - end_ns) // self._every)
        return first, np.maximum(past - first, 0)

    def report(self, start_ns: int, end_ns: int, zone: ZoneInfo, sky: Sky, days: CityDays) -> Reports:
        device, sequence = self.due(start_ns, end_ns)
        time_ns = self._phase[device] + sequence * self._every[device]
        parts = [
            self._readings(device[rows], sequence[rows], time_ns[rows], zone, sky, days)
            for rows in (slice(start, start + _ROWS) for start in range(0, max(len(device), 1), _ROWS))
        ]
        columns = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
        return Reports(self.kind, device, time_ns, sequence, *apart(columns), self._behaviour.decimals)

    def _readings(
        self,
        device: NDArray[np.int64],
        sequence: NDArray[np.int64],
        time_ns: NDArray[np.int64],
        zone: ZoneInfo,
        sky: Sky,
        days: CityDays,
    ) -> dict[str, FloatArray]:
        draws = Draws(self._keys[device], sequence)
        surroundings = Surroundings(self.influences, device, time_ns) if self.influences else None
        conditions = Conditions.at(time_ns, zone, self._every[device] / SECOND_NS, draws, sky, days, surroundings)
        site = {name: values[device] for name, values in self._sites.items()}
        columns = {
            name: np.round(values, self._behaviour.decimals[name.removeprefix(TRUE)])
            for name, values in self._behaviour.readings(conditions, site).items()
        }
        if self._behaviour.battery_share:
            columns["battery"] = self._battery(device, time_ns)
        return columns

    def _battery(self, device: NDArray[np.int64], time_ns: NDArray[np.int64]) -> FloatArray:
        age = (time_ns - self._charged_ns[device]) % _BATTERY_LIFE_NS / _BATTERY_LIFE_NS
        return np.where(self.on_battery[device], np.round(100.0 - 85.0 * age), np.nan)


class Fleet:
    """All devices of a city. The same seed and the same span of time give the same reports, however it is cut up."""

    def __init__(self, settings: Settings, seed: int = 1, count: int | None = None) -> None:
        """Build from the configuration; see `choose_devices` for `count`."""
        self.city = settings.city.id
        self._zone = ZoneInfo(settings.city.timezone)
        self._sky = Sky(seed)
        self._days = CityDays(settings.calendar)
        rosters = choose_devices(settings, count)
        self.groups = {kind: Group(rosters[kind], settings, seed) for kind in rosters}

    @property
    def devices(self) -> tuple[Device, ...]:
        """All of them, by kind; made devices anew each time, so `size` is the way to their number."""
        return tuple(chain.from_iterable(group.devices for group in self.groups.values()))

    @property
    def size(self) -> int:
        return sum(len(group.devices) for group in self.groups.values())

    def happenings(self) -> Sequence[Happening]:
        """The events of the city, of which a plain fleet has none."""
        return ()

    def count(self, start_ns: int, end_ns: int) -> int:
        """How many readings fall into [start, end)."""
        return sum(group.count(start_ns, end_ns) for group in self.groups.values())

    def reports(self, start_ns: int, end_ns: int) -> Iterator[Reports]:
        """What every device reports in [start, end), one batch for each kind that has anything to say."""
        for group in self.groups.values():
            report = group.report(start_ns, end_ns, self._zone, self._sky, self._days)
            if len(report.time_ns):
                yield report


def _in_time(time_ns: NDArray[np.int64], start_ns: int) -> NDArray[np.int64]:
    """(n,) the order of the times; those of the same time stay as they are."""
    after_ms = (time_ns - start_ns) // _MILLISECOND_NS
    # numpy sorts 16 bits by their digits, several times as fast.
    short = after_ms.astype(np.uint16) if after_ms.max(initial=0) < 2**16 else after_ms
    return np.argsort(short, kind="stable")

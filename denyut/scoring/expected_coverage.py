"""What the coverage of a simulation should be: computed from its ground truth, window by window."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from config.default_kinds import effective_kinds
from config.settings import Kind, Settings
from denyut.scoring.expected_ledger import Fate, fates_of
from denyut.scoring.expected_windows import Closing
from denyut.scoring.truth import FloatArray, IntArray, Readings
from ingest.devices import UNASSIGNED
from processors.indicators.indicator_batch import CITY_ZONE

_UNCONFIGURED = Kind()

ZoneWindow = tuple[str, int]
"""(zone, end of the window)"""
Shares = dict[ZoneWindow, tuple[float, float]]
"""The least and the most that may have come: they differ where a reading came as the window was about to go."""


@dataclass(frozen=True, slots=True)
class Registered:
    """The devices of a kind that the configuration names, silent ones included."""

    position: dict[str, int]
    """Device -> where it stands in the columns."""
    interval_ns: IntArray
    """(d,)"""
    zones: list[str]
    zone: IntArray
    """(d,) index into `zones`."""


@dataclass(frozen=True, slots=True)
class Taken:
    """Readings that a run takes in, or may take in."""

    device: IntArray
    """(n,) position among the registered ones."""
    stated_ns: IntArray
    sent_ns: IntArray
    surely: NDArray[np.bool_]
    """(n,) however long they took to arrive."""


def registered_devices(readings: Readings, settings: Settings) -> Registered | None:
    """None where the interval of any is not configured: a run has to learn it."""
    every = settings.kinds.get(readings.kind, _UNCONFIGURED).every
    devices = [device for device in settings.devices if device.kind == readings.kind]
    position = {device.id: at for at, device in enumerate(devices)}
    intervals = [device.every or every for device in devices]
    if None in intervals or not position.keys() >= set(readings.device.names):
        return None
    zones, zone = np.unique([device.zone or UNASSIGNED for device in devices], return_inverse=True)
    return Registered(position, np.array(intervals, np.int64), zones.tolist(), zone)


def taken_in(readings: Readings, registered: Registered, settings: Settings, start_ns: int, slack_ns: int) -> Taken:
    quantities = effective_kinds(settings).get(readings.kind, _UNCONFIGURED).quantities
    early, late = (
        fates_of(readings, settings, quantities, start_ns, slack_ns, arrives_ns) <= Fate.LATE
        for arrives_ns in (0, slack_ns)
    )
    rows = np.flatnonzero(readings.sent & (early | late))
    position = np.array([registered.position[name] for name in readings.device.names], np.int64)
    surely = (early & late)[rows]
    return Taken(position[readings.device.number[rows]], readings.stated_ns[rows], readings.sent_ns[rows], surely)


def expected_coverage(
    taken: Taken, registered: Registered, size_ns: int, closing: Closing, ends: Iterable[int]
) -> Shares:
    """Coverage as docs/indicators.md defines it, of each zone and the city, in the windows that end then."""
    end_ns = (taken.stated_ns // size_ns + 1) * size_ns
    gone_ns = end_ns + closing.after_ns
    in_time = np.flatnonzero(taken.sent_ns < gone_ns + closing.slack_ns)
    rows = in_time[np.argsort(end_ns[in_time], kind="stable")]
    surely = taken.surely & (taken.sent_ns + closing.slack_ns < gone_ns)
    due = size_ns / registered.interval_ns
    shares: Shares = {}
    for end in ends:
        first, last = np.searchsorted(end_ns[rows], [end, end + 1]).tolist()
        window = rows[first:last]
        least = _shares(taken.device[window[surely[window]]], registered, due)
        most = _shares(taken.device[window], registered, due)
        places = [(zone, end) for zone in (*registered.zones, CITY_ZONE)]
        shares.update(zip(places, zip(least, most, strict=True), strict=True))
    return shares


def _shares(device: IntArray, registered: Registered, due: FloatArray) -> list[float]:
    """Of each zone, then of the city."""
    counted = np.minimum(np.bincount(device, minlength=len(due)), np.maximum(1.0, np.ceil(due - 1e-6)))
    by_zone = np.bincount(registered.zone, counted) / np.bincount(registered.zone, due)
    return [*np.minimum(by_zone, 1.0).tolist(), min(float(counted.sum() / due.sum()), 1.0)]

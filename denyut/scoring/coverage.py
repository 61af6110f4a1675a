"""Whether the coverage that a run says of its figures is the share of readings that came."""

from dataclasses import dataclass

import numpy as np

from config.default_kinds import effective_kinds
from config.durations import format_duration
from config.settings import Kind, Settings
from denyut.scoring.expected_ledger import Fate, fates_of
from denyut.scoring.truth import IntArray, Readings, Truth
from processors.indicators.indicator_batch import CITY_ZONE
from storage.store import Query, Store

TOLERANCE = 0.02
_UNCONFIGURED = Kind()


@dataclass(frozen=True, slots=True)
class CoverageScore:
    """Of the coverage of `KIND_data_quality` of every zone and window that lies within the simulation.

    Of kinds all of whose devices the configuration names with their interval: a run has to learn that of the others.
    """

    figures: int
    within: int
    """Of them: those no further than the tolerance from the share that came."""
    boasting: int
    """Those further above it."""
    median_error: float
    worst_error: float

    @property
    def holds(self) -> bool:
        return self.within == self.figures


def score_coverage(truth: Truth, store: Store, settings: Settings, until_ns: int, slack_ns: int) -> CoverageScore:
    """May raise StoreError."""
    errors: list[float] = []
    for readings in truth.kinds:
        if not _are_known(readings, settings):
            continue
        accepted = _accepted(readings, settings, truth.start_ns, slack_ns)
        for window in settings.windows.sizes:
            if window.hop in (None, window.size) and (not window.kinds or readings.kind in window.kinds):
                came = _shares(readings, accepted, window.size)
                size = format_duration(window.size)
                where = (
                    ("city", str(truth.about["city"])),
                    ("indicator", f"{readings.kind}_data_quality"),
                    ("size", size),
                )
                rows = store.query(Query("indicator", where, from_ns=truth.start_ns + window.size, to_ns=until_ns + 1))
                for row in rows:
                    share = came.get((row.tags["zone"], row.time_ns))
                    if share is not None and row.time_ns <= truth.end_ns:
                        errors.append(row.fields.get("coverage", 0.0) - share)
    found = np.array(errors)
    sizes = np.abs(found)
    return CoverageScore(
        figures=len(found),
        within=int(np.count_nonzero(sizes <= TOLERANCE)),
        boasting=int(np.count_nonzero(found > TOLERANCE)),
        median_error=float(np.median(sizes)) if len(found) else 0.0,
        worst_error=float(sizes.max(initial=0.0)),
    )


def _are_known(readings: Readings, settings: Settings) -> bool:
    every = settings.kinds.get(readings.kind, _UNCONFIGURED).every
    known = {each.id for each in settings.devices if each.kind == readings.kind and (each.every or every)}
    return known.issuperset(readings.device.names)


def _accepted(readings: Readings, settings: Settings, start_ns: int, slack_ns: int) -> IntArray:
    """Rows of readings that a run takes in."""
    quantities = effective_kinds(settings).get(readings.kind, _UNCONFIGURED).quantities
    fates = fates_of(readings, settings, quantities, start_ns, slack_ns, 0)
    return np.flatnonzero(readings.sent & (fates <= Fate.LATE))


def _shares(readings: Readings, accepted: IntArray, size_ns: int) -> dict[tuple[str, int], float]:
    """(zone, end of the window) -> coverage as docs/indicators.md defines it, of all devices of the truth."""
    device = readings.device.number
    interval_ns = _intervals(readings)
    zone = np.zeros(len(interval_ns), np.int64)
    zone[device] = readings.zone.number
    due = size_ns / interval_ns
    most = np.maximum(1.0, np.ceil(due - 1e-6))
    number = readings.stated_ns[accepted] // size_ns
    ends = np.unique(number)
    shares: dict[tuple[str, int], float] = {}
    for window in ends.tolist():
        came = np.bincount(device[accepted[number == window]], minlength=len(due))
        counted = np.minimum(came, most)
        by_zone = np.bincount(zone, counted) / np.bincount(zone, due)
        end_ns = (window + 1) * size_ns
        for name, share in zip(readings.zone.names, by_zone.tolist(), strict=True):
            shares[name, end_ns] = min(share, 1.0)
        shares[CITY_ZONE, end_ns] = min(float(counted.sum() / due.sum()), 1.0)
    return shares


def _intervals(readings: Readings) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """(d,) ns between two readings of each device; of one with a single reading that of the median device."""
    devices = len(readings.device.names)
    first, last = np.full(devices, 2**62), np.full(devices, -(2**62))
    low, high = first.copy(), last.copy()
    for column, least, most in ((readings.measured_ns, first, last), (readings.sequence, low, high)):
        np.minimum.at(least, readings.device.number, column)
        np.maximum.at(most, readings.device.number, column)
    steps = high - low
    interval = np.where(steps > 0, (last - first) / np.maximum(steps, 1), np.nan)
    return np.where(np.isnan(interval), np.nanmedian(interval), interval)

"""Whether the coverage that a run says of its figures is the share of readings that came."""

from collections.abc import Iterator
from dataclasses import dataclass
from math import nan

import numpy as np

from config.durations import format_duration
from config.settings import Settings
from denyut.scoring.expected_coverage import expected_coverage, registered_devices, taken_in
from denyut.scoring.expected_windows import closing_of
from denyut.scoring.truth import Readings, Truth
from processors.indicators.indicator_batch import CITY_ZONE
from processors.quality.step import step_of
from storage.store import Query, Store

TOLERANCE = 0.02


@dataclass(frozen=True, slots=True)
class CoverageScore:
    """Of the coverage of `KIND_data_quality` of every zone and window that lies within the simulation.

    A window has to have it in which a reading of the kind surely came, of any zone, and that is no shorter than the
    shortest of a minute or longer.

    Of kinds all of whose devices the configuration names with their interval: a run has to learn that of the others.
    """

    figures: int
    """That there are, or should be."""
    missing: int
    """Of them: those that are not there."""
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
    until_ns = min(until_ns, truth.end_ns)
    found = np.array(
        [error for readings in truth.kinds for error in _errors(readings, truth, store, settings, until_ns, slack_ns)]
    )
    sizes = np.abs(found)
    there = sizes[~np.isnan(sizes)]
    return CoverageScore(
        figures=len(found),
        missing=int(np.count_nonzero(np.isnan(found))),
        within=int(np.count_nonzero(sizes <= TOLERANCE)),
        boasting=int(np.count_nonzero(found > TOLERANCE)),
        median_error=float(np.median(there)) if len(there) else 0.0,
        worst_error=float(there.max(initial=0.0)),
    )


def _errors(
    readings: Readings, truth: Truth, store: Store, settings: Settings, until_ns: int, slack_ns: int
) -> Iterator[float]:
    """Of each figure: how far it is above or, negative, below what may have come; NaN where it is missing."""
    registered = registered_devices(readings, settings)
    if registered is None:
        return
    taken = taken_in(readings, registered, settings, truth.start_ns, slack_ns)
    closing = closing_of(settings, readings.kind, slack_ns, until_ns)
    for size in _sizes_with_coverage(readings.kind, settings):
        where = (
            ("city", str(truth.about["city"])),
            ("indicator", f"{readings.kind}_data_quality"),
            ("size", format_duration(size)),
        )
        rows = store.query(Query("indicator", where, from_ns=truth.start_ns + size, to_ns=until_ns + 1))
        said = {(row.tags["zone"], row.time_ns): row.fields.get("coverage", 0.0) for row in rows}
        first_end = -(-truth.start_ns // size) * size + size
        shares = expected_coverage(taken, registered, size, closing, range(first_end, until_ns + 1, size))
        for (zone, end), (least, most) in shares.items():
            if (zone, end) in said:
                yield max(said[zone, end] - most, 0.0) + min(said[zone, end] - least, 0.0)
            elif shares[CITY_ZONE, end][0] > 0:
                yield nan


def _sizes_with_coverage(kind: str, settings: Settings) -> list[int]:
    sizes = [
        window.size
        for window in settings.windows.sizes
        if window.hop in (None, window.size) and (not window.kinds or kind in window.kinds)
    ]
    shortest = step_of(tuple(sizes))
    return [size for size in sizes if shortest is not None and size >= shortest]

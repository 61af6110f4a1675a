"""Whether the coverage that a run says of its figures is the share of readings that came."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from config.durations import format_duration
from config.settings import Settings
from denyut.scoring.expected_coverage import expected_coverage, registered_devices, taken_in
from denyut.scoring.expected_windows import closing_of
from denyut.scoring.truth import Readings, Truth
from storage.store import Query, Store

TOLERANCE = 0.02


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
    until_ns = min(until_ns, truth.end_ns)
    found = np.array(
        [error for readings in truth.kinds for error in _errors(readings, truth, store, settings, until_ns, slack_ns)]
    )
    sizes = np.abs(found)
    return CoverageScore(
        figures=len(found),
        within=int(np.count_nonzero(sizes <= TOLERANCE)),
        boasting=int(np.count_nonzero(found > TOLERANCE)),
        median_error=float(np.median(sizes)) if len(found) else 0.0,
        worst_error=float(sizes.max(initial=0.0)),
    )


def _errors(
    readings: Readings, truth: Truth, store: Store, settings: Settings, until_ns: int, slack_ns: int
) -> Iterator[float]:
    """Of each figure: how far it is above or, negative, below what may have come."""
    registered = registered_devices(readings, settings)
    if registered is None:
        return
    taken = taken_in(readings, registered, settings, truth.start_ns, slack_ns)
    closing = closing_of(settings, readings.kind, slack_ns, until_ns)
    for window in settings.windows.sizes:
        if window.hop not in (None, window.size) or (window.kinds and readings.kind not in window.kinds):
            continue
        where = (
            ("city", str(truth.about["city"])),
            ("indicator", f"{readings.kind}_data_quality"),
            ("size", format_duration(window.size)),
        )
        rows = store.query(Query("indicator", where, from_ns=truth.start_ns + window.size, to_ns=until_ns + 1))
        ends = sorted({row.time_ns for row in rows})
        shares = expected_coverage(taken, registered, window.size, closing, ends)
        for row in rows:
            bounds = shares.get((row.tags["zone"], row.time_ns))
            if bounds is not None:
                said = row.fields.get("coverage", 0.0)
                yield max(said - bounds[1], 0.0) + min(said - bounds[0], 0.0)

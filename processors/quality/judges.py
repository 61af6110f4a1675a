"""The judges of all kinds of device: what the processor hands them, and where their findings go."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from config.settings import Kind, Windows
from ingest.devices import DeviceTable
from ingest.readings import ReadingBatch
from processors.indicators.indicator_batch import IndicatorBatch, ZoneWindows
from processors.outcomes import Outcome, Outcomes
from processors.quality.judgement import Asked, Fields, judge
from processors.quality.kept import Kept
from processors.tracked import TrackedColumns
from processors.window_batch import ClosedWindow

_UNCONFIGURED = Kind()


class Judges:
    def __init__(
        self, kept: dict[str, Kept], windows: Windows, kinds: Mapping[str, Kind], devices: DeviceTable
    ) -> None:
        """`kept`: kind -> what its readings are judged by, a part of the processor's state."""
        self._kept = kept
        self._windows = windows
        self._kinds = kinds
        self._devices = devices

    def count_off_clock(self, batch: ReadingBatch, outcomes: Outcomes) -> None:
        """Readings of live data that came with a time further from that of their receipt than `ahead` allows."""
        wrong = (outcomes == Outcome.LATE) | (outcomes == Outcome.TOO_LATE) | (outcomes == Outcome.TIME_AHEAD)
        if wrong.any():
            wrong &= np.abs(batch.time_ns - batch.received_ns) > self._windows.ahead
            self._kept_of(batch.kind).misread.count_off_clock(batch.device[wrong])

    def count_outside(self, batch: ReadingBatch, values: NDArray[np.float64], outcomes: Outcomes) -> None:
        """values: (q, n) with NaN for those that were left out of the batch's."""
        left_out = np.isnan(values) & ~np.isnan(batch.values) & (outcomes != Outcome.DUPLICATE)
        for row in np.flatnonzero(left_out.any(axis=1)).tolist():
            misread = self._kept_of(batch.kind).misread
            misread.count_outside(batch.quantities[row], batch.device[left_out[row]])

    def judge(
        self, windows: ZoneWindows, tracked: TrackedColumns, closed: ClosedWindow
    ) -> tuple[ZoneWindows, list[IndicatorBatch]]:
        """The windows, told which readings are suspect, and figures; flags become fields of the closed window."""
        kind = closed.whole.kind
        asked = Asked(
            rules=self._kinds.get(kind, _UNCONFIGURED).quality,
            quantities={tracked.names[place]: quantity for place, quantity in tracked.quantities.items()},
            rows=lambda: np.array(self._devices.rows_of_kind[kind], np.int64),
            room=self._room,
        )
        found = judge(windows, self._kept_of(kind), asked)
        _add_fields(closed, found.fields)
        return replace(windows, suspect=found.suspect), [] if found.figures is None else [found.figures]

    def _kept_of(self, kind: str) -> Kept:
        kept = self._kept.get(kind)
        if kept is None:
            kept = self._kept[kind] = Kept()
        return kept

    def _room(self) -> int:
        return max(0, self._windows.anomaly_series - sum(kept.series for kept in self._kept.values()))


def _add_fields(closed: ClosedWindow, fields: Fields) -> None:
    """Also to the rows to write, which may be fewer than all; only fields of which they have any."""
    closed.whole.fields.update(fields)
    if closed.changed is closed.whole:
        return
    row = np.searchsorted(closed.whole.device, closed.changed.device)
    for name, values in fields.items():
        if np.isfinite(values[row]).any():
            closed.changed.fields[name] = values[row]

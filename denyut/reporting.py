"""What a run tells while it runs: its status file, and a line a minute about what was rejected."""

import logging
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from denyut.pipeline import Pipeline
from denyut.status import write_status

LOG = logging.getLogger("denyut")
_CALM_STATUS_S, _IDLE_STATUS_S = 1.0, 2.0
_MANY = 1_000
"""Messages that are told at once; fewer may wait, as to replace a file costs a millisecond."""
_REJECTIONS_EVERY_S = 60.0


class Reporting:
    def __init__(self, data_dir: Path, pipeline: Pipeline, figures: Callable[[], Mapping[str, Any]]) -> None:
        """`figures`: the numbers of the status contract, as they are now."""
        self._data_dir = data_dir
        self._pipeline = pipeline
        self._ledger = pipeline.ledger
        self._figures = figures
        self._reported: tuple[int, ...] | None = None
        self._reported_at = 0.0
        self._unwritten = False
        self._named = pipeline.ledger.rejected.copy()
        self._named_at = time.monotonic()

    def report(self) -> None:
        self._write(self._figures())

    def report_when_due(self) -> None:
        """At once where a number has changed that people wait for, else now and then."""
        self._name_rejections_when_due()
        points = [number for sink in self._pipeline.sinks for number in (sink.points_written, sink.points_pending)]
        now = (self._ledger.received, *points)
        age_s = time.monotonic() - self._reported_at
        much = self._reported is None or now[0] - self._reported[0] >= _MANY or now[1:] != self._reported[1:]
        if much or age_s >= (_IDLE_STATUS_S if now == self._reported else _CALM_STATUS_S):
            self._reported, self._reported_at = now, time.monotonic()
            self._ledger.check_devices()
            self._write(self._figures())

    def _write(self, figures: Mapping[str, Any]) -> None:
        try:
            write_status(self._data_dir, figures)
        except OSError as error:
            # A full disk may keep the status from being written, but must not end the run.
            if not self._unwritten:
                LOG.warning("the status cannot be written: %s", error)
            self._unwritten = True
        else:
            self._unwritten = False

    def _name_rejections_when_due(self) -> None:
        """Who mends the devices must not have to ask first."""
        if time.monotonic() - self._named_at < _REJECTIONS_EVERY_S:
            return
        new = self._ledger.rejected - self._named
        self._named_at = time.monotonic()
        self._named = self._ledger.rejected.copy()
        if new:
            named = ", ".join(f"{reason} {count}" for reason, count in new.most_common())
            LOG.warning("rejected in the last minute: %s", named)

"""What a run measures of itself once a minute, so that rules can watch it as they watch the city."""

import shutil
import time
from collections.abc import Callable
from pathlib import Path

from denyut.pipeline import Pipeline

EVERY_S = 60.0


class OwnHealth:
    """Of each minute these figures.

    `denyut_journal_lag_s`: the longest time that an entry waited. `denyut_points_pending`: points that the store has
    not taken yet. `denyut_dead_letter_share`: of the messages, those that could not be taken in.
    `denyut_disk_free_share`: of the disk with the data directory. `denyut_notices_waiting`: notices that are not told
    yet, or told in vain so far.
    """

    def __init__(
        self,
        data_dir: Path,
        pipeline: Pipeline,
        lag_s: Callable[[], float],
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._data_dir = data_dir
        self._pipeline = pipeline
        self._lag_s = lag_s
        self._monotonic = monotonic
        self._measured_s = monotonic()
        self._longest_lag_s = 0.0
        self._received, self._rejected = self._counts()

    def look(self) -> dict[str, float] | None:
        """To be called several times a second; the figures once a minute, None between."""
        self._longest_lag_s = max(self._longest_lag_s, self._lag_s())
        if self._monotonic() - self._measured_s < EVERY_S:
            return None
        self._measured_s = self._monotonic()
        received, rejected = self._counts()
        new = received - self._received
        figures = {
            "denyut_journal_lag_s": round(self._longest_lag_s, 3),
            "denyut_points_pending": float(self._pipeline.sinks[0].points_pending),
            "denyut_dead_letter_share": (rejected - self._rejected) / new if new else 0.0,
        }
        if self._pipeline.record is not None:
            figures["denyut_notices_waiting"] = float(self._pipeline.record.deliveries.waiting)
        free_share = self._free_share()
        if free_share is not None:
            figures["denyut_disk_free_share"] = free_share
        self._received, self._rejected, self._longest_lag_s = received, rejected, 0.0
        return figures

    def _counts(self) -> tuple[int, int]:
        ledger = self._pipeline.ledger
        return ledger.received, sum(ledger.rejected.values())

    def _free_share(self) -> float | None:
        """None where the system does not say it."""
        try:
            disk = shutil.disk_usage(self._data_dir)
        except OSError:
            return None
        return disk.free / disk.total if disk.total else None

"""A pipeline that recorded data goes through: as fast as the stores take what comes out, and closed at its end."""

import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from config.settings import Settings
from denyut.intake import Intake
from denyut.pipeline import REPLAY, Pipeline, build
from denyut.status import compose, write_status
from processors.processor import TimeBase

_IN_MEMORY = 64 << 20
"""Bytes of points that may wait for the disk before reading goes on."""
_PATIENCE_S = 60.0
"""A store that takes no point for so long will not take the others either."""


class ReplayPipeline:
    def __init__(self, settings: Settings, data_dir: Path, time_base: TimeBase) -> None:
        """Raises what `build` raises."""
        self._data_dir = data_dir
        # A replay that was killed may have left an outbox, which would take these points for those it knows.
        shutil.rmtree(data_dir / REPLAY, ignore_errors=True)
        self._pipeline: Pipeline = build(settings, data_dir, time_base=time_base)
        self.devices = self._pipeline.devices
        self.ledger = self._pipeline.ledger
        self.intake: Intake = self._pipeline.intake
        self.alerts = self._pipeline.alerts

    def start(self) -> None:
        self._started = time.monotonic()
        self._pipeline.start()

    def wait_for_stores(self) -> None:
        """Until there is room for more points."""
        outbox = self._pipeline.outbox
        self._wait_while(lambda: outbox.full or outbox.bytes_waiting_in_memory > _IN_MEMORY)

    def finish(self) -> dict[str, Any]:
        """Close what is open; the status, which the directory keeps."""
        self.intake.finish()
        self._wait_while(lambda: self._pending() > 0)
        self._pipeline.stop(1.0)
        shutil.rmtree(self._data_dir / REPLAY, ignore_errors=True)
        status = compose(self._pipeline, time.monotonic() - self._started, "stopped")
        write_status(self._data_dir, status)
        return status

    def _wait_while(self, condition: Callable[[], bool]) -> None:
        """As long as points go on into the stores."""
        pending, moved = self._pending(), time.monotonic()
        while condition() and time.monotonic() - moved < _PATIENCE_S:
            time.sleep(0.02)
            before, pending = pending, self._pending()
            if pending != before:
                moved = time.monotonic()

    def _pending(self) -> int:
        return sum(sink.points_pending for sink in self._pipeline.sinks)

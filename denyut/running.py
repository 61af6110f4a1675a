"""`denyut run` while it runs: connections, the clock that closes windows, the status file, and an orderly stop."""

import asyncio
import logging
import signal
import time
from collections.abc import Callable
from pathlib import Path

from config.settings import Settings
from denyut.pipeline import Pipeline, build
from denyut.saved_state import discard, discard_points, save, save_points
from denyut.status import compose, write_status
from ingest.messages import MessageBatch
from ingest.mqtt.connection import Connection
from ingest.mqtt.events import ConnectionEvent, Happening
from ingest.mqtt.options import options_of

LOG = logging.getLogger("denyut")
TICK_S = 0.25
_IDLE_STATUS_S = 2.0
_REJECTIONS_EVERY_S = 60.0
_STORE_STOP_S = 6.0
"""Of the ten seconds a stop may take."""


class UnsavedError(Exception):
    """The run ended, but what the next one should go on with could not be saved."""


class Run:
    def __init__(self, settings: Settings, data_dir: Path) -> None:
        options = [options_of(source, str(data_dir.resolve())) for source in settings.sources]
        self._data_dir = data_dir
        self._pipeline: Pipeline = build(settings, data_dir, resumed=True)
        self._connections = [
            Connection(each, self._taker(index, each.name), _log) for index, each in enumerate(options)
        ]
        self._stop = asyncio.Event()
        self._started = time.monotonic()
        self._reported: tuple[int, int, int] | None = None
        self._reported_at = 0.0
        self._unreported = False
        self._holding = False
        self._rejections_named = self._pipeline.ledger.rejected.copy()
        self._rejections_named_at = self._started
        self._left_points = self._pipeline.writer.points_pending > 0

    async def until_stopped(self) -> None:
        """Returns after SIGTERM or SIGINT, with everything flushed and saved."""
        loop = asyncio.get_running_loop()
        for signal_number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(signal_number, self._stop.set)
        discard(self._data_dir)
        self._pipeline.writer.start()
        self._report("running")
        async with asyncio.TaskGroup() as tasks:
            for connection in self._connections:
                tasks.create_task(connection.run(self._stop))
            tasks.create_task(self._keep_time())
        await asyncio.to_thread(self._finish)

    def _taker(self, index: int, source: str) -> Callable[[MessageBatch], None]:
        def take(batch: MessageBatch) -> None:
            self._pipeline.intake.take(source, batch)
            self._connections[index].acknowledge(batch)

        return take

    async def _keep_time(self) -> None:
        """Windows close by the receive clock, also when nothing arrives."""
        while not self._stop.is_set():
            self._pipeline.intake.advance(time.time_ns())
            self._hold_back()
            self._forget_left_points()
            self._report_when_due()
            self._name_rejections_when_due()
            try:
                await asyncio.wait_for(self._stop.wait(), TICK_S)
            except TimeoutError:
                continue

    def _name_rejections_when_due(self) -> None:
        """A line a minute, if any: who mends the devices must not have to ask first."""
        if time.monotonic() - self._rejections_named_at < _REJECTIONS_EVERY_S:
            return
        new = self._pipeline.ledger.rejected - self._rejections_named
        self._rejections_named_at = time.monotonic()
        self._rejections_named = self._pipeline.ledger.rejected.copy()
        if new:
            named = ", ".join(f"{reason} {count}" for reason, count in new.most_common())
            LOG.warning("rejected in the last minute: %s", named)

    def _forget_left_points(self) -> None:
        """Points that an earlier run left stay on disk until they are written."""
        if self._left_points and not self._pipeline.writer.points_pending:
            discard_points(self._data_dir)
            self._left_points = False

    def _hold_back(self) -> None:
        """Back-pressure: while too many points wait for the store, the broker keeps the messages."""
        writer = self._pipeline.writer
        if not self._holding and writer.full:
            LOG.warning("%d points wait for the store: reading pauses", writer.points_pending)
            for connection in self._connections:
                connection.pause_reading()
            self._holding = True
        elif self._holding and writer.relaxed:
            LOG.info("%d points wait for the store: reading goes on", writer.points_pending)
            for connection in self._connections:
                connection.resume_reading()
            self._holding = False

    def _report_when_due(self) -> None:
        writer = self._pipeline.writer
        now = (self._pipeline.ledger.received, writer.points_written, writer.points_pending)
        if now != self._reported or time.monotonic() - self._reported_at >= _IDLE_STATUS_S:
            self._reported, self._reported_at = now, time.monotonic()
            self._report("running")

    def _report(self, state: str) -> None:
        status = compose(self._pipeline, time.monotonic() - self._started, state)
        try:
            write_status(self._data_dir, status)
        except OSError as error:
            # A full disk may keep the status from being written, but must not end the run.
            if not self._unreported:
                LOG.warning("the status cannot be written: %s", error)
            self._unreported = True
        else:
            self._unreported = False

    def _finish(self) -> None:
        pipeline = self._pipeline
        pipeline.intake.advance(time.time_ns())
        pipeline.writer.stop(_STORE_STOP_S)
        failures = [failure for failure in (self._try(self._save_points), self._try(self._save_state)) if failure]
        self._report("stopped")
        pipeline.dead_letters.close()
        LOG.info(
            "stopped: %d messages received, %d points written", pipeline.ledger.received, pipeline.writer.points_written
        )
        if failures:
            raise UnsavedError("; ".join(failures))

    def _save_points(self) -> None:
        writer = self._pipeline.writer
        save_points(self._data_dir, writer.left_over())
        if writer.points_pending:
            LOG.warning("%d points wait on disk for the next start: %s", writer.points_pending, writer.last_error)

    def _save_state(self) -> None:
        pipeline = self._pipeline
        topics = {name: decoder.topics for name, decoder in pipeline.decoders.items()}
        save(self._data_dir, pipeline.processor.state, pipeline.ledger, pipeline.devices, topics)

    def _try(self, step: Callable[[], None]) -> str:
        """What kept the step from being done; a full disk for one file must not lose the other."""
        try:
            step()
        except OSError as error:
            return f"{error.filename or self._data_dir} cannot be written: {error.strerror}"
        return ""


def _log(event: ConnectionEvent) -> None:
    calm = event.happening in (Happening.CONNECTED, Happening.SUBSCRIBED, Happening.CLOSED)
    LOG.log(logging.INFO if calm else logging.WARNING, "%s", event)

"""`denyut run` while it runs: recovery, connections, the clock that closes windows, and an orderly stop."""

import asyncio
import logging
import signal
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from alerts import acts
from alerts.desk import Outcome
from alerts.record.schema import FILE_NAME as RECORD
from config.settings import Settings
from denyut.actuating import publisher_of
from denyut.admission import Admission
from denyut.durability import Durability
from denyut.flow_control import FlowControl
from denyut.health import Pulse
from denyut.intake import in_turn
from denyut.memory import FreedMemory
from denyut.own_health import OwnHealth
from denyut.pipeline import Pipeline, build
from denyut.reporting import Reporting
from denyut.requeueing import requeued_entries
from denyut.run_figures import RunFigures
from denyut.service import Served, Service
from denyut.set_aside import SetAside
from denyut.supervisor import Supervisor
from ingest.journal.entries import Act, Messages
from ingest.messages import MessageBatch
from ingest.mqtt.broker_watch import watches_of
from ingest.mqtt.connection import Connection
from ingest.mqtt.events import ConnectionEvent, Happening
from ingest.mqtt.options import options_of
from ingest.readings import ReadingBatch
from ingest.receive_clock import ReceiveClock, median_lag_ns

LOG = logging.getLogger("denyut")
TICK_S = 0.25
REVISE_EVERY_NS = 3_000_000_000
"""The least time between two looks at windows that late readings have changed."""
_CHECKPOINT_S = 2.0
_STORE_STOP_S = 3.0
"""Of the ten seconds that a stop may take."""


class FailedError(Exception):
    """A mistake of the program, or the machine, ended the run; the next start goes on from what is on disk."""


class UnsavedError(Exception):
    """The run ended, but what the next one should go on with could not be saved."""


class Run:
    def __init__(self, settings: Settings, data_dir: Path) -> None:
        """On the event loop that will run it. Raises what `build` raises, JournalError and ServiceError."""
        self._options = [options_of(source, str(data_dir.resolve())) for source in settings.sources]
        self._durability = Durability(settings, data_dir)
        self._pipeline: Pipeline = build(settings, data_dir, self._durability.saved)
        self._durability.attach(self._pipeline)
        self._admission = Admission(self._durability.journal, self._pipeline.intake, SetAside(data_dir))
        self._delay_ns = settings.windows.delay
        self._clock = ReceiveClock()
        self._ticked_ns = 0
        self._pipeline.intake.heard = self._heard
        self._connections: dict[str, Connection] = {}
        self._flow = FlowControl(settings, self._pipeline, self._admission, self._connections)
        self._watches = watches_of(self._options)
        self._durability.keep_counts(self._watches)
        self._figures = RunFigures(
            self._pipeline,
            self._durability,
            self._admission,
            self._flow,
            self._connections,
            self._watches,
            self._clock,
        )
        self._supervisor = Supervisor()
        self._figures.pulse = Pulse(felt=self._supervisor.alive)
        self._reporting = Reporting(data_dir, self._pipeline, self._figures.status)
        self._service = Service(settings.http, self._served(settings, data_dir))
        self._pipeline.intake.follow = in_turn(self._pipeline.intake.follow, self._service.follow)
        self._figures.address = self._service.address
        self._freed = FreedMemory()
        self._own_health = OwnHealth(data_dir, self._pipeline, lambda: self._admission.lag_s)
        self._stop = asyncio.Event()

    async def until_stopped(self) -> None:
        """Returns after SIGTERM or SIGINT, with everything flushed and saved."""
        loop = asyncio.get_running_loop()
        for signal_number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(signal_number, self._stop.set)
        self._pipeline.start()
        await self._service.start()
        self._supervisor.ready()
        self._reporting.report()
        beating = asyncio.create_task(self._beat())
        await self._durability.recover(self._admission, self._stop)
        beating.cancel()
        self._clock.not_before(self._pipeline.processor.state.watermark_ns + self._delay_ns)
        self._connect()
        async with asyncio.TaskGroup() as tasks:
            for connection in self._connections.values():
                tasks.create_task(connection.run(self._stop))
            for watch in self._watches:
                tasks.create_task(watch.run(self._stop))
            publisher = publisher_of(self._pipeline, self._options, self._admission, self._clock.now_ns)
            if publisher is not None:
                self._figures.actuation = publisher
                tasks.create_task(publisher.run(self._stop))
            tasks.create_task(self._keep_time())
            tasks.create_task(self._stop_on_failure())
        await self._finish()

    async def _act(self, act: acts.Act) -> Outcome | None:
        """What came of it, once it is safe; None where nobody waits for an answer. May raise NotNowError."""
        if self._figures.state != "running":
            raise acts.NotNowError("what an earlier run took in is being processed: try again in a moment")
        return (await self._admission.act(Act(acts.encode(act), self._clock.now_ns()))).outcome

    def _served(self, settings: Settings, data_dir: Path) -> Served:
        pipeline = self._pipeline
        return Served(
            settings,
            figures=self._figures.status,
            devices=pipeline.devices,
            ledger=pipeline.ledger,
            last_seen_ns=lambda: pipeline.processor.state.cadences.latest_ns,
            desk=pipeline.alerts,
            record=data_dir / RECORD,
            act=self._act,
            now_ns=self._clock.now_ns,
            next_offset=pipeline.intake.next_offset,
            alive=self._figures.alive,
            ready=self._figures.ready,
        )

    def _connect(self) -> None:
        held = self._durability.unacknowledged()
        self._durability.begin()
        for options in self._options:
            self._connections[options.name] = Connection(
                options,
                self._taker(options.name),
                self._happened,
                self._clock.now_ns,
                already_held=held.get(options.name, ()),
            )
        self._flow.begin(self._clock.now_ns())
        if self._pipeline.alerts.left:
            self._admission.take(Act(acts.encode(acts.RulesChanged(who="denyut")), self._clock.now_ns()))
        self._figures.state = "running"
        self._reporting.report()

    def _happened(self, event: ConnectionEvent) -> None:
        calm = event.happening in (Happening.CONNECTED, Happening.SUBSCRIBED, Happening.CLOSED)
        LOG.log(logging.INFO if calm else logging.WARNING, "%s", event)
        self._figures.presence.heard(event)
        for watch in self._watches:
            if watch.name == event.source and event.happening is Happening.SUBSCRIBED:
                watch.begin()

    def _taker(self, source: str) -> Callable[[MessageBatch], None]:
        def take(batch: MessageBatch) -> None:
            kept = self._flow.admit(source, batch)
            if kept is not None:
                self._admission.take(Messages(source, kept), lambda: self._connections[source].acknowledge(kept))

        return take

    async def _beat(self) -> None:
        """While the journal is processed again, which may take minutes, nobody shall think that the loop stands."""
        while True:
            self._figures.pulse.beat()
            await asyncio.sleep(TICK_S)

    async def _keep_time(self) -> None:
        """Windows close by the receive clock, also when nothing arrives."""
        while not self._stop.is_set():
            self._figures.pulse.beat()
            self._flow.regulate(self._clock.now_ns())
            self._close_windows()
            self._measure()
            self._durability.save_when_due()
            self._take_requeued()
            self._pipeline.dead_letters.expire(self._clock.now_ns())
            self._reporting.report_when_due()
            try:
                await asyncio.wait_for(self._stop.wait(), TICK_S)
            except TimeoutError:
                continue

    def _close_windows(self) -> None:
        """By an entry of the journal, so that windows close at the same place when it is applied again."""
        now_ns = self._clock.now_ns()
        behind = any(connection.behind for connection in self._connections.values())
        if not (behind or self._admission.ticking) and self._is_time(now_ns):
            self._ticked_ns = now_ns
            self._admission.tick(now_ns)
        self._freed.give_back(self._pipeline.intake.windows_closed)

    def _measure(self) -> None:
        """Once a minute the run's own figures, by an entry of the journal too."""
        figures = self._own_health.look()
        if figures is not None:
            measured = acts.Measured(who="denyut", figures=figures)
            self._admission.take(Act(acts.encode(measured), self._clock.now_ns()))

    def _is_time(self, now_ns: int) -> bool:
        """Windows close and alerts climb at once; what late readings changed waits for more of them.

        All figures are made anew for those.
        """
        processor, due_ns = self._pipeline.processor, self._pipeline.alerts.next_due_ns
        if due_ns is not None and due_ns <= now_ns:
            return True
        return processor.due(now_ns) and (abs(now_ns - self._ticked_ns) >= REVISE_EVERY_NS or processor.closes(now_ns))

    def _take_requeued(self) -> None:
        """Dead letters that somebody asked to be taken in again."""
        dead_letters = self._pipeline.dead_letters
        for entry, ids in requeued_entries(dead_letters, self._connections):
            self._admission.take(entry, partial(dead_letters.settled, ids))

    def _heard(self, readings: Sequence[ReadingBatch]) -> None:
        """Devices bear witness where somebody has set the clock of this machine."""
        if self._clock.difference_ns and (lag_ns := median_lag_ns(readings)) is not None:
            self._clock.observe(lag_ns)

    async def _stop_on_failure(self) -> None:
        stopped: asyncio.Future[Any] = asyncio.ensure_future(self._stop.wait())
        await asyncio.wait({stopped, self._admission.failed}, return_when=asyncio.FIRST_COMPLETED)
        stopped.cancel()
        self._stop.set()

    async def _finish(self) -> None:
        """The journal first, then the outbox and a checkpoint; the stores get what time is left."""
        self._supervisor.stopping()
        if self._connections:
            self._close_windows()
        await self._durability.end_journal()
        unsaved = await asyncio.to_thread(self._save)
        self._figures.state = "stopped"
        self._reporting.report()
        await self._service.stop()
        for sink in self._pipeline.sinks:
            if sink.points_pending:
                LOG.warning("%d points wait on disk for the next start: %s", sink.points_pending, sink.last_error)
        LOG.info("stopped: %d messages received", self._pipeline.ledger.received)
        if self._admission.failed.done():
            raise FailedError(f"processing failed: {self._admission.failed.exception()!r}; the log says more")
        if unsaved:
            raise UnsavedError(unsaved)

    def _save(self) -> str:
        """What keeps the next start from going on where this run ended; "" where nothing does."""
        unsaved = ""
        try:
            # An entry that failed was perhaps applied in part: what was saved before it is gone on from.
            if self._admission.failed.done():
                self._durability.checkpoints.stop()
            elif not self._durability.save_now(_CHECKPOINT_S):
                unsaved = f"what was put out cannot be written: {self._durability.hindrance}"
                if self._durability.journal is not None:
                    LOG.warning("%s; the next start applies again what the checkpoint lacks", unsaved)
                    unsaved = ""
        except OSError as error:
            # Also with a journal: it goes back to the last checkpoint, which may be gone.
            unsaved = f"the checkpoint cannot be written: {error.strerror or error}"
        self._pipeline.stop(_STORE_STOP_S)
        return unsaved

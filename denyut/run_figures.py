"""Everything a run knows of itself in numbers: for its status, for /metrics, and for its health."""

import time
from collections.abc import Mapping, Sequence
from typing import Any

from alerts.actuation.publisher import Publisher
from denyut.admission import Admission
from denyut.durability import Durability
from denyut.flow_control import FlowControl
from denyut.health import (
    Pulse,
    checkpoint_failing,
    journal_failing,
    journal_stuck,
    notices_stuck,
    outbox_full,
    record_failing,
)
from denyut.pipeline import Pipeline
from denyut.status import compose
from ingest.mqtt.broker_watch import BrokerWatch
from ingest.mqtt.connection import Connection
from ingest.mqtt.presence import Presence
from ingest.receive_clock import ReceiveClock


class RunFigures:
    def __init__(
        self,
        pipeline: Pipeline,
        durability: Durability,
        admission: Admission,
        flow: FlowControl,
        connections: Mapping[str, Connection],
        watches: Sequence[BrokerWatch],
        clock: ReceiveClock,
    ) -> None:
        """`connections` by source, empty until they are made."""
        self._pipeline = pipeline
        self._durability = durability
        self._admission = admission
        self._flow = flow
        self._connections = connections
        self._watches = watches
        self._clock = clock
        self._started = time.monotonic()
        self.presence = Presence(pipeline.decoders)
        self.pulse = Pulse()
        self.state = "recovering"
        self.actuation: Publisher | None = None
        self.address: str | None = None
        """Where it answers over HTTP."""

    def status(self) -> dict[str, Any]:
        return {
            **compose(self._pipeline, time.monotonic() - self._started, self.state, self._admission.lag_s),
            "journal": self._journal(),
            "checkpoint": self._checkpoint(),
            "sources": {name: self._source(name, connection) for name, connection in self._connections.items()},
            "brokers": {watch.name: watch.figures.as_status() for watch in self._watches},
            "reading_paused": self._flow.holding,
            "holding": bool(self._flow.holding),
            "shedding": int(self._flow.pressure.level),
            "clock_difference_s": round(self._clock.difference_ns / 1e9, 3),
            "actuation": None if self.actuation is None else dict(self.actuation.status),
            "http": self.address,
        }

    def alive(self) -> dict[str, str]:
        """Check -> what is wrong, "" where nothing is."""
        checks = {"clock": self.pulse.failure()}
        if self._durability.journal is not None:
            journal = self._durability.journal
            checks["journal"] = journal_stuck(journal.lag_s, journal.last_error)
        return checks

    def ready(self) -> dict[str, str]:
        outbox, journal = self._pipeline.outbox, self._durability.journal
        return {
            "recovery": "the journal is processed again" if self.state == "recovering" else "",
            "sources": self.presence.failure(),
            "journal": journal_failing(journal.last_error) if journal is not None else "",
            "checkpoint": checkpoint_failing(self._durability.checkpoints.overdue),
            "outbox": outbox_full(outbox.fraction_full, outbox.last_error),
            **self._telling(),
        }

    def _telling(self) -> dict[str, str]:
        record = self._pipeline.record
        if record is None:
            return {}
        oldest_ns = record.deliveries.oldest_ns
        waited_s = 0.0 if oldest_ns is None else (time.time_ns() - oldest_ns) / 1e9
        return {"alerts": record_failing(record.last_error), "notices": notices_stuck(waited_s)}

    def _journal(self) -> dict[str, Any] | None:
        journal = self._durability.journal
        if journal is None:
            return None
        return {
            "bytes": self._durability.journal_bytes(),
            "backlog_bytes": journal.backlog_bytes,
            "backlog_messages": journal.backlog_messages,
            "next_offset": journal.next_offset,
            "error": journal.last_error,
        }

    def _checkpoint(self) -> dict[str, Any]:
        checkpoints = self._durability.checkpoints
        return {
            "next_offset": checkpoints.last_offset,
            "age_s": checkpoints.age_s,
            "seconds": round(checkpoints.last_seconds, 3),
            "pause_s": round(checkpoints.last_pause_s, 4),
            "bytes": checkpoints.last_bytes,
            "failures": checkpoints.failures,
            "error": checkpoints.last_error,
        }

    def _source(self, name: str, connection: Connection) -> dict[str, Any]:
        statistics = connection.statistics
        return {
            "connected": self.presence.is_present(name),
            "behind": connection.behind,
            "connects": statistics.connects,
            "losses": statistics.losses,
            "messages": statistics.messages,
            "bytes": statistics.bytes,
            "repeated": statistics.repeated,
        }

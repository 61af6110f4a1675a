"""How much is let in: what must be shed at QoS 0, and when the broker is left holding the rest."""

import logging
import time
from collections.abc import Mapping

import numpy as np

from config.default_kinds import effective_kinds
from config.settings import Settings
from denyut.admission import Admission
from denyut.pipeline import Pipeline
from ingest.journal.entries import Messages
from ingest.messages import MessageBatch
from ingest.mqtt.connection import Connection
from ingest.pressure import Pressure
from ingest.shedding import Shedder

LOG = logging.getLogger("denyut")
_MEBIBYTE = 1 << 20
_STALLED_S = 2.0
"""Between two looks, which are to come every quarter of a second: the machine or the process stood still."""


class FlowControl:
    def __init__(
        self, settings: Settings, pipeline: Pipeline, admission: Admission, connections: Mapping[str, Connection]
    ) -> None:
        routers = {source: decoder.router for source, decoder in pipeline.decoders.items()}
        self.pressure = Pressure(settings.limits.messages * _MEBIBYTE)
        self._shedder = Shedder(effective_kinds(settings), routers)
        self._outbox = pipeline.outbox
        self._admission = admission
        self._connections = connections
        self.holding = ""
        """Why reading is paused; empty: it is not."""
        self._looked_s = time.monotonic()

    def begin(self, received_ns: int) -> None:
        """Each source may have a backlog: no other moves the time before it was heard."""
        self._looked_s = time.monotonic()
        self._expect_backlogs(received_ns)

    def admit(self, source: str, batch: MessageBatch) -> MessageBatch | None:
        """What is to be taken in of a batch; what is shed is entered in the ledger."""
        # Between two calls of `regulate` a fast source brings many times the limit.
        self._judge()
        if self.pressure.holding and not self.holding:
            self._pause(self._reason())
        kept, shed = self._shedder.shed(source, batch, self.pressure.level)
        if shed is not None:
            self._admission.take(shed)
        return kept

    def regulate(self, received_ns: int) -> None:
        """Pause or resume reading, as the memory, the journal and the outbox want it."""
        stalled = time.monotonic() - self._looked_s > _STALLED_S
        self._looked_s = time.monotonic()
        self._judge()
        reason = self._reason()
        if reason and not self.holding:
            self._pause(reason)
        elif self.holding and not reason:
            LOG.info("reading goes on")
            self._read_on(received_ns)
        elif stalled and not reason:
            self._read_on(received_ns)
        self.holding = reason

    def _judge(self) -> None:
        saturated_s = max((connection.saturated_for_s for connection in self._connections.values()), default=0.0)
        self.pressure.judge(self._admission.bytes_waiting, saturated_s, time.monotonic())

    def _pause(self, reason: str) -> None:
        LOG.warning("reading pauses: %s", reason)
        for connection in self._connections.values():
            connection.pause_reading()
        self.holding = reason

    def _read_on(self, received_ns: int) -> None:
        for connection in self._connections.values():
            connection.resume_reading()
        self._expect_backlogs(received_ns)

    def _expect_backlogs(self, received_ns: int) -> None:
        """As entries of the journal: a batch of no messages that is behind."""
        if len(self._connections) < 2:
            return
        nothing = MessageBatch([], [], np.zeros(0, np.bool_), received_ns, behind=True)
        for source in self._connections:
            self._admission.take(Messages(source, nothing))

    def _reason(self) -> str:
        if self.pressure.holding:
            return f"{self._admission.bytes_waiting >> 20} MiB of messages wait in memory"
        if self._outbox.full or (self.holding and not self._outbox.relaxed):
            return "the points that wait for a store fill the outbox"
        return ""

"""How much is let in: what must be shed at QoS 0, and when the broker is left holding the rest."""

import logging
from collections.abc import Mapping

from config.default_kinds import effective_kinds
from config.settings import Settings
from denyut.admission import Admission
from denyut.pipeline import Pipeline
from ingest.messages import MessageBatch
from ingest.mqtt.connection import Connection
from ingest.pressure import Pressure
from ingest.shedding import Shedder

LOG = logging.getLogger("denyut")
_MEBIBYTE = 1 << 20


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

    def admit(self, source: str, batch: MessageBatch) -> MessageBatch | None:
        """What is to be taken in of a batch; what is shed is entered in the ledger."""
        kept, shed = self._shedder.shed(source, batch, self.pressure.level)
        if shed is not None:
            self._admission.take(shed)
        return kept

    def regulate(self) -> None:
        """Pause or resume reading, as the memory, the journal and the outbox want it."""
        saturated_s = max((connection.saturated_for_s for connection in self._connections.values()), default=0.0)
        self.pressure.judge(self._admission.bytes_waiting, saturated_s)
        reason = self._reason()
        if reason and not self.holding:
            LOG.warning("reading pauses: %s", reason)
            for connection in self._connections.values():
                connection.pause_reading()
        elif self.holding and not reason:
            LOG.info("reading goes on")
            for connection in self._connections.values():
                connection.resume_reading()
        self.holding = reason

    def _reason(self) -> str:
        if self.pressure.holding:
            return f"{self._admission.bytes_waiting >> 20} MiB of messages wait in memory"
        if self._outbox.full or (self.holding and not self._outbox.relaxed):
            return "the points that wait for a store fill the outbox"
        return ""

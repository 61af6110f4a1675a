"""One batch from a source, all the way to points: decode, process, account, keep aside what cannot be taken in."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from denyut.store_writer import StoreWriter
from ingest.dead_letter_file import DeadLetter
from ingest.dead_letters import DeadLetters
from ingest.decoding import DecodedBatch, SourceDecoder
from ingest.ledger import Ledger
from ingest.messages import MessageBatch
from ingest.readings import ReadingBatch
from ingest.reasons import Reason
from processors.accounting import account, account_numbers
from processors.outcomes import Outcome, Outcomes
from processors.processor import Output, Processor
from storage.points import PointBatch
from storage.window_points import PointShaper


class Intake:
    """Not safe to use from two threads at once."""

    def __init__(
        self,
        decoders: Mapping[str, SourceDecoder],
        processor: Processor,
        ledger: Ledger,
        dead_letters: DeadLetters,
        shaper: PointShaper,
        writer: StoreWriter,
        raw: frozenset[str],
    ) -> None:
        self._decoders = decoders
        self._processor = processor
        self._ledger = ledger
        self._dead_letters = dead_letters
        self._shaper = shaper
        self._writer = writer
        self._raw = raw
        self.windows_closed = 0
        self.lag_s = 0.0
        """From the newest batch's arrival to the end of its processing."""

    def take(self, source: str, batch: MessageBatch) -> None:
        """Messages of one source; when it returns they may be acknowledged."""
        decoded = self._decoders[source].decode(batch)
        aside = self._process(len(batch), decoded)
        if aside:
            self._dead_letters.add(
                DeadLetter(batch.received_ns, source, batch.topics[message], batch.payloads[message], reason)
                for message, reason in aside
            )
        self.lag_s = max(0.0, (time.time_ns() - batch.received_ns) / 1e9)

    def take_readings(self, readings: ReadingBatch) -> None:
        """Recorded readings: each row counts as a message."""
        self._process(len(readings), DecodedBatch([readings]))

    def advance(self, received_ns: int | None = None) -> None:
        """Close what is due and hand it to the store."""
        self._hand_on(self._processor.advance(received_ns))

    def finish(self) -> None:
        """Recorded data has ended: close everything."""
        self._hand_on(self._processor.finish())

    def _process(self, size: int, decoded: DecodedBatch) -> list[tuple[int, Reason]]:
        outcomes = [self._processor.process(readings) for readings in decoded.readings]
        if self._raw:
            self._hand_on_raw(decoded.readings, outcomes)
        account_numbers(self._ledger, self._processor.state.sequences, decoded.readings)
        return account(self._ledger, size, decoded, outcomes)

    def _hand_on_raw(self, readings: Sequence[ReadingBatch], outcomes: Sequence[Outcomes]) -> None:
        self._writer.put(
            self._shaper.readings(_each_at_its_time(batch.take((became <= Outcome.LATE).nonzero()[0])))
            for batch, became in zip(readings, outcomes, strict=True)
            if batch.source in self._raw
        )

    def _hand_on(self, output: Output) -> None:
        points: list[PointBatch] = [self._shaper.windows(window.changed) for window in output.windows]
        points += [self._shaper.indicators(indicators) for indicators in output.indicators]
        self.windows_closed += sum(len(window.changed) for window in output.windows)
        self._writer.put(points)


def _each_at_its_time(batch: ReadingBatch) -> ReadingBatch:
    """Readings without a time share that of their receipt, and the store keeps one point for a device and a time."""
    if batch.timed.all():
        return batch
    return replace(batch, time_ns=np.where(batch.timed, batch.time_ns, batch.time_ns + np.arange(len(batch))))

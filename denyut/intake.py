"""What a journal entry does: decode, process, account, keep aside what cannot be taken in, hand on what has closed.

The same calls serve live messages and those that are applied again after a crash, and give the same output, byte for
byte. Output carries the entry's offset, so that the outbox and the dead letters know what they already hold.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from alerts.consequences import Consequences
from alerts.desk import Alerts, Decided
from alerts.engine import AlertEvent
from alerts.figures.readings import fresh
from denyut.alert_points import alert_points
from ingest.dead_letter_file import DeadLetter
from ingest.dead_letters import DeadLetters
from ingest.decoding import DecodedBatch, SourceDecoder
from ingest.journal.entries import Act, Entry, Messages, Shed, Tick
from ingest.ledger import Ledger
from ingest.messages import MessageBatch
from ingest.readings import ReadingBatch
from ingest.reasons import Reason
from processors.accounting import account, account_numbers, account_unread
from processors.outcomes import Outcome, Outcomes
from processors.processor import Output, Processor
from storage.outbox.outbox import Outbox
from storage.points import PointBatch
from storage.window_points import PointShaper

_EXPLAINED = 100
"""Letters of a batch whose field is looked for, which takes longer than to reject them: a flood must not be slower."""

Follow = Callable[[int, Consequences], None]
"""Takes what the journal entry of this offset has brought about."""


class Intake:
    """Entries are applied in the order of their offsets. Not safe to use from two threads at once."""

    def __init__(
        self,
        decoders: Mapping[str, SourceDecoder],
        processor: Processor,
        ledger: Ledger,
        dead_letters: DeadLetters,
        shaper: PointShaper,
        outbox: Outbox,
        raw: frozenset[str],
        alerts: Alerts,
        next_offset: int = 0,
    ) -> None:
        self._decoders = decoders
        self._processor = processor
        self._ledger = ledger
        self._dead_letters = dead_letters
        self._shaper = shaper
        self._outbox = outbox
        self._raw = raw
        self._alerts = alerts
        self.next_offset = next_offset
        self.heard: Callable[[Sequence[ReadingBatch]], None] | None = None
        """Told of what was decoded of each batch that came as it was sent, not from a backlog."""
        self.told: Callable[[Sequence[AlertEvent]], None] | None = None
        """Hears every change of an alert, beside the store."""
        self.follow: Follow | None = None
        """Makes durable what an entry brings beside points, and carries it out; called once for an offset."""
        self._brought = Consequences()
        self.decided: Decided | None = None
        """What came of the newest act."""
        self.windows_closed = 0
        self.stores = True
        """False: nobody asks for points, so none are made."""

    def apply(self, offset: int, entry: Entry) -> None:
        match entry:
            case Messages(source, batch) if source in self._decoders:
                self._take(offset, source, batch)
            case Messages():
                self.set_aside(offset, entry, Reason.SOURCE_UNKNOWN)
            case Tick(received_ns):
                self._append(offset, self._closed(self._processor.advance(received_ns), received_ns))
            case Shed(source, topics):
                if source in self._decoders:
                    account_unread(self._ledger, Reason.SHED, self._decoders[source].devices(topics))
            case Act(content, received_ns):
                self._act(offset, content, received_ns)
        self._hand_on(offset)

    def set_aside(self, offset: int, entry: Entry, reason: Reason) -> None:
        """Reject every message of the entry without looking at it."""
        if isinstance(entry, Messages):
            batch = entry.batch
            decoder = self._decoders.get(entry.source)
            device = np.full(len(batch), -1, np.int32) if decoder is None else decoder.devices(batch.topics)
            account_unread(self._ledger, reason, device)
            self._keep_aside(offset, entry.source, batch, [(message, reason) for message in range(len(batch))])
        self.next_offset = offset + 1

    def _act(self, offset: int, content: bytes, received_ns: int) -> None:
        decided = self.decided = self._alerts.act(content, received_ns)
        self._append(offset, self._followed(decided.consequences))

    def take_readings(self, readings: ReadingBatch) -> None:
        """Recorded readings: each row counts as a message."""
        raw, _ = self._process(len(readings), DecodedBatch([readings]), None)
        self._append(self.next_offset, raw)
        self._hand_on(self.next_offset)

    def close_recorded(self) -> None:
        """What recorded readings have passed closes; each window is known at its end."""
        self._append(self.next_offset, self._closed(self._processor.advance(), None))
        self._hand_on(self.next_offset)

    def tell_time(self, at_ns: int) -> None:
        """Recorded data has no clock: what alerts wait for is due."""
        self._append(self.next_offset, self._followed(self._alerts.advance(at_ns)))
        self._hand_on(self.next_offset)

    def finish(self) -> None:
        """Recorded data has ended: close everything."""
        self._append(self.next_offset, self._closed(self._processor.finish(), None))
        self._hand_on(self.next_offset)

    def _hand_on(self, offset: int) -> None:
        if self._brought:
            brought, self._brought = self._brought, Consequences()
            if self.follow is not None:
                self.follow(offset, brought)
        self.next_offset = offset + 1

    def _take(self, offset: int, source: str, batch: MessageBatch) -> None:
        decoded = self._decoders[source].decode(batch)
        if self.heard is not None and not batch.behind:
            self.heard(decoded.readings)
        points, aside = self._process(len(batch), decoded, batch.received_ns)
        self._keep_aside(offset, source, batch, aside)
        if batch.behind:
            # The clock closes nothing meanwhile, and a day of open windows would fill the memory.
            self._processor.fall_behind(source)
            points += self._closed(self._processor.advance(), batch.received_ns)
        self._append(offset, points)

    def _process(
        self, size: int, decoded: DecodedBatch, learned_ns: int | None
    ) -> tuple[list[PointBatch], list[tuple[int, Reason]]]:
        """The raw readings to be stored with what rules say of them at once, and what is to be kept aside."""
        newest_ns = self._newest_ns(decoded.readings)
        outcomes = [self._processor.process(readings) for readings in decoded.readings]
        account_numbers(self._ledger, self._processor.state.sequences, decoded.readings)
        for readings, became in zip(decoded.readings, outcomes, strict=True):
            if readings.behind and not readings.timed[became <= Outcome.LATE].all():
                self._alerts.doubt(readings.kind, readings.received_ns)
        points = self._raw_points(decoded.readings, outcomes) if self._raw else []
        if newest_ns:
            news = [
                fresh(decoded.readings[at], outcomes[at] <= Outcome.LATE, before) for at, before in newest_ns.items()
            ]
            points = points + self._followed(self._alerts.hear(news, learned_ns))
        return points, account(self._ledger, size, decoded, outcomes)

    def _newest_ns(self, readings: Sequence[ReadingBatch]) -> dict[int, NDArray[np.int64]]:
        """Position of each batch that a rule listens to -> what `Processor.newest_ns` says before it is processed."""
        heard = self._alerts.hears
        return {at: self._processor.newest_ns(each.device) for at, each in enumerate(readings) if each.kind in heard}

    def _keep_aside(self, offset: int, source: str, batch: MessageBatch, aside: Sequence[tuple[int, Reason]]) -> None:
        if aside:
            decoder = self._decoders.get(source)
            letters = [
                DeadLetter(
                    batch.received_ns, source, batch.topics[message], batch.payloads[message], reason, offset, message
                )
                for message, reason in aside
            ]
            if decoder is not None:
                letters[:_EXPLAINED] = [_explained(letter, decoder) for letter in letters[:_EXPLAINED]]
            self._dead_letters.add(letters)

    def _raw_points(self, readings: Sequence[ReadingBatch], outcomes: Sequence[Outcomes]) -> list[PointBatch]:
        return [
            self._shaper.readings(_each_at_its_time(batch.take((became <= Outcome.LATE).nonzero()[0])))
            for batch, became in zip(readings, outcomes, strict=True)
            if batch.source in self._raw
        ]

    def _closed(self, output: Output, learned_ns: int | None) -> list[PointBatch]:
        """`learned_ns`: None for recorded data, of which each window is known at its end."""
        points: list[PointBatch] = []
        if self.stores:
            points += [self._shaper.windows(window.changed) for window in output.windows]
            points += [self._shaper.indicators(indicators) for indicators in output.indicators]
        points += self._followed(self._alerts.observe(output, learned_ns))
        self.windows_closed += sum(len(window.changed) for window in output.windows)
        return points

    def _followed(self, consequences: Consequences) -> list[PointBatch]:
        self._brought.extend(consequences)
        if consequences.events and self.told is not None:
            self.told(consequences.events)
        points = alert_points(self._shaper.table, consequences.events)
        for figures in consequences.figures:
            self._processor.hear(figures)
            points.append(self._shaper.indicators(figures))
        return points

    def _append(self, offset: int, points: Sequence[PointBatch]) -> None:
        """Once for an offset: the outbox takes what comes with it again for something it holds."""
        if points and self.stores:
            self._outbox.append(offset, points)


def in_turn(first: Follow | None, second: Follow) -> Follow:
    def follow(offset: int, consequences: Consequences) -> None:
        if first is not None:
            first(offset, consequences)
        second(offset, consequences)

    return follow


def _explained(letter: DeadLetter, decoder: SourceDecoder) -> DeadLetter:
    return replace(letter, detail=decoder.rejected_field(letter.topic, letter.payload, letter.reason))


def _each_at_its_time(batch: ReadingBatch) -> ReadingBatch:
    """Readings without a time share that of their receipt, and the store keeps one point for a device and a time."""
    if batch.timed.all():
        return batch
    return replace(batch, time_ns=np.where(batch.timed, batch.time_ns, batch.time_ns + np.arange(len(batch))))

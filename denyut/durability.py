"""What makes a run survive its end: the journal, the checkpoints, and how a start goes on from them."""

import asyncio
import logging
import shutil
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np

from config.default_kinds import effective_kinds
from config.durability import JournalSettings
from config.durations import SECOND_NS
from config.settings import Settings
from denyut.admission import Admission
from denyut.broker_counts import BROKERS, dump_counts, restore_counts
from denyut.checkpointing import Checkpointing
from denyut.pipeline import Pipeline
from denyut.saved_state import ALERTS, SavedState
from denyut.snapshot import Snapshot
from ingest.journal.damage import Damage
from ingest.journal.entries import Messages
from ingest.journal.journal import Journal
from ingest.journal.reading import read_backwards, read_entries
from ingest.messages import MessageBatch
from ingest.mqtt.broker_watch import BrokerWatch
from ingest.mqtt.redelivery import MOST_HELD
from processors.checkpoints.directory import CheckpointDirectory

LOG = logging.getLogger("denyut")
JOURNAL = "journal"
_CHECKPOINTS = "checkpoints"
_OUTBOX, _DEAD_LETTERS, _RECORD = "outbox", "dead_letters", "alert_record"
"""Parts of a checkpoint: the highest entry whose points the outbox had taken in, the number of the last letter, and the
highest entry whose consequences the record of alerts had taken in."""
_NAMES = {
    _OUTBOX: "the outbox is",
    _DEAD_LETTERS: "the dead letters are",
    _RECORD: "the record of alerts is",
}
_BREATHE_S = 0.05
"""Entries are applied at most this long before signals and questions are answered."""
_JOURNAL_STOP_S = 2.0
_UNNOTICED_NS = 120 * SECOND_NS
"""So long a dead connection may look alive."""
_IN_FLIGHT_MIB = 16
"""Of the journal; holds as many messages as can be in flight, of some sources."""


class Durability:
    def __init__(self, settings: Settings, data_dir: Path) -> None:
        """Reads the newest checkpoint. Raises StateError or OSError."""
        self._settings = settings
        self._checkpoint_dir = data_dir / _CHECKPOINTS
        self._journal_dir = data_dir / JOURNAL
        self._directory = CheckpointDirectory(self._checkpoint_dir)
        self.saved = SavedState.newest(
            self._directory, settings.windows, effective_kinds(settings), ZoneInfo(settings.city.timezone)
        )
        self.journal: Journal | None = None
        self.checkpoints: Checkpointing
        self._pipeline: Pipeline
        self._watches: Sequence[BrokerWatch] = ()
        self._applied = False
        self._closed = 0
        """Windows that had closed when a checkpoint was last thought of."""

    def attach(self, pipeline: Pipeline) -> None:
        """Open the journal where the pipeline's knowledge ends. Raises JournalError."""
        self._pipeline = pipeline
        self.checkpoints = self._checkpointing()
        self._compare_with_checkpoint()
        if self._settings.journal.enabled:
            settings = _no_shorter(self._settings.journal)
            self.journal = Journal(self._journal_dir, settings, self._first_offset(), self._ends_early)

    def keep_counts(self, watches: Sequence[BrokerWatch]) -> None:
        """What the brokers count goes on from the last run, and is kept for the next. Raises StateError."""
        restore_counts(watches, self.saved.parts)
        self._watches = watches

    async def recover(self, admission: Admission, stop: asyncio.Event) -> None:
        """Apply again what the journal holds beyond the checkpoint, before the first new message.

        Ends early where `stop` is set or processing failed.
        """
        self.saved = SavedState()  # What it held is in use now; its lists need not stay in memory.
        began = breathed = time.monotonic()
        expected = self._pipeline.intake.next_offset
        messages = 0
        for offset, entry in read_entries(self._journal_dir, expected) if self._journal_dir.is_dir() else ():
            if offset > expected:
                LOG.error("journal entries %d to %d are missing", expected, offset - 1)
            expected = offset + 1
            admission.apply(offset, entry)
            messages += len(entry.batch) if isinstance(entry, Messages) else 0
            if time.monotonic() - breathed > _BREATHE_S:
                await asyncio.sleep(0)
                breathed = time.monotonic()
            if stop.is_set() or admission.failed.done():
                return
        if messages:
            LOG.info("%d messages of the journal processed again in %.1f s", messages, time.monotonic() - began)
        self._applied = True
        if self._pipeline.record is not None:
            self._pipeline.record.reconcile(self._pipeline.alerts.book.alerts, time.time_ns())

    def begin(self) -> None:
        """Take new entries. Without a journal, from here on only an orderly stop leaves something to go on from."""
        if self.journal is not None:
            self.journal.start()
            return
        self._pipeline.intake.next_offset = self._first_offset()
        for old in (self._checkpoint_dir, self._journal_dir):
            shutil.rmtree(old, ignore_errors=True)
        self._directory = CheckpointDirectory(self._checkpoint_dir)
        self.checkpoints = self._checkpointing()

    def unacknowledged(self) -> Mapping[str, Sequence[MessageBatch]]:
        """Source -> batches that an earlier run took in and whose acknowledgements perhaps never reached the broker.

        That we have sent one is no proof: the socket may have held it when the run was killed. So this goes back as
        far as a broker may have messages in flight, or a dead connection can stay unnoticed.
        """
        held: dict[str, list[MessageBatch]] = {}
        if self.journal is None:
            return held
        newest_ns, messages = 0, 0
        most = MOST_HELD * len(self._settings.sources)
        for offset, entry in read_backwards(self._journal_dir, self.journal.next_offset):
            if not isinstance(entry, Messages) or entry.batch.packet_ids is None:
                continue
            newest_ns = max(newest_ns, entry.batch.received_ns)
            if offset <= self.journal.acknowledged_until and (
                messages >= most or entry.batch.received_ns < newest_ns - _UNNOTICED_NS
            ):
                break
            held.setdefault(entry.source, []).append(entry.batch)
            repeated = entry.batch.repeated
            messages += len(entry.batch) - (0 if repeated is None else int(np.count_nonzero(repeated)))
        return {source: batches[::-1] for source, batches in held.items()}

    def journal_bytes(self) -> int:
        """On disk."""
        with suppress(OSError):  # A file may be trimmed between two looks.
            return sum(path.stat().st_size for path in self._journal_dir.iterdir())
        return 0

    def save_when_due(self) -> None:
        """A checkpoint, and an end to the part of the journal that nobody needs any more."""
        if self.journal is None:
            return
        if self.checkpoints.poll():
            self.journal.trim(self.checkpoints.needed_from)
        closed, self._closed = self._closed, self._pipeline.intake.windows_closed
        self.checkpoints.begin(self._pipeline.intake.next_offset, closed=self._closed > closed)

    async def end_journal(self) -> None:
        """What is under way is committed and applied when this returns, if the disk lets it."""
        if self.journal is not None:
            # Its last commits come back to this loop before this does.
            await asyncio.to_thread(self.journal.stop, _JOURNAL_STOP_S)

    def save_now(self, within_s: float) -> bool:
        """A checkpoint at the end. Raises OSError."""
        if not self._applied:
            self.checkpoints.stop()
            return True
        return self.checkpoints.now(self._pipeline.intake.next_offset, within_s)

    @property
    def hindrance(self) -> str:
        """Why what was put out is not on disk."""
        pipeline = self._pipeline
        of_alerts = pipeline.record.last_error if pipeline.record is not None else ""
        return pipeline.outbox.last_error or pipeline.dead_letters.last_error or of_alerts or "the disk is too slow"

    def _first_offset(self) -> int:
        """The least that a new entry may have: the outbox and the dead letters hold what those before put out."""
        pipeline = self._pipeline
        recorded = pipeline.record.appended_until if pipeline.record is not None else -1
        known = max(pipeline.outbox.appended_until, pipeline.dead_letters.highest_offset, recorded)
        return max(pipeline.intake.next_offset, known + 1)

    def _ends_early(self, damage: Damage) -> None:
        """What the checkpoint does not hold either is lost, and told as the journal is read."""
        if damage.last is not None and damage.last < self._pipeline.intake.next_offset:
            LOG.warning("%s is not whole, but the checkpoint holds what it lacks: it cannot be replayed", damage.path)

    def _compare_with_checkpoint(self) -> None:
        """What outbox and dead letters count never goes back, whatever leaves them."""
        record = self._pipeline.record
        for part, known, lost in (
            (_OUTBOX, self._pipeline.outbox.appended_until, "points that no store had taken yet"),
            (_DEAD_LETTERS, self._pipeline.dead_letters.last_id, "some letters"),
            (_RECORD, record.appended_until if record else -1, "notices that were not told yet, and the log since"),
        ):
            if int(self.saved.parts.get(part, known)) > known:
                LOG.warning(
                    "%s older than the checkpoint (removed, cut short or restored from a copy): %s may be lost",
                    _NAMES[part],
                    lost,
                )

    def _marks(self) -> dict[str, bytes]:
        marks = {_OUTBOX: self._pipeline.outbox.appended_until, _DEAD_LETTERS: self._pipeline.dead_letters.last_id}
        if self._pipeline.record is not None:
            marks[_RECORD] = self._pipeline.record.appended_until
        return {**{part: str(mark).encode() for part, mark in marks.items()}, BROKERS: dump_counts(self._watches)}

    def _checkpointing(self) -> Checkpointing:
        pipeline = self._pipeline
        snapshot = Snapshot(
            *(pipeline.processor, pipeline.ledger, pipeline.devices, pipeline.decoders),
            lambda: {ALERTS: pipeline.alerts.dump(), **self._marks()},
        )
        return Checkpointing(self._directory, self._settings.checkpoint, snapshot.describe, self._settled)

    def _settled(self, offset: int) -> bool:
        """Whether all that was put out up to this entry is on disk."""
        # Without a journal nothing brings dead letters again, so there the rest need not wait for them.
        letters_kept = self.journal is None or self._pipeline.dead_letters.kept(offset)
        recorded = self._pipeline.record is None or self._pipeline.record.settled(offset)
        return letters_kept and recorded and self._pipeline.outbox.settled(offset)


def _no_shorter(settings: JournalSettings) -> JournalSettings:
    """What a broker may send again is kept, however little is asked for: see `Durability.unacknowledged`."""
    keep, max_size = max(settings.keep, _UNNOTICED_NS), max(settings.max_size, _IN_FLIGHT_MIB)
    return settings.model_copy(update={"keep": keep, "max_size": max_size})

"""The journal of a run, or what is kept of it, through the same processing into another data directory.

The clock's ticks stand in the journal, so windows close where they closed in the run.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from config.iso_times import iso_utc
from config.settings import Settings, StoreSettings
from denyut.durability import JOURNAL
from denyut.rehearsal import Rehearsal
from denyut.replay_pace import Pace
from denyut.replay_pipeline import ReplayPipeline
from denyut.replaying import Progress
from denyut.set_aside import SetAside
from ingest.journal.damage import Damage, JournalDamaged, log_damage
from ingest.journal.encoding import decode
from ingest.journal.reading import read_rows
from ingest.journal.retention import closed_files
from ingest.journal.segment import Row, listed
from ingest.reasons import Reason


class NoJournalError(ValueError):
    """The directory cannot be replayed; the text is one sentence for the person who named it."""


class JournalReplay:
    def __init__(
        self,
        settings: Settings,
        journal: Path,
        data_dir: Path,
        from_ns: int | None = None,
        to_ns: int | None = None,
    ) -> None:
        """Entries received in [from_ns, to_ns). Raises what `build` raises."""
        self._journal = journal
        self._from_ns, self._to_ns = from_ns, to_ns
        self._pipeline = ReplayPipeline(settings, data_dir, "received")
        self._set_aside = SetAside(journal.parent)
        self.entries = 0
        self.entries_lost = 0
        self._first_ns: int | None = None
        self._last_ns = 0
        self.status: dict[str, Any]
        self.rehearsal: Rehearsal | None = None
        """To be set before `run`: whom alerts would reach."""

    def run(self, speed: float | None = None) -> Iterator[Progress]:
        """Process everything, at `speed` times the recorded pace or as fast as possible; yields after each entry."""
        if self.rehearsal is not None:
            self.rehearsal.attach(self._pipeline)
        self._pipeline.start()
        read_bytes, (_, total_bytes) = 0, closed_files(self._journal)
        pace = Pace(speed)
        for row, path in read_rows(self._journal, on_damage=self._damaged):
            read_bytes += len(row.content)
            if self._is_wanted(row):
                pace.wait_for(row.received_ns)
                self._apply(row, path)
                yield Progress(
                    read_bytes, max(total_bytes, read_bytes), self._pipeline.ledger.readings, row.received_ns
                )
        if self.rehearsal is not None:
            # What is open at the journal's end has not been seen whole: it is written, but rules do not judge it.
            self.rehearsal.detach()
        self.status = self._pipeline.finish()

    @property
    def balanced(self) -> bool:
        return self._pipeline.ledger.balanced

    @property
    def complaints(self) -> list[str]:
        if self.entries:
            return []
        if self._first_ns is None:
            return ["the journal holds no entry that can be read"]
        held = f"it holds what came from {iso_utc(self._first_ns)} to {iso_utc(self._last_ns)}"
        return [f"the journal has no entry of the time asked for; {held}"]

    @property
    def headline(self) -> str:
        return f"{self.entries} entries of the journal ({self.entries_lost} lost), {self.status['received']} messages"

    @property
    def summary(self) -> dict[str, Any]:
        return {"entries": self.entries, "entries_lost": self.entries_lost}

    @property
    def rejected(self) -> dict[str, int]:
        """Of what is read, before it becomes a message."""
        return {}

    def _is_wanted(self, row: Row) -> bool:
        self._first_ns = row.received_ns if self._first_ns is None else min(self._first_ns, row.received_ns)
        self._last_ns = max(self._last_ns, row.received_ns)
        is_early = self._from_ns is not None and row.received_ns < self._from_ns
        return not (is_early or (self._to_ns is not None and row.received_ns >= self._to_ns))

    def _apply(self, row: Row, path: Path) -> None:
        try:
            entry = decode(row.content)
        except JournalDamaged as error:
            self._damaged(Damage(path, str(error), row.offset, row.offset))
            return
        intake = self._pipeline.intake
        if self.rehearsal is not None:
            self.rehearsal.go_on_until(row.received_ns)
            if not self.rehearsal.takes(entry):
                return
        if row.offset in self._set_aside:
            intake.set_aside(row.offset, entry, Reason.FAILED)
        else:
            intake.apply(row.offset, entry)
        self.entries += 1
        self._pipeline.wait_for_stores()

    def _damaged(self, damage: Damage) -> None:
        log_damage(damage)
        if damage.first is not None and damage.last is not None:
            self.entries_lost += damage.last - damage.first + 1


def journal_in(directory: Path) -> Path:
    """The journal of a data directory; its own directory may be given as well. Raises NoJournalError."""
    inside = directory / JOURNAL
    for journal in (inside, directory):
        try:
            if listed(journal):
                return journal
        except (FileNotFoundError, NotADirectoryError):
            continue
        except OSError as error:
            raise NoJournalError(f"{journal} cannot be read: {error.strerror}") from error
    raise NoJournalError(f"{directory} holds no journal; name the data directory of a run")


def settings_for_journal(settings: Settings, into_store: bool) -> Settings:
    """A look at what was must not change what the city's store holds, unless that is what is wanted."""
    return settings if into_store else settings.model_copy(update={"store": StoreSettings(), "mirrors": ()})

"""Recorded messages by the times at which they came: what a run that heard them would have made of them.

What is late is late again, what cannot be read becomes a dead letter, and the clock goes on while nothing comes.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from config.durations import SECOND_NS
from config.settings import Settings
from denyut.replay_pace import Pace
from denyut.replay_pipeline import ReplayPipeline
from denyut.replaying import Progress
from ingest.journal.entries import Messages, Tick
from ingest.messages import MessageBatch
from simulators.recorded_messages import NOT_RECEIVED, MessageRows, first_message, message_rows
from simulators.recorded_sources import RecordedSources
from simulators.rejections import Rejections, RowReason

_MOMENT_NS = SECOND_NS
"""What comes within one of these counts as received together, with the last of it."""
_QUIET_NS = 10 * SECOND_NS
_LARGEST_QUIET = 10_000
"""Ticks of the clock while nothing comes."""


def tell_when_they_came(files: Sequence[Path]) -> bool:
    """Whether all files hold messages that say so. Raises OSError and RecordingError."""
    lines = [None if path.is_dir() else first_message(path) for path in files]
    return all(line is not None and line.received is not None for line in lines)


class MessageReplay:
    def __init__(self, settings: Settings, files: Sequence[Path], data_dir: Path) -> None:
        """Raises what `build` raises."""
        self._files = tuple(files)
        self._sources = RecordedSources(settings.sources)
        self._names = [source.name for source in settings.sources]
        self._pipeline = ReplayPipeline(settings, data_dir, "received")
        self._rejections = Rejections()
        self._read_bytes = 0
        self._reached_ns: int | None = None
        self.status: dict[str, Any]

    def run(self, speed: float | None = None) -> Iterator[Progress]:
        """Process everything, at `speed` times the recorded pace or as fast as possible; yields after each chunk."""
        self._pipeline.start()
        pace, total_bytes = Pace(speed), sum(path.stat().st_size for path in self._files)
        for rows in self._rows():
            for moment in _moments(rows.received_ns):
                received_ns = int(rows.received_ns[moment[-1]])
                pace.wait_for(received_ns)
                self._pass_time(received_ns)
                self._take(rows, moment, received_ns)
            self._pipeline.wait_for_stores()
            yield Progress(self._read_bytes, total_bytes, self._pipeline.ledger.readings, self._reached_ns)
        self.status = self._pipeline.finish()

    @property
    def balanced(self) -> bool:
        return self._pipeline.ledger.balanced

    @property
    def complaints(self) -> list[str]:
        """The first lines that hold no message, or do not say when it came."""
        return [str(row) for row in self._rejections.first]

    @property
    def headline(self) -> str:
        unreadable = ", ".join(f"{name} {count}" for name, count in self.rejected.items()) or "none"
        return f"{self.status['received']} messages (unreadable lines: {unreadable})"

    @property
    def summary(self) -> dict[str, Any]:
        return {"rows_rejected": self.rejected}

    @property
    def rejected(self) -> dict[str, int]:
        """Of what is read, before it becomes a message."""
        return self._rejections.counts

    def _rows(self) -> Iterator[MessageRows]:
        before = 0
        for path in self._files:

            def progress(position: int, before: int = before) -> None:
                self._read_bytes = before + position

            for rows in message_rows(path, self._rejections, progress):
                for row in np.flatnonzero(rows.received_ns == NOT_RECEIVED).tolist():
                    topic = rows.topics[row].decode(errors="replace")
                    self._rejections.add(path, rows.lines[row], RowReason.RECEIVED_INVALID, topic)
                yield rows
            before += path.stat().st_size

    def _pass_time(self, received_ns: int) -> None:
        """The clock until then, where nothing came for a while."""
        if self._reached_ns is not None:
            quiet_ns = received_ns - self._reached_ns
            step_ns = max(_QUIET_NS, quiet_ns // _LARGEST_QUIET)
            for at_ns in range(self._reached_ns + step_ns, received_ns, step_ns):
                self._tick(at_ns)

    def _take(self, rows: MessageRows, moment: NDArray[np.int64], received_ns: int) -> None:
        intake = self._pipeline.intake
        sources = self._sources.of([rows.topics[row] for row in moment.tolist()])
        for number in np.unique(sources).tolist():
            chosen = moment[sources == number].tolist()
            topics, payloads = [rows.topics[row] for row in chosen], [rows.payloads[row] for row in chosen]
            batch = MessageBatch(topics, payloads, np.zeros(len(chosen), np.bool_), received_ns)
            intake.apply(intake.next_offset, Messages(self._names[number], batch))
        self._tick(received_ns)
        self._reached_ns = received_ns

    def _tick(self, at_ns: int) -> None:
        intake = self._pipeline.intake
        intake.apply(intake.next_offset, Tick(at_ns))


def _moments(received_ns: NDArray[np.int64]) -> Iterator[NDArray[np.int64]]:
    """Rows that came within a moment of each other, as they stand; a clock that was set back begins another one."""
    known = np.flatnonzero(received_ns != NOT_RECEIVED)
    times = received_ns[known]
    seconds = times // _MOMENT_NS
    cuts = np.flatnonzero((np.diff(seconds) != 0) | (np.diff(times) < 0)) + 1
    yield from (rows for rows in np.split(known, cuts) if len(rows))

"""Recorded data through the same processing as live data, by its event time."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from config.durations import SECOND_NS
from config.settings import Kind, Settings
from denyut.rehearsal import Rehearsal
from denyut.replay_pace import Pace
from denyut.replay_pipeline import ReplayPipeline
from ingest.journal.entries import Tick
from ingest.readings import ReadingBatch
from processors.processor import TimeBase
from simulators.mapping import Mapping
from simulators.recordings import Recording, open_recording

_TICK_S = 0.1


@dataclass(frozen=True, slots=True)
class Progress:
    read_bytes: int
    total_bytes: int
    readings: int
    """Processed so far."""
    reached_ns: int | None = None
    """The time in the recording up to which they are."""
    total_readings: int | None = None
    """None: not known before everything has been read."""

    @property
    def share(self) -> float:
        """Processed, of all; where the readings are not known yet, of the bytes."""
        if self.total_readings:
            return self.readings / self.total_readings
        return self.read_bytes / max(self.total_bytes, 1)


class Replay:
    def __init__(
        self,
        settings: Settings,
        paths: Iterable[Path],
        mapping: Mapping | None,
        data_dir: Path,
        time_base: TimeBase = "event",
    ) -> None:
        """Raises `RecordingError` and what `build` raises."""
        self._time_base = time_base
        self._pipeline = ReplayPipeline(settings, data_dir, time_base)
        self.recording: Recording = open_recording(paths, mapping, self._pipeline.devices, settings)
        self.status: dict[str, Any]
        self.rehearsal: Rehearsal | None = None
        """To be set before `run`: whom alerts would reach."""
        self.step_ns: int | None = None
        """To be set before `run`: readings are taken in and windows closed by steps of event time, not by spans."""

    def run(self, speed: float | None = None) -> Iterator[Progress]:
        """Process everything, at `speed` times the recorded pace or as fast as possible; yields after each batch."""
        pipeline, intake = self._pipeline, self._pipeline.intake
        if self.rehearsal is not None:
            self.rehearsal.attach(pipeline)
        pipeline.start()
        pace, readings = Pace(speed), 0
        for span in self._spans(speed):
            reached_ns = max(int(batch.time_ns.max()) for batch in span)
            pace.wait_for(reached_ns)
            if self.rehearsal is not None:
                self.rehearsal.go_on_until(reached_ns)
            for batch in span:
                intake.take_readings(batch)
            if self._time_base == "event":
                intake.close_recorded()
            else:
                intake.apply(intake.next_offset, Tick(span[-1].received_ns))
            pipeline.wait_for_stores()
            readings += sum(map(len, span))
            yield self._progress(readings, reached_ns)
        self.status = pipeline.finish()

    def _progress(self, readings: int, reached_ns: int) -> Progress:
        recording = self.recording
        return Progress(recording.read_bytes, recording.total_bytes, readings, reached_ns, recording.total_readings)

    def _spans(self, speed: float | None) -> Iterator[list[ReadingBatch]]:
        # Receive times are known of whole spans only, so by them a span is one moment.
        if self._time_base == "received" or (speed is None and self.step_ns is None):
            return self.recording.spans()
        step_ns = self.step_ns if speed is None else max(round(_TICK_S * speed * SECOND_NS), 1)
        return _moments(self.recording.spans(), step_ns or 1)

    @property
    def balanced(self) -> bool:
        return self._pipeline.ledger.balanced

    @property
    def complaints(self) -> list[str]:
        """The first rows and values that could not be read."""
        return [str(row) for row in self.recording.first_rejected]

    @property
    def headline(self) -> str:
        unreadable = ", ".join(f"{name} {count}" for name, count in self.recording.rejected.items()) or "none"
        return f"{self.recording.read_rows} rows (unreadable values: {unreadable}), {self.status['received']} readings"

    @property
    def summary(self) -> dict[str, Any]:
        return {"rows": self.recording.read_rows, "rows_rejected": self.recording.rejected}

    @property
    def rejected(self) -> dict[str, int]:
        """Of what is read, before it becomes a reading."""
        return self.recording.rejected


def in_city(mapping: Mapping | None, settings: Settings) -> Mapping | None:
    """The mapping; where it names no city, its rows are of the configured one."""
    if mapping is None or "city" in mapping.model_fields_set:
        return mapping
    return mapping.model_copy(update={"city": settings.city.id})


def settings_for(settings: Settings, mapping: Mapping | None, configured: bool) -> Settings:
    """The settings with what the mapping knows of the recording; a configuration's windows win over the mapping's."""
    if mapping is None:
        return settings
    changes: dict[str, Any] = {"kinds": {**settings.kinds, **_with_defaults(mapping.kinds, settings)}}
    if mapping.windows is not None and not configured:
        changes["windows"] = mapping.windows
    return settings.model_copy(update=changes)


def _with_defaults(kinds: dict[str, Kind], settings: Settings) -> dict[str, Kind]:
    merged = {}
    for name, kind in kinds.items():
        known = settings.kinds.get(name, Kind())
        quantities = {**known.quantities, **kind.quantities}
        merged[name] = Kind(every=kind.every or known.every, quantities=quantities)
    return merged


def _moments(spans: Iterable[list[ReadingBatch]], tick_ns: int) -> Iterator[list[ReadingBatch]]:
    """Spans cut at ticks of event time: at a given speed, windows close one after the other and not by thousands."""
    for span in spans:
        ticks = [batch.time_ns // tick_ns for batch in span]
        for tick in np.unique(np.concatenate(ticks)).tolist():
            chosen = [np.flatnonzero(of_batch == tick) for of_batch in ticks]
            yield [
                replace(batch.take(rows), message=np.arange(len(rows)))
                for batch, rows in zip(span, chosen, strict=True)
                if len(rows)
            ]

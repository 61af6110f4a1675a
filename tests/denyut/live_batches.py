"""Messages written by hand, through a whole pipeline in this process."""

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from config.default_kinds import effective_kinds
from config.durability import Checkpoints
from config.settings import Retention, Settings
from denyut.checkpointing import Checkpointing
from denyut.pipeline import Pipeline, build
from denyut.saved_state import SavedState
from denyut.snapshot import Snapshot
from ingest.journal.entries import Messages, Tick
from ingest.messages import MessageBatch
from processors.checkpoints.directory import CheckpointDirectory
from storage.open_store import open_store
from storage.store import Query, Row

DAY = "2025-11-22"


def at(clock: str) -> int:
    """The time "10:00:09" of one day in ns UTC."""
    return round(datetime.fromisoformat(f"{DAY}T{clock}").replace(tzinfo=UTC).timestamp()) * 1_000_000_000


def message(topic: str, payload: Any, clock: str | None = None) -> tuple[bytes, bytes]:
    if clock is not None:
        payload = {"ts": f"{DAY}T{clock}Z", **payload}
    return topic.encode(), payload if isinstance(payload, bytes) else json.dumps(payload).encode()


def messages(each: Iterable[tuple[bytes, bytes]], received: str) -> MessageBatch:
    topics, payloads = zip(*each, strict=True)
    return MessageBatch(list(topics), list(payloads), np.zeros(len(topics), np.bool_), at(received))


def started(settings: Settings, data_dir: Path) -> Pipeline:
    """As a run starts: from the newest checkpoint, if there is one. What it writes of that day is kept."""
    settings = settings.model_copy(update={"retention": Retention(reading=None, window=None)})
    saved = SavedState.newest(
        _checkpoints(data_dir), settings.windows, effective_kinds(settings), ZoneInfo(settings.city.timezone)
    )
    pipeline = build(settings, data_dir, saved)
    pipeline.start()
    return pipeline


def take(pipeline: Pipeline, batch: MessageBatch, source: str = "mqtt") -> None:
    pipeline.intake.apply(pipeline.intake.next_offset, Messages(source, batch))


def tick(pipeline: Pipeline, clock: str) -> None:
    """The clock says so much, and closes what is due."""
    pipeline.intake.apply(pipeline.intake.next_offset, Tick(at(clock)))


def stopped(pipeline: Pipeline, data_dir: Path) -> None:
    """As a run stops: everything is written and what it remembers is saved."""
    snapshot = Snapshot(pipeline.processor, pipeline.ledger, pipeline.devices, pipeline.decoders)
    checkpoints = Checkpointing(_checkpoints(data_dir), Checkpoints(), snapshot.describe, pipeline.outbox.settled)
    assert checkpoints.now(pipeline.intake.next_offset)
    assert pipeline.stop(20)


def _checkpoints(data_dir: Path) -> CheckpointDirectory:
    data_dir.mkdir(parents=True, exist_ok=True)
    return CheckpointDirectory(data_dir / "checkpoints")


def stored(data_dir: Path, measurement: str, **where: str) -> list[Row]:
    store = open_store(Settings().store, data_dir, read_only=True)
    try:
        return store.query(Query(measurement, tuple(where.items())))
    finally:
        store.close()

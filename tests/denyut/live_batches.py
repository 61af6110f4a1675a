"""Messages written by hand, through a whole pipeline in this process."""

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from config.settings import Settings
from denyut.pipeline import Pipeline, build
from denyut.saved_state import save
from ingest.messages import MessageBatch
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
    data_dir.mkdir(parents=True, exist_ok=True)
    pipeline = build(settings, data_dir, resumed=True)
    pipeline.writer.start()
    return pipeline


def stopped(pipeline: Pipeline, data_dir: Path) -> None:
    """As a run stops: everything is written and what it remembers is saved."""
    assert pipeline.writer.stop(20)
    topics = {name: decoder.topics for name, decoder in pipeline.decoders.items()}
    save(data_dir, pipeline.processor.state, pipeline.ledger, pipeline.devices, topics)
    pipeline.dead_letters.close()


def stored(data_dir: Path, measurement: str, **where: str) -> list[Row]:
    store = open_store(Settings().store, data_dir, read_only=True)
    try:
        return store.query(Query(measurement, tuple(where.items())))
    finally:
        store.close()

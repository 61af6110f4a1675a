"""Points in bytes and back, for those that wait for a store while nobody runs."""

from collections.abc import Iterable
from typing import Any

import msgspec
import numpy as np

from storage.points import PointBatch, SeriesTable

VERSION = 1


def dump_points(batches: Iterable[PointBatch]) -> bytes:
    return msgspec.msgpack.encode({"version": VERSION, "batches": [_dump(batch) for batch in batches]})


def load_points(content: bytes, table: SeriesTable) -> list[PointBatch]:
    """Raises ValueError where the bytes are damaged or of another version."""
    try:
        document = msgspec.msgpack.decode(content)
        if document["version"] != VERSION:
            raise ValueError(f"version {document['version']}, this program reads version {VERSION}")
        return [_load(saved, table) for saved in document["batches"]]
    except (msgspec.DecodeError, LookupError, TypeError, AttributeError) as error:
        raise ValueError(f"these are no saved points: {error}") from error


def _dump(batch: PointBatch) -> dict[str, Any]:
    distinct, own = np.unique(batch.series, return_inverse=True)
    series = [batch.table[index] for index in distinct.tolist()]
    return {
        "series": [[each.measurement, list(each.tags)] for each in series],
        "own": own.astype(np.int32).tobytes(),
        "time_ns": batch.time_ns.astype(np.int64).tobytes(),
        "fields": {name: values.astype(np.float64).tobytes() for name, values in batch.fields.items()},
    }


def _load(saved: dict[str, Any], table: SeriesTable) -> PointBatch:
    indices = [table.index(measurement, dict(tags)) for measurement, tags in saved["series"]]
    return PointBatch(
        table,
        np.array(indices, np.int32)[np.frombuffer(saved["own"], np.int32)],
        np.frombuffer(saved["time_ns"], np.int64),
        {name: np.frombuffer(values, np.float64) for name, values in saved["fields"].items()},
    )

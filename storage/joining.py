"""Small batches of points as fewer large ones: what a store does once for a batch costs more than a few points."""

from collections.abc import Sequence
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from storage.points import PointBatch


def joined(batches: Sequence[PointBatch], known: NDArray[np.bool_]) -> list[PointBatch]:
    """The same points; those with the same measurement and fields in one batch, where their order does not matter.

    `known` (at least as long as their table): whether the store has met a series before. Batches with one that it has
    not come first and as they are, so that it meets series in the same order. Where a point comes twice, or the
    batches do not share one table, nothing is joined.
    """
    full = [batch for batch in batches if len(batch)]
    if len(full) < 2 or any(batch.table is not full[0].table for batch in full) or _has_twice(full):
        return list(batches)
    known = known.copy()
    new: list[PointBatch] = []
    alike: dict[tuple[str, tuple[str, ...]], list[PointBatch]] = {}
    for batch in full:
        if known[batch.series].all():
            measurement = batch.table.measurement(int(batch.series[0]))
            alike.setdefault((measurement, tuple(batch.fields)), []).append(batch)
        else:
            known[batch.series] = True
            new.append(batch)
    return list(chain(new, map(_one, alike.values())))


def _has_twice(batches: Sequence[PointBatch]) -> bool:
    series = np.concatenate([batch.series for batch in batches])
    time_ns = np.concatenate([batch.time_ns for batch in batches])
    order = np.lexsort((series, time_ns))
    series, time_ns = series[order], time_ns[order]
    return bool(((series[1:] == series[:-1]) & (time_ns[1:] == time_ns[:-1])).any())


def _one(batches: Sequence[PointBatch]) -> PointBatch:
    first = batches[0]
    if len(batches) == 1:
        return first
    return PointBatch(
        first.table,
        np.concatenate([batch.series for batch in batches]),
        np.concatenate([batch.time_ns for batch in batches]),
        {name: np.concatenate([batch.fields[name] for batch in batches]) for name in first.fields},
    )

"""Recorded readings cut into batches: in order of event time, or as they were received."""

from collections.abc import Iterator, Sequence
from itertools import accumulate, pairwise

import numpy as np
from numpy.typing import NDArray

from config.durations import SECOND_NS
from ingest.readings import ReadingBatch
from simulators.recorded_columns import RecordedColumns

LONGEST_RECEIPT_NS = SECOND_NS
"""Rows received within a second of each other may share a batch, and so its one time of receipt."""


Span = list[ReadingBatch]
"""Batches, one or more of each kind of device, that count as received together: `received_ns` is the same."""


def in_event_order(kinds: Sequence[RecordedColumns], size: int) -> Iterator[Span]:
    """Spans of batches of at most `size` rows; no span holds a time before the end of the span before it."""
    ordered = [columns.take(np.argsort(columns.time_ns, kind="stable")) for columns in kinds]
    all_times = np.sort(np.concatenate([columns.time_ns for columns in ordered]))
    begins = [0] * len(ordered)
    for end in _span_ends(all_times, size):
        stops = [int(np.searchsorted(columns.time_ns, end, side="right")) for columns in ordered]
        spans = [
            columns.take(slice(*cut)) for columns, cut in zip(ordered, zip(begins, stops, strict=True), strict=True)
        ]
        received_ns = max(int(span.received_ns.max()) for span in spans if len(span))
        yield [
            span.take(slice(start, start + size)).batch(received_ns)
            for span in spans
            for start in range(0, len(span), size)
        ]
        begins = stops


def _span_ends(times: NDArray[np.int64], size: int) -> Iterator[int]:
    """The last time of each span of at most `size` rows, of ascending `times`; equal times are never parted."""
    start = 0
    while start < len(times):
        stop = len(times)
        if start + size < stop:
            stop = int(np.searchsorted(times, times[start + size], side="left"))
        if stop == start:
            stop = int(np.searchsorted(times, times[start], side="right"))
        yield int(times[stop - 1])
        start = stop


def in_file_order(kinds: Sequence[RecordedColumns], size: int) -> Iterator[Span]:
    """Spans of at most `size` rows that stand together in the recording, received within a second of each other."""
    receipts = np.concatenate([columns.received_ns for columns in kinds])
    rows = np.concatenate([columns.row for columns in kinds])
    order = np.argsort(rows, kind="stable")
    cuts = _receipt_cuts(receipts[order].tolist(), size)
    for start, stop in pairwise(cuts):
        chosen = order[start:stop]
        received_ns = int(receipts[chosen].max())
        firsts = accumulate(map(len, kinds), initial=0)
        owned = [
            (columns, chosen[(chosen >= first) & (chosen < first + len(columns))] - first)
            for columns, first in zip(kinds, firsts, strict=False)
        ]
        yield [columns.take(own).batch(received_ns) for columns, own in owned if len(own)]


def _receipt_cuts(receipts: Sequence[int], size: int) -> list[int]:
    cuts = [0]
    for position, moment in enumerate(receipts):
        first = receipts[cuts[-1]]
        if position - cuts[-1] >= size or abs(moment - first) > LONGEST_RECEIPT_NS:
            cuts.append(position)
    return [*cuts, len(receipts)]

from collections.abc import Iterable
from itertools import chain

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.readings import ReadingBatch
from simulators.event_order import Span, in_event_order, in_file_order
from simulators.recorded_columns import RecordedColumns, without_sequence

SECOND_NS = 1_000_000_000


def flat(spans: Iterable[Span]) -> list[ReadingBatch]:
    batches = list(chain.from_iterable(spans))
    assert all(map(len, batches))
    return batches


def columns(
    kind: str, times: list[int], received: list[int] | None = None, rows: list[int] | None = None
) -> RecordedColumns:
    device = np.zeros(len(times), dtype=np.int32)
    time_ns = np.array(times, dtype=np.int64)
    return RecordedColumns(
        kind=kind,
        quantities=("v",),
        device=device,
        stream=device,
        time_ns=time_ns,
        sequence=without_sequence(len(times)),
        values=time_ns[np.newaxis].astype(float),
        received_ns=time_ns if received is None else np.array(received, dtype=np.int64),
        row=np.arange(len(times)) if rows is None else np.array(rows),
    )


def test_batches_go_forward_in_time_and_were_received_with_their_last_reading() -> None:
    batches = flat(in_event_order([columns("air", [50, 10, 40, 20, 30])], 2))
    assert [batch.time_ns.tolist() for batch in batches] == [[10, 20], [30, 40], [50]]
    assert [batch.received_ns for batch in batches] == [20, 40, 50]
    assert [batch.values[0].tolist() for batch in batches] == [[10.0, 20.0], [30.0, 40.0], [50.0]]


def test_two_kinds_are_cut_at_the_same_times() -> None:
    batches = flat(in_event_order([columns("air", [1, 2, 3, 4]), columns("water", [2, 3, 9])], 4))
    assert [(batch.kind, batch.time_ns.tolist(), batch.received_ns) for batch in batches] == [
        ("air", [1, 2], 2),
        ("water", [2], 2),
        ("air", [3, 4], 9),
        ("water", [3, 9], 9),
    ]


@given(st.lists(st.integers(0, 30), min_size=1), st.lists(st.integers(0, 30)), st.integers(1, 7))
def test_event_order_keeps_every_reading_and_never_goes_back(air: list[int], water: list[int], size: int) -> None:
    batches = flat(in_event_order([columns("air", air), columns("water", water)], size))
    assert sorted(t for batch in batches if batch.kind == "air" for t in batch.time_ns.tolist()) == sorted(air)
    assert sorted(t for batch in batches if batch.kind == "water" for t in batch.time_ns.tolist()) == sorted(water)
    assert all(0 < len(batch) <= size for batch in batches)
    received = [batch.received_ns for batch in batches]
    assert received == sorted(received)
    for batch in batches:
        assert all(
            int(other.time_ns.min()) >= int(batch.time_ns.max())
            for other in batches
            if other.received_ns > batch.received_ns
        )


def test_file_order_starts_a_batch_where_the_receipt_moves_on_by_more_than_a_second() -> None:
    received = [0, SECOND_NS, SECOND_NS + 1, 90 * SECOND_NS]
    batches = flat(in_file_order([columns("air", [4, 3, 2, 1], received)], 10))
    assert [batch.time_ns.tolist() for batch in batches] == [[4, 3], [2], [1]]
    assert [batch.received_ns for batch in batches] == [SECOND_NS, SECOND_NS + 1, 90 * SECOND_NS]


@pytest.mark.parametrize(("size", "lengths"), [(3, [2, 1, 1, 1]), (10, [3, 2])])
def test_file_order_keeps_the_rows_of_two_kinds_together(size: int, lengths: list[int]) -> None:
    kinds = [columns("air", [5, 5, 5], rows=[0, 2, 4]), columns("water", [5, 5], rows=[1, 3])]
    assert [len(batch) for batch in flat(in_file_order(kinds, size))] == lengths

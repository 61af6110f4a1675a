import numpy as np

from ingest.readings import NO_SEQUENCE, ReadingBatch


def batch() -> ReadingBatch:
    return ReadingBatch(
        source="mqtt",
        kind="air",
        quantities=("pm10", "pm25"),
        device=np.array([4, 5, 6], np.int32),
        stream=np.array([7, 8, 9], np.int32),
        time_ns=np.array([10, 20, 30], np.int64),
        timed=np.array([True, False, True]),
        sequence=np.array([1, NO_SEQUENCE, 3], np.int64),
        values=np.array([[1.0, 2.0, 3.0], [4.0, np.nan, 6.0]]),
        message=np.array([0, 0, 2], np.int64),
        received_ns=20,
    )


def test_a_batch_is_as_long_as_it_has_readings() -> None:
    assert len(batch()) == 3


def test_taking_readings_takes_every_column_and_keeps_the_order_asked_for() -> None:
    taken = batch().take(np.array([2, 0]))
    assert (taken.source, taken.kind, taken.quantities, taken.received_ns) == ("mqtt", "air", ("pm10", "pm25"), 20)
    assert taken.device.tolist() == [6, 4]
    assert taken.stream.tolist() == [9, 7]
    assert taken.time_ns.tolist() == [30, 10]
    assert taken.timed.tolist() == [True, True]
    assert taken.sequence.tolist() == [3, 1]
    assert taken.values.tolist() == [[3.0, 1.0], [6.0, 4.0]]
    assert taken.message.tolist() == [2, 0]


def test_taking_none_leaves_an_empty_batch_of_the_same_columns() -> None:
    nothing = batch().take(np.zeros(0, np.int64))
    assert (len(nothing), nothing.values.shape, nothing.quantities) == (0, (2, 0), ("pm10", "pm25"))

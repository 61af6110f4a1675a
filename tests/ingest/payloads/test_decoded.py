import numpy as np

from ingest.payloads.decoded import Decoded, put_together
from ingest.payloads.one_message import Record
from ingest.readings import NO_SEQUENCE
from ingest.reasons import Reason


def part(message: list[int], columns: dict[str, list[float]]) -> Decoded:
    count = len(message)
    return Decoded(
        quantities=tuple(sorted(columns)),
        values=np.array([columns[name] for name in sorted(columns)], np.float64).reshape(len(columns), count),
        time_ns=np.arange(count, dtype=np.int64) + 10,
        timed=np.ones(count, np.bool_),
        sequence=np.full(count, NO_SEQUENCE, np.int64),
        message=np.array(message, np.int64),
    )


def single(message: int, **values: float) -> tuple[int, Record]:
    return message, Record(None, 3, values, {})


def test_parts_are_put_back_in_the_order_of_the_payloads() -> None:
    whole = put_together(
        [part([0, 3], {"b": [1.0, 2.0]}), part([2], {"a": [3.0]})],
        [single(1, c=4.0), single(1, a=5.0)],
        [(4, Reason.NO_QUANTITY), (1, Reason.TIME_INVALID)],
        (),
    )
    assert whole.quantities == ("a", "b", "c")
    assert whole.message.tolist() == [0, 1, 1, 2, 3]
    assert [str(value) for value in whole.values.ravel()] == [
        *["nan", "nan", "5.0", "3.0", "nan"],
        *["1.0", "nan", "nan", "nan", "2.0"],
        *["nan", "4.0", "nan", "nan", "nan"],
    ]
    assert whole.time_ns.tolist() == [10, 0, 0, 10, 11]
    assert whole.timed.tolist() == [True, False, False, True, True]
    assert whole.sequence.tolist() == [NO_SEQUENCE, 3, 3, NO_SEQUENCE, NO_SEQUENCE]
    assert whole.rejected == [(1, Reason.TIME_INVALID), (4, Reason.NO_QUANTITY)]


def test_nothing_put_together_is_empty_with_the_right_types() -> None:
    nothing = put_together([], [], [(0, Reason.EMPTY_PAYLOAD)], ())
    assert (nothing.quantities, nothing.values.shape, nothing.rejected) == ((), (0, 0), [(0, Reason.EMPTY_PAYLOAD)])
    dtypes = [column.dtype.name for column in (nothing.time_ns, nothing.timed, nothing.sequence, nothing.message)]
    assert dtypes == ["int64", "bool", "int64", "int64"]


def test_a_quantity_without_any_value_is_left_out() -> None:
    whole = put_together([part([0, 1], {"a": [np.nan, np.nan], "b": [1.0, 2.0]})], [], [], ())
    assert whole.quantities == ("b",)


def test_of_too_many_quantities_the_commonest_stay_and_the_rest_is_named() -> None:
    rare = [single(10 + number, **{f"rare_{number:03}": 1.0}) for number in range(300)]
    whole = put_together([part([0, 1], {"v": [1.0, 2.0]})], rare, [(5, Reason.NOT_UTF8)], ())
    assert len(whole.quantities) == 256
    assert "v" in whole.quantities
    assert whole.message[:2].tolist() == [0, 1]
    assert whole.rejected == [
        (5, Reason.NOT_UTF8),
        *((10 + number, Reason.TOO_MANY_FIELDS) for number in range(255, 300)),
    ]


def test_declared_quantities_stay_before_common_ones() -> None:
    common = [single(number, **{f"common_{number // 2:03}": 1.0}) for number in range(600)]
    whole = put_together([part([1000, 1001], {"rare": [np.nan, 2.0], "z": [1.0, np.nan]})], common, [], {"rare"})
    assert "rare" in whole.quantities
    assert "z" not in whole.quantities
    assert whole.message[-1] == 1001
    assert (1000, Reason.TOO_MANY_FIELDS) in whole.rejected

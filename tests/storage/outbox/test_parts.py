import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from storage.outbox.parts import POINTS, cut, decode, encode
from storage.points import PointBatch, SeriesTable
from tests.storage.outbox.point_batches import batch


def wide(table: SeriesTable, points: int, fields: int) -> PointBatch:
    series = np.full(points, table.index("window", {"device": "w"}), np.int32)
    return PointBatch(table, series, np.arange(points), {f"f{at}": np.full(points, at / 3) for at in range(fields)})


def test_points_come_back_bit_by_bit() -> None:
    table = SeriesTable()
    series = [table.index("window", {"device": name}) for name in ("a", "b")]
    odd = np.array([0x7FF0000000000001, 0xFFF8000000000123, 0x8000000000000000], np.uint64).view(np.float64)
    written = PointBatch(
        table,
        np.array([series[1], series[0], series[1]], np.int32),
        np.array([-5, 2**63 - 1, 0], np.int64),
        {"x": odd, "y_mean, ° {}": np.array([1.5, np.inf, 5e-324])},
    )
    (read,) = decode(encode([written]), table)
    assert read.table is table
    assert read.series.tolist() == [1, 0, 1]
    assert read.time_ns.tolist() == [-5, 2**63 - 1, 0]
    assert list(read.fields) == ["x", "y_mean, ° {}"]
    assert [values.tobytes() for values in read.fields.values()] == [
        values.tobytes() for values in written.fields.values()
    ]


@given(arrays.arrays(np.float64, st.tuples(st.integers(0, 4), st.integers(1, 50))), st.integers(-(2**63), 2**63 - 51))
def test_any_number_of_fields_and_points_comes_back(values: np.ndarray, time_ns: int) -> None:
    table = SeriesTable()
    series = np.full(values.shape[1], table.index("reading", {"device": "a"}), np.int32)
    fields = {str(number): column for number, column in enumerate(values)}
    written = PointBatch(table, series, np.arange(values.shape[1]) + time_ns, fields)
    first, second = decode(encode([written, written]), table)
    for read in (first, second):
        assert (read.series.tolist(), read.time_ns.tolist()) == (series.tolist(), written.time_ns.tolist())
        assert {name: column.tobytes() for name, column in read.fields.items()} == {
            name: column.tobytes() for name, column in fields.items()
        }


def test_many_points_are_cut_into_parts_and_few_are_gathered_in_one() -> None:
    table = SeriesTable()
    parts = list(cut([batch(table, 0, 10), batch(table, 10, 5), batch(table, 15, POINTS), batch(table, 0, 1)]))
    assert [[len(piece) for piece in part] for part in parts] == [[10, 5], [POINTS], [1]]
    assert [[len(piece) for piece in part] for part in cut([batch(table, 0, 2 * POINTS + 1)])] == [
        [POINTS],
        [POINTS],
        [1],
    ]


def test_points_with_very_many_fields_go_in_smaller_parts() -> None:
    table = SeriesTable()
    parts = list(cut([wide(table, 1000, 3999), wide(table, 1, 900_000)]))
    assert [[len(piece) for piece in part] for part in parts] == [[200]] * 5 + [[1]]


def test_batches_of_different_tables_go_in_different_parts() -> None:
    one, other = SeriesTable(), SeriesTable()
    parts = list(cut([batch(one, 0), batch(one, 3), batch(other, 6), batch(one, 9)]))
    assert [[piece.table is one for piece in part] for part in parts] == [[True, True], [False], [True]]


def test_neighbouring_values_compress_well() -> None:
    table = SeriesTable()
    series = np.array(table.extend("window", {}, "device", [str(at) for at in range(10_000)]), np.int32)
    means = np.random.default_rng(3).normal(40, 10, len(series)).round(1)
    points = PointBatch(table, series, np.full(len(series), 10**18), {"a": means, "b": means + 1})
    assert len(encode([points])) < 10_000 * (4 + 8 + 16) / 2


@pytest.mark.parametrize("damage", ["cut", "flipped", "empty", "text"])
def test_a_damaged_part_is_refused(damage: str) -> None:
    table = SeriesTable()
    whole = encode([batch(table, 0, 1000)])
    flipped = whole[:200] + bytes([whole[200] ^ 1]) + whole[201:]
    content = {"cut": whole[:-9], "flipped": flipped, "empty": b"", "text": b"points"}[damage]
    with pytest.raises(ValueError, match="this is no part of an outbox"):
        decode(content, table)


def test_a_part_whose_series_are_not_known_is_refused() -> None:
    table = SeriesTable()
    content = encode([batch(table, 0), batch(table, 3, device="b")])
    known = SeriesTable()
    known.index("window", {"device": "a"})
    with pytest.raises(ValueError, match="it names series 1, of 1 that are known"):
        decode(content, known)

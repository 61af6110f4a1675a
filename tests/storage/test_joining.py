from pathlib import Path

import numpy as np

from storage.joining import joined
from storage.points import PointBatch, SeriesTable
from storage.sqlite_store import SqliteStore
from storage.store import Query, Row


def _points(table: SeriesTable, series: list[int], time_ns: int, **fields: list[float]) -> PointBatch:
    columns = {name: np.array(values) for name, values in fields.items()}
    return PointBatch(table, np.array(series, np.int32), np.full(len(series), time_ns), columns)


def _table() -> SeriesTable:
    table = SeriesTable()
    for device in "abc":
        table.index("window", {"device": device, "size": "10s"})
    table.index("indicator", {"zone": "all", "size": "10s"})
    return table


ALL_KNOWN = np.ones(4, np.bool_)


def test_batches_with_the_same_fields_become_one() -> None:
    table = _table()
    batches = [_points(table, [0, 1], 10, value=[1.0, 2.0]), _points(table, [2], 20, value=[3.0])]
    (one,) = joined(batches, ALL_KNOWN)
    assert one.series.tolist() == [0, 1, 2]
    assert one.time_ns.tolist() == [10, 10, 20]
    assert one.fields["value"].tolist() == [1.0, 2.0, 3.0]


def test_other_fields_and_other_measurements_stay_apart() -> None:
    table = _table()
    batches = [
        _points(table, [0], 10, value=[1.0]),
        _points(table, [1], 10, other=[2.0]),
        _points(table, [3], 10, value=[3.0]),
    ]
    assert [len(batch) for batch in joined(batches, ALL_KNOWN)] == [1, 1, 1]


def test_a_point_that_comes_twice_keeps_its_order_because_nothing_is_joined() -> None:
    table = _table()
    batches = [
        _points(table, [0], 10, value=[1.0], other=[1.0]),
        _points(table, [0], 10, value=[2.0]),
        _points(table, [0], 10, value=[3.0], other=[3.0]),
    ]
    assert joined(batches, ALL_KNOWN) == batches


def test_series_that_are_new_come_first_and_alone() -> None:
    table = _table()
    batches = [
        _points(table, [0], 10, value=[1.0]),
        _points(table, [1], 10, value=[2.0]),
        _points(table, [1], 20, value=[3.0]),
    ]
    only_first = np.array([True, False, False, False])
    new, known = joined(batches, only_first)
    assert new.series.tolist() == [1]
    assert known.series.tolist() == [0, 1]
    assert known.time_ns.tolist() == [10, 20]


def test_the_embedded_store_answers_the_same_however_its_points_were_batched(tmp_path: Path) -> None:
    table = _table()
    batches = [
        _points(table, [0, 1], 10, value=[1.0, np.nan], revision=[1.0, 1.0]),
        _points(table, [2], 10, value=[np.nan]),
        _points(table, [0, 2], 20, value=[4.0, 5.0], revision=[1.0, 1.0]),
        _points(table, [3], 20, value=[6.0], coverage=[0.5]),
        _points(table, [1], 20, value=[7.0]),
        _points(table, [1], 30, value=[8.0]),
    ]
    again = [_points(table, [0], 10, value=[9.0]), _points(table, [1], 10, value=[10.0], revision=[2.0])]

    together = _written(tmp_path / "together", [batches, batches, again])
    single = _written(tmp_path / "single", [[batch] for batch in [*batches, *batches, *again]])
    assert together == single
    assert together[0].fields == {"value": 9.0, "revision": 1.0}
    assert together[1].fields == {"value": 10.0, "revision": 2.0}


def _written(directory: Path, writes: list[list[PointBatch]]) -> list[Row]:
    directory.mkdir()
    store = SqliteStore(directory)
    for batches in writes:
        store.write(batches)
    rows = store.query(Query("window")) + store.query(Query("indicator")) + store.latest("window")
    store.close()
    return rows

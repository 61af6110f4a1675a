"""What every store must do, once for each of them: a subclass gives the fixture `store`."""

from typing import cast

import numpy as np
import pytest

from config.settings import Retention
from storage.points import PointBatch, SeriesTable
from storage.store import Aggregate, Query, Row, Store

SECOND = 1_000_000_000
T0 = 1_763_778_600 * SECOND
"""2025-11-22 02:30:00 UTC, a whole minute."""
NAN = float("nan")


def points(
    rows: list[tuple[str, int, dict[str, float]]],
    measurement: str = "window",
    table: SeriesTable | None = None,
    **tags: str,
) -> PointBatch:
    """A batch of (device, time_ns, fields)."""
    table = table or SeriesTable()
    series = [table.index(measurement, {"kind": "air", "device": device, **tags}) for device, _, _ in rows]
    names = list(dict.fromkeys(name for _, _, fields in rows for name in fields))
    columns = {name: np.array([fields.get(name, NAN) for _, _, fields in rows]) for name in names}
    return PointBatch(table, np.array(series, dtype=np.int32), np.array([time for _, time, _ in rows]), columns)


class StoreConformance:
    @pytest.fixture
    def store(self) -> Store:
        raise NotImplementedError

    def test_a_written_point_is_read_back_with_its_tags(self, store: Store) -> None:
        assert store.write([points([("aq-1", T0, {"pm25_mean": 41.25, "pm25_count": 3.0})])]) == 1
        assert store.query(Query("window")) == [
            Row(T0, {"device": "aq-1", "kind": "air"}, {"pm25_mean": 41.25, "pm25_count": 3.0})
        ]

    def test_floats_and_nanoseconds_survive_exactly(self, store: Store) -> None:
        values = [0.1, 1e-300, -1.7976931348623157e308, 5e-324, 123456789.123456789, 3.0, 1e22]
        store.write([points([("a", T0 + at, {"x": value}) for at, value in enumerate(values)])])
        rows = store.query(Query("window"))
        assert [(row.time_ns - T0, row.fields["x"]) for row in rows] == list(enumerate(values))

    def test_absent_and_infinite_values_are_left_out(self, store: Store) -> None:
        rows = [("a", T0, {"x": 1.0, "y": NAN}), ("b", T0, {"x": NAN, "y": NAN}), ("c", T0, {"x": 2.0, "y": np.inf})]
        assert store.write([points(rows)]) == 2
        assert [row.fields for row in store.query(Query("window"))] == [{"x": 1.0}, {"x": 2.0}]

    def test_writing_a_point_again_replaces_its_fields_and_keeps_the_others(self, store: Store) -> None:
        store.write([points([("a", T0, {"x": 1.0, "y": 2.0})])])
        store.write([points([("a", T0, {"x": 3.0, "y": NAN})])])
        assert [row.fields for row in store.query(Query("window"))] == [{"x": 3.0, "y": 2.0}]
        store.write([points([("a", T0, {"z": 4.0})])])
        store.write([points([("a", T0, {"y": 5.0})])])
        assert [row.fields for row in store.query(Query("window"))] == [{"x": 3.0, "y": 5.0, "z": 4.0}]

    def test_a_point_twice_in_one_batch_is_one_point(self, store: Store) -> None:
        store.write([points([("a", T0, {"x": 1.0}), ("a", T0, {"x": 2.0})])])
        assert [row.fields for row in store.query(Query("window"))] == [{"x": 2.0}]

    def test_where_matches_all_tags_and_any_value_of_one(self, store: Store) -> None:
        store.write([points([(device, T0, {"x": 1.0}) for device in ("a", "b", "c")])])
        store.write([points([("a", T0, {"x": 1.0})], kind="noise")])
        where = (("device", "a"), ("device", "c"), ("kind", "air"))
        assert [row.tags["device"] for row in store.query(Query("window", where))] == ["a", "c"]
        assert store.query(Query("window", (("device", "nobody"),))) == []
        assert store.query(Query("window", (("office", "a"),))) == []

    def test_a_time_range_includes_its_start_and_not_its_end(self, store: Store) -> None:
        store.write([points([("a", T0 + at * SECOND, {"x": float(at)}) for at in range(5)])])
        rows = store.query(Query("window", from_ns=T0 + SECOND, to_ns=T0 + 3 * SECOND))
        assert [row.fields["x"] for row in rows] == [1.0, 2.0]

    def test_a_limit_keeps_the_newest_rows_in_time_order(self, store: Store) -> None:
        store.write([points([(device, T0 + at * SECOND, {"x": float(at)}) for at in range(9) for device in "abc"])])
        rows = store.query(Query("window", limit=4))
        assert [(row.fields["x"], row.tags["device"]) for row in rows] == [(7, "c"), (8, "a"), (8, "b"), (8, "c")]

    def test_a_limit_spans_windows_of_different_sizes(self, store: Store) -> None:
        for size, seconds in (("10s", 10), ("1m", 60)):
            written = [("a", T0 + at * seconds * SECOND, {"x": float(at)}) for at in range(1, 7)]
            store.write([points(written, size=size)])
        rows = store.query(Query("window", limit=6))
        assert [(row.tags["size"], (row.time_ns - T0) // SECOND) for row in rows] == [
            ("1m", 60), ("1m", 120), ("1m", 180), ("1m", 240), ("1m", 300), ("1m", 360),
        ]  # fmt: skip

    def test_fields_are_chosen_and_rows_without_them_do_not_count(self, store: Store) -> None:
        batch = [("a", T0, {"x": 1.0, "y": 1.0}), ("a", T0 + 1, {"x": 2.0, "y": NAN})]
        store.write([points(batch), points([("a", T0 + 2, {"z": 3.0})])])
        assert [row.fields for row in store.query(Query("window", fields=("y",), limit=1))] == [{"y": 1.0}]
        assert store.query(Query("window", fields=("nothing",))) == []

    def test_latest_gives_the_newest_point_of_each_series(self, store: Store) -> None:
        store.write([points([("a", T0 + 2, {"x": 3.0}), ("a", T0 + 1, {"x": 2.0}), ("b", T0, {"x": 1.0})])])
        store.write([points([("a", T0, {"x": 9.0})])])
        latest = [(row.time_ns - T0, row.tags["device"], row.fields) for row in store.latest("window")]
        assert latest == [(0, "b", {"x": 1.0}), (2, "a", {"x": 3.0})]
        assert [row.fields for row in store.latest("window", [("device", "a")])] == [{"x": 3.0}]
        assert store.latest("nothing") == []

    @pytest.mark.parametrize(
        ("aggregate", "first_bucket", "second_bucket"),
        [
            ("mean", 4.0, 10.0), ("min", 1.0, 10.0), ("max", 8.0, 10.0), ("sum", 12.0, 10.0),
            ("first", 3.0, 10.0), ("last", 1.0, 10.0), ("count", 3.0, 1.0),
        ],
    )  # fmt: skip
    def test_downsampling(self, store: Store, aggregate: str, first_bucket: float, second_bucket: float) -> None:
        rows = [(1, 3.0), (20, 8.0), (59, 1.0), (60, 10.0), (61, NAN), (200, 7.0)]
        batch = [("a", T0 + at * SECOND, {"x": value, "y": 0.5}) for at, value in rows]
        store.write([points(batch), points([("b", T0 + SECOND, {"x": 100.0})])])
        query = Query(
            "window", (("device", "a"),), ("x",), T0, T0 + 120 * SECOND, every_ns=60 * SECOND,
            aggregate=cast(Aggregate, aggregate),
        )  # fmt: skip
        assert store.query(query) == [
            Row(T0, {"device": "a", "kind": "air"}, {"x": first_bucket}),
            Row(T0 + 60 * SECOND, {"device": "a", "kind": "air"}, {"x": second_bucket}),
        ]

    def test_downsampling_keeps_series_and_fields_apart_and_obeys_the_limit(self, store: Store) -> None:
        batch = [(device, T0 + at * SECOND, {"x": at + 0.5, "y": -1.0}) for at in range(0, 180, 30) for device in "ab"]
        store.write([points(batch)])
        rows = store.query(Query("window", limit=3, every_ns=60 * SECOND, aggregate="max"))
        assert [((row.time_ns - T0) // SECOND, row.tags["device"], row.fields) for row in rows] == [
            (60, "b", {"x": 90.5, "y": -1.0}),
            (120, "a", {"x": 150.5, "y": -1.0}),
            (120, "b", {"x": 150.5, "y": -1.0}),
        ]

    def test_retention_removes_what_is_older_and_nothing_else(self, store: Store) -> None:
        hour = 3600 * SECOND
        times = [("a", T0 - at * hour, {"x": float(at)}) for at in range(6)]
        store.write([points(times), points(times, "indicator"), points([("old", T0 - 9 * hour, {"x": 1.0})])])
        store.apply_retention(Retention(reading=None, window="2h", indicator=None), T0)
        assert [row.fields["x"] for row in store.query(Query("window"))] == [2.0, 1.0, 0.0]
        assert len(store.query(Query("indicator"))) == 6
        assert [row.tags["device"] for row in store.latest("window")] == ["a"]
        store.write([points([("old", T0, {"x": 2.0})])])
        assert [row.tags["device"] for row in store.latest("window")] == ["a", "old"]

    @pytest.mark.parametrize(
        "name", ["Jalan Jenderal Sudirman", "água,=", 'a"b', "it's", "a\\b", "温度 ☔", "x' OR 'a'='a", "a\\' OR 1=1"]
    )
    def test_any_printable_text_is_a_tag_value(self, store: Store, name: str) -> None:
        store.write([points([(name, T0, {"x": 1.0}), ("other", T0, {"x": 2.0})])])
        assert [row.tags["device"] for row in store.query(Query("window", (("device", name),)))] == [name]
        assert [row.fields for row in store.latest("window", [("device", name)])] == [{"x": 1.0}]

    def test_measurements_and_fields_with_odd_names(self, store: Store) -> None:
        names = {'we"ird, name': 1.0, "sum of {x}": 2.0, "a:b=c": 3.0, "suhu °C": 4.0}
        store.write([points([("a", T0, names)], 'city "air" x')])
        assert store.measurements() == ['city "air" x']
        assert store.fields('city "air" x') == sorted(names)
        assert [row.fields for row in store.query(Query('city "air" x'))] == [names]
        assert store.fields("window") == []
        assert store.query(Query("window", limit=2)) == []

    def test_one_table_serves_batches_of_several_measurements(self, store: Store) -> None:
        table = SeriesTable()
        first = points([("a", T0, {"x": 1.0})], "window", table)
        second = points([("a", T0, {"value": 2.0}), ("b", T0, {"value": 3.0})], "indicator", table)
        assert store.write([first, second]) == 3
        assert [row.fields for row in store.query(Query("indicator"))] == [{"value": 2.0}, {"value": 3.0}]
        assert store.measurements() == ["indicator", "window"]

    def test_nothing_to_write_is_no_error(self, store: Store) -> None:
        assert store.write([]) == 0
        assert store.write([points([])]) == 0

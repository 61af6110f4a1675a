import threading
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

import denyut.store_writer
from config.settings import Retention
from denyut.store_writer import StoreWriter
from storage.points import PointBatch, SeriesTable
from storage.sqlite_store import SqliteStore
from storage.store import Query, Row, StoreError, StoreRefused, StoreUnavailable

KEPT_FOR_EVER = Retention(reading=None, window=None, indicator=None)
TABLE = SeriesTable()


def points(first: int, count: int = 3, measurement: str = "window") -> PointBatch:
    """At seconds `first`, `first` + 1, ...; each value is its second."""
    seconds = np.arange(first, first + count)
    series = np.full(count, TABLE.index(measurement, {"device": "a"}), np.int32)
    return PointBatch(TABLE, series, seconds * 1_000_000_000, {"v": seconds.astype(np.float64)})


class StoreWithTroubles:
    """Raises the given errors at its first writes, then takes what it is given."""

    def __init__(self, *troubles: StoreError) -> None:
        self.troubles = list(troubles)
        self.dropped: Counter[str] = Counter()
        self.seconds: list[float] = []
        self.attempts = 0
        self.sizes: list[int] = []
        self.closed = threading.Event()

    def write(self, batches: Sequence[PointBatch]) -> int:
        self.attempts += 1
        if self.troubles:
            raise self.troubles.pop(0)
        self.seconds += [value for batch in batches for value in batch.fields["v"].tolist()]
        self.sizes.append(sum(map(len, batches)))
        return self.sizes[-1]

    def query(self, query: Query) -> list[Row]:
        raise NotImplementedError

    def latest(self, measurement: str, where: Sequence[tuple[str, str]] = ()) -> list[Row]:
        raise NotImplementedError

    def measurements(self) -> list[str]:
        return []

    def fields(self, measurement: str) -> list[str]:
        return []

    def apply_retention(self, retention: Retention, now_ns: int) -> None:
        if self.troubles:
            raise StoreUnavailable("not now")

    def close(self) -> None:
        self.closed.set()


@pytest.fixture(autouse=True)
def quick_retries(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(denyut.store_writer, "_FIRST_RETRY_S", 0.01)


def started(store: StoreWithTroubles) -> StoreWriter:
    writer = StoreWriter(store, KEPT_FOR_EVER)
    writer.start()
    return writer


def test_points_reach_a_real_store_and_are_counted(tmp_path: Path) -> None:
    writer = StoreWriter(SqliteStore(tmp_path), KEPT_FOR_EVER)
    writer.put([points(0), points(0, 0)])
    assert (writer.points_pending, writer.points_written) == (3, 0)
    writer.start()
    writer.put([points(3)])
    assert writer.stop(10)
    assert (writer.points_pending, writer.points_written, writer.points_refused) == (0, 6, 0)
    store = SqliteStore(tmp_path, read_only=True)
    assert [row.fields["v"] for row in store.query(Query("window"))] == [0, 1, 2, 3, 4, 5]
    store.close()


def test_retention_is_applied_at_the_start(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path)
    store.write([points(0)])
    writer = StoreWriter(store, Retention(window=3600 * 1_000_000_000))
    writer.start()
    assert writer.stop(10)
    kept = SqliteStore(tmp_path, read_only=True)
    assert kept.query(Query("window")) == []
    kept.close()


def test_a_store_that_is_away_for_a_while_gets_everything_in_order() -> None:
    store = StoreWithTroubles(*(StoreUnavailable("away") for _ in range(4)))
    writer = started(store)
    for first in range(0, 30, 3):
        writer.put([points(first)])
    assert writer.stop(20)
    assert store.seconds == list(range(30))
    assert (writer.points_written, writer.points_pending, writer.last_error) == (30, 0, "")


def test_a_store_without_rights_gets_the_points_once_it_has_them() -> None:
    store = StoreWithTroubles(StoreRefused("unauthorized", "token refused"), StoreRefused("not_found", "no bucket"))
    writer = started(store)
    writer.put([points(0)])
    assert writer.stop(20)
    assert (store.seconds, writer.points_refused) == ([0, 1, 2], 0)


def test_points_that_a_store_finds_invalid_are_counted_and_keep_nobody_waiting() -> None:
    store = StoreWithTroubles(StoreRefused("invalid", "no such type"))
    writer = StoreWriter(store, KEPT_FOR_EVER)
    writer.put([points(0)])
    writer.start()
    while not writer.points_refused:
        time.sleep(0.01)
    writer.put([points(3)])
    assert writer.stop(20)
    assert (writer.points_refused, writer.points_written, store.seconds) == (3, 3, [3, 4, 5])


def test_a_stop_ends_within_its_limit_and_says_what_is_left() -> None:
    store = StoreWithTroubles(*(StoreUnavailable("away") for _ in range(1_000_000)))
    writer = started(store)
    writer.put([points(0), points(3)])
    began = time.monotonic()
    assert not writer.stop(0.3)
    assert time.monotonic() - began < 5, "a stop must not wait for the store"
    assert (writer.points_pending, writer.points_written, writer.last_error) == (6, 0, "away")
    assert store.closed.wait(5)


def test_waits_between_attempts_grow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(denyut.store_writer, "_FIRST_RETRY_S", 0.1)
    store = StoreWithTroubles(*(StoreUnavailable("away") for _ in range(1_000_000)))
    writer = started(store)
    writer.put([points(0)])
    writer.stop(1.0)
    assert 2 <= store.attempts <= 5, "after 0.1, 0.3 and 0.7 s at most"


def test_many_points_ask_the_sources_to_hold_back_until_half_of_them_are_written(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(denyut.store_writer, "FULL", 10)
    writer = StoreWriter(StoreWithTroubles(), KEPT_FOR_EVER)
    writer.put([points(0, 9)])
    assert (writer.full, writer.relaxed) == (False, False)
    writer.put([points(9, 1)])
    assert (writer.full, writer.relaxed) == (True, False)
    writer.start()
    assert writer.stop(10)
    assert (writer.full, writer.relaxed) == (False, True)


def test_large_amounts_are_written_in_portions(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(denyut.store_writer, "_AT_ONCE", 5)
    store = StoreWithTroubles()
    writer = StoreWriter(store, KEPT_FOR_EVER)
    writer.put([points(0), points(3, 2), points(5, 20), points(25, 1)])
    writer.start()
    assert writer.stop(10)
    assert store.seconds == list(range(26))
    assert store.sizes == [5, 5, 5, 5, 5, 1]

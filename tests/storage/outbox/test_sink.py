import logging
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import repeat
from pathlib import Path

import numpy as np
import pytest

from config.settings import Retention
from storage.outbox.backoff import Backoff
from storage.outbox.outbox import Outbox
from storage.outbox.parts import POINTS
from storage.outbox.sink import Sink, stop_all
from storage.points import PointBatch, SeriesTable
from storage.sqlite_store import SqliteStore
from storage.store import PointsRefused, Query, Row, StoreRefused, StoreUnavailable
from tests.storage.outbox.point_batches import SECOND, batch, seconds_of
from tests.storage.outbox.waiting import wait_until

ROOT = Path(__file__).parents[3]
TABLE = SeriesTable()
SINKS = ("store", "mirror")


class StoreWithTroubles:
    """Raises the given errors at its first writes, then takes what it is given."""

    def __init__(self, *troubles: Exception) -> None:
        self.troubles: Iterator[Exception] = iter(troubles)
        self.seconds: list[float] = []
        self.attempts: list[float] = []
        self.dropped: Counter[str] = Counter()
        self.closed = threading.Event()
        self.may_write = threading.Event()
        self.may_write.set()

    def write(self, batches: Sequence[PointBatch]) -> int:
        self.attempts.append(time.monotonic())
        self.may_write.wait(60)
        for trouble in self.troubles:
            raise trouble
        self.seconds += seconds_of(list(batches))
        return sum(map(len, batches))

    def query(self, query: Query) -> list[Row]:
        raise NotImplementedError

    def latest(self, measurement: str, where: Sequence[tuple[str, str]] = ()) -> list[Row]:
        raise NotImplementedError

    def measurements(self) -> list[str]:
        return []

    def fields(self, measurement: str) -> list[str]:
        return []

    def apply_retention(self, retention: Retention, now_ns: int) -> None:
        for _ in self.troubles:
            raise StoreUnavailable("not now")

    def close(self) -> None:
        self.closed.set()


def always_away() -> StoreWithTroubles:
    store = StoreWithTroubles()
    store.troubles = repeat(StoreUnavailable("away"))
    return store


@pytest.fixture
def outbox(tmp_path: Path) -> Iterator[Outbox]:
    opened = Outbox(tmp_path, 1 << 30, sinks=SINKS)
    opened.start()
    yield opened
    opened.stop(10)


def quick(first_s: float = 0.01, last_s: float = 0.05) -> Backoff:
    return Backoff(first_s, last_s)


def started(store: StoreWithTroubles, outbox: Outbox, name: str = "store", backoff: Backoff | None = None) -> Sink:
    sink = Sink(name, store, outbox, backoff=backoff or quick())
    sink.start()
    return sink


def counts(sink: Sink) -> tuple[int, int, int, int]:
    return sink.points_written, sink.points_refused, sink.points_dropped, sink.points_pending


def test_points_reach_a_real_store_in_order_and_are_counted(outbox: Outbox, tmp_path: Path) -> None:
    sink = Sink("store", SqliteStore(tmp_path), outbox)
    outbox.append(0, [batch(TABLE, 0), batch(TABLE, 0, 0)])
    assert counts(sink) == (0, 0, 0, 3)
    sink.start()
    outbox.append(1, [batch(TABLE, 3)])
    assert sink.stop(10)
    assert counts(sink) == (6, 0, 0, 0)
    store = SqliteStore(tmp_path, read_only=True)
    assert [row.fields["v"] for row in store.query(Query("window"))] == [0, 1, 2, 3, 4, 5]
    store.close()


def test_a_store_that_is_away_for_a_while_gets_everything_in_order(
    outbox: Outbox, caplog: pytest.LogCaptureFixture
) -> None:
    store = StoreWithTroubles(*(StoreUnavailable("away") for _ in range(4)))
    outbox.append(0, [batch(TABLE, 0)])
    with caplog.at_level(logging.INFO):
        sink = started(store, outbox)
        for offset in range(1, 10):
            outbox.append(offset, [batch(TABLE, 3 * offset)])
        assert sink.stop(20)
    assert store.seconds == list(range(30))
    assert counts(sink) == (30, 0, 0, 0)
    assert sink.last_error == ""
    assert [message.split(";")[0] for message in caplog.messages] == ["store: away", "store takes points again"]


def test_waits_between_attempts_grow_up_to_the_longest(outbox: Outbox) -> None:
    store = always_away()
    sink = started(store, outbox, backoff=Backoff(0.02, 0.16))
    outbox.append(0, [batch(TABLE, 0)])
    time.sleep(2.0)
    made = len(store.attempts)
    assert 8 <= made <= 60, "on average 0.08 s apart, not 0.01 s"
    assert not sink.stop(0.1)


@pytest.mark.parametrize("reason", ["unauthorized", "not_found", "damaged"])
def test_what_someone_must_mend_costs_no_point_and_is_tried_again_after_the_longest_wait(
    outbox: Outbox, reason: str
) -> None:
    refusals = [StoreRefused(reason, "mend it"), StoreRefused(reason, "mend it")]  # type: ignore[arg-type]
    store = StoreWithTroubles(*refusals)
    sink = started(store, outbox, backoff=Backoff(0.001, 0.3))
    outbox.append(0, [batch(TABLE, 0)])
    wait_until(lambda: sink.last_error == "mend it")
    wait_until(lambda: sink.points_written == 3)
    assert counts(sink) == (3, 0, 0, 0)
    first, second, third = store.attempts
    assert second - first >= 0.3
    assert third - second >= 0.3
    assert sink.stop(10)


def test_a_store_that_asks_to_be_left_alone_is(outbox: Outbox) -> None:
    store = StoreWithTroubles(StoreUnavailable("too many writes", retry_after_s=0.7))
    sink = started(store, outbox)
    outbox.append(0, [batch(TABLE, 0)])
    wait_until(lambda: sink.points_written == 3)
    first, second = store.attempts
    assert 0.7 <= second - first < 5
    assert sink.stop(10)


def test_points_at_fault_are_handed_over_one_by_one_and_keep_nobody_waiting(outbox: Outbox) -> None:
    lines = [(b"window,device=a v=1.0 1", "no such type"), (b"window,device=a v=2.0 2", "no such type")]
    refused: list[tuple[bytes, str]] = []
    store = StoreWithTroubles(PointsRefused("invalid", "no such type", lines, 1))
    sink = Sink("store", store, outbox, on_refused=refused.extend)
    outbox.append(0, [batch(TABLE, 0)])
    sink.start()
    wait_until(lambda: sink.points_refused == 2)
    outbox.append(1, [batch(TABLE, 3)])
    assert sink.stop(20)
    assert counts(sink) == (4, 2, 0, 0)
    assert (refused, store.seconds, sink.last_error) == (lines, [3, 4, 5], "")


def test_points_that_the_store_cannot_hold_are_counted_by_their_reason(outbox: Outbox, tmp_path: Path) -> None:
    sink = Sink("store", SqliteStore(tmp_path), outbox)
    sink.start()
    series = np.full(3, TABLE.index("window", {"device": "a"}), np.int32)
    outbox.append(0, [PointBatch(TABLE, series, np.arange(3), {"v": np.array([1.0, np.nan, np.inf])})])
    assert sink.stop(10)
    assert counts(sink) == (1, 0, 2, 0)
    assert sink.dropped == {"no_field": 2}


def test_a_mistake_of_ours_is_logged_and_loses_nothing(outbox: Outbox, caplog: pytest.LogCaptureFixture) -> None:
    store = StoreWithTroubles(ZeroDivisionError("a mistake"))
    sink = started(store, outbox)
    outbox.append(0, [batch(TABLE, 0)])
    assert sink.stop(20)
    assert store.seconds == [0, 1, 2]
    assert [record.exc_info is not None for record in caplog.records if "a mistake" in record.message] == [True]


def test_a_stop_ends_within_its_limit_and_what_is_left_waits_for_the_next_start(tmp_path: Path) -> None:
    outbox = Outbox(tmp_path, 1 << 30)
    outbox.start()
    store = always_away()
    sink = started(store, outbox)
    outbox.append(0, [batch(TABLE, 0), batch(TABLE, 3)])
    wait_until(lambda: bool(store.attempts))
    began = time.monotonic()
    assert not sink.stop(0.3)
    assert time.monotonic() - began < 5, "a stop must not wait for the store"
    assert (counts(sink), sink.last_error) == ((0, 0, 0, 6), "away")
    assert store.closed.wait(5)
    assert outbox.stop(10)
    again = Outbox(tmp_path, 1 << 30)
    again.start()
    well = StoreWithTroubles()
    sink = started(well, again)
    assert sink.stop(10)
    assert well.seconds == [0, 1, 2, 3, 4, 5]
    again.stop(10)


def test_a_stop_during_a_long_wait_makes_one_more_attempt(outbox: Outbox) -> None:
    store = StoreWithTroubles(StoreRefused("unauthorized", "mend it"))
    sink = started(store, outbox, backoff=Backoff(60.0, 60.0))
    outbox.append(0, [batch(TABLE, 0)])
    wait_until(lambda: bool(sink.last_error))
    began = time.monotonic()
    assert sink.stop(10)
    assert time.monotonic() - began < 5
    assert store.seconds == [0, 1, 2]


def test_a_sink_that_hangs_delays_no_other(outbox: Outbox) -> None:
    slow, quick_one = StoreWithTroubles(), StoreWithTroubles()
    slow.may_write.clear()
    sinks = [started(slow, outbox, "store"), started(quick_one, outbox, "mirror")]
    for offset in range(20):
        outbox.append(offset, [batch(TABLE, 3 * offset)])
    wait_until(lambda: sinks[1].points_pending == 0)
    assert quick_one.seconds == list(range(60))
    assert [counts(sink) for sink in sinks] == [(0, 0, 0, 60), (60, 0, 0, 0)]
    slow.may_write.set()
    assert stop_all(sinks, 10)
    assert slow.seconds == list(range(60))


def test_a_stop_of_many_takes_no_longer_than_that_of_one(outbox: Outbox) -> None:
    away = [always_away() for _ in SINKS]
    sinks = [started(store, outbox, name) for store, name in zip(away, SINKS, strict=True)]
    outbox.append(0, [batch(TABLE, 0)])
    began = time.monotonic()
    assert not stop_all(sinks, 1.0)
    assert time.monotonic() - began < 1.9


def test_a_large_closing_is_written_in_portions(outbox: Outbox) -> None:
    store = StoreWithTroubles()
    sink = started(store, outbox)
    outbox.append(0, [batch(TABLE, 0, 5 * POINTS + 1)])
    assert sink.stop(20)
    assert store.seconds == list(range(5 * POINTS + 1))
    assert len(store.attempts) == 6


def test_retention_is_applied_at_the_start_and_its_failure_is_said_once(
    outbox: Outbox, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    store = SqliteStore(tmp_path)
    store.write([batch(TABLE, 0)])
    sink = Sink("store", store, outbox, Retention(window=3600 * SECOND))
    sink.start()
    troubled = Sink("mirror", StoreWithTroubles(StoreUnavailable("away")), outbox, Retention(), backoff=quick())
    troubled.start()
    wait_until(lambda: bool(caplog.messages))
    assert stop_all([sink, troubled], 10)
    kept = SqliteStore(tmp_path, read_only=True)
    assert kept.query(Query("window")) == []
    kept.close()
    assert caplog.messages == ["mirror: old points cannot be removed: not now"]


def test_a_sink_that_the_outbox_keeps_nothing_for_is_refused_at_once(outbox: Outbox) -> None:
    with pytest.raises(KeyError, match="elsewhere"):
        Sink("elsewhere", StoreWithTroubles(), outbox)


RUN_UNTIL_KILLED = """
import sys, time
from pathlib import Path
from storage.outbox.outbox import Outbox
from storage.outbox.sink import Sink
from storage.points import SeriesTable
from storage.sqlite_store import SqliteStore
from tests.storage.outbox.waiting import wait_until
from tests.storage.outbox.point_batches import batch

data_dir, offsets = Path(sys.argv[1]), int(sys.argv[2])
outbox = Outbox(data_dir, 1 << 30)
outbox.start()
sink = Sink("store", SqliteStore(data_dir), outbox)
sink.start()
table = SeriesTable()
print("running", flush=True)
for offset in range(offsets):
    outbox.append(offset, [batch(table, 40 * offset + 20 * part, 20, f"device {offset % 7}") for part in range(2)])
    if offset > outbox.durable_until:
        time.sleep(0.002)
assert sink.stop(60) and outbox.stop(60)
print("all done", sink.points_written, sink.points_refused, sink.points_dropped, sink.points_pending, flush=True)
"""


def test_after_kills_at_any_moment_every_point_is_stored_once(tmp_path: Path) -> None:
    """Each start appends all offsets again, as a recovery from the journal does."""
    offsets, survived = 400, ""
    command = [sys.executable, "-c", RUN_UNTIL_KILLED, str(tmp_path), str(offsets)]
    for attempt in range(12):
        process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None
        assert process.stdout.readline() == "running\n"
        try:
            survived, _ = process.communicate(timeout=0.05 + 0.07 * attempt)
            break
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
    else:
        survived = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=100, check=True).stdout
    assert survived.splitlines()[-1] == f"all done {40 * offsets} 0 0 0"
    store = SqliteStore(tmp_path, read_only=True)
    rows = store.query(Query("window"))
    store.close()
    assert [(row.time_ns // SECOND, row.fields["v"]) for row in rows] == [(at, at) for at in range(40 * offsets)]
    assert all(row.tags == {"device": f"device {row.time_ns // SECOND // 40 % 7}"} for row in rows)

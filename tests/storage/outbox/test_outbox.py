import logging
import re
import sqlite3
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from storage.outbox.outbox import Outbox
from storage.outbox.parts import POINTS
from storage.outbox.recent import Portion
from storage.outbox.schema import FILE_NAME, PAGE_BYTES
from storage.points import PointBatch, SeriesTable
from storage.store import StoreUnusable
from tests.storage.outbox.point_batches import batch, seconds_of
from tests.storage.outbox.waiting import wait_until

MIB = 1 << 20
TABLE = SeriesTable()


@pytest.fixture
def outbox(tmp_path: Path) -> Iterator[Outbox]:
    opened = Outbox(tmp_path, 64 * MIB)
    opened.start()
    yield opened
    opened.stop(10)


def noise(points: int, fields: str = "a") -> PointBatch:
    """Points that do not compress."""
    rng = np.random.default_rng(1)
    columns = {name: rng.normal(size=points) for name in fields}
    return PointBatch(
        TABLE, np.full(points, TABLE.index("window", {"device": "n"}), np.int32), np.arange(points), columns
    )


def settle(outbox: Outbox) -> None:
    wait_until(lambda: outbox.settled(outbox.appended_until))


def started(data_dir: Path, *sinks: str, max_bytes: int = 64 * MIB) -> Outbox:
    outbox = Outbox(data_dir, max_bytes, sinks=sinks or ("store",))
    outbox.start()
    return outbox


def read_all(outbox: Outbox, after: int = 0) -> list[float]:
    reader = outbox.reader()
    found: list[float] = []
    while (portion := reader.after(after)) is not None:
        found += seconds_of(portion.batches)
        after = portion.part
    reader.close()
    return found


def next_portion(outbox: Outbox, sink: str = "store") -> Portion:
    reader = outbox.reader()
    portion = reader.after(outbox.cursor(sink).part)
    reader.close()
    assert portion is not None
    return portion


def pass_all(outbox: Outbox, sink: str = "store") -> None:
    """As a sink does that has written everything."""
    settle(outbox)
    while pending := outbox.pending(sink):
        portion, cursor = next_portion(outbox, sink), outbox.cursor(sink)
        written = cursor.written + portion.points_until - cursor.passed
        outbox.passed(sink, replace(cursor, part=portion.part, passed=portion.points_until, written=written))
        assert outbox.pending(sink) < pending


def parts_on_disk(data_dir: Path) -> int:
    with sqlite3.connect(data_dir / FILE_NAME) as database:
        (parts,) = database.execute("SELECT count(*) FROM part").fetchone()
    database.close()
    return int(parts)


def test_what_is_appended_is_read_in_order(outbox: Outbox) -> None:
    for offset in range(10):
        outbox.append(offset, [batch(TABLE, 10 * offset, 4), batch(TABLE, 10 * offset + 4, 6)])
    settle(outbox)
    assert read_all(outbox) == list(range(100))
    assert (outbox.pending("store"), outbox.bytes_waiting_in_memory, outbox.last_error) == (100, 0, "")


def test_an_offset_is_taken_once_also_after_a_restart(tmp_path: Path) -> None:
    outbox = started(tmp_path)
    outbox.append(3, [batch(TABLE, 0)])
    outbox.append(3, [batch(TABLE, 0)])
    outbox.append(1, [batch(TABLE, 50)])
    assert outbox.stop(10)
    again = started(tmp_path)
    assert again.appended_until == 3
    for offset in range(2, 6):
        again.append(offset, [batch(TABLE, 10 * (offset - 3))])
    settle(again)
    assert read_all(again) == [0, 1, 2, 10, 11, 12, 20, 21, 22]
    assert again.stop(10)


def test_an_offset_without_points_needs_no_disk(outbox: Outbox) -> None:
    outbox.append(8, [])
    outbox.append(9, [batch(TABLE, 0, 0)])
    assert outbox.settled(9)
    assert (outbox.appended_until, outbox.durable_until, outbox.pending("store")) == (9, 9, 0)


def test_an_offset_is_settled_once_it_is_on_disk(tmp_path: Path) -> None:
    outbox = Outbox(tmp_path, 64 * MIB)
    outbox.append(4, [batch(TABLE, 0)])
    outbox.append(6, [batch(TABLE, 3)])
    assert [outbox.settled(offset) for offset in (3, 4, 5, 6)] == [True, False, False, False]
    assert outbox.durable_until == 3
    assert outbox.bytes_waiting_in_memory == 2 * 3 * (4 + 8 + 8)
    outbox.start()
    wait_until(lambda: outbox.settled(6))
    assert outbox.durable_until == 6
    assert outbox.bytes_waiting_in_memory == 0
    assert parts_on_disk(tmp_path) == 2
    assert outbox.stop(10)


def test_parts_go_when_the_slowest_sink_has_passed_them(tmp_path: Path) -> None:
    outbox = started(tmp_path, "store", "mirror")
    for offset in range(5):
        outbox.append(offset, [batch(TABLE, 10 * offset, 10)])
    pass_all(outbox, "store")
    time.sleep(0.6)
    assert parts_on_disk(tmp_path) == 5
    assert (outbox.pending("store"), outbox.pending("mirror")) == (0, 50)
    pass_all(outbox, "mirror")
    wait_until(lambda: parts_on_disk(tmp_path) == 0)
    assert outbox.stop(10)


def test_where_a_sink_was_is_kept_over_a_restart(tmp_path: Path) -> None:
    outbox = started(tmp_path, "store", "mirror")
    outbox.append(0, [batch(TABLE, 0, 10)])
    pass_all(outbox, "store")
    outbox.append(1, [batch(TABLE, 10, 10)])
    outbox.stop(10)
    again = started(tmp_path, "store", "mirror")
    assert (again.pending("store"), again.cursor("store").written) == (10, 10)
    assert (again.pending("mirror"), again.cursor("mirror").written) == (20, 0)
    assert seconds_of(next_portion(again, "store").batches) == list(range(10, 20))
    again.stop(10)


def test_a_sink_that_is_gone_holds_nothing_back_and_a_new_one_begins_with_the_oldest_part_kept(tmp_path: Path) -> None:
    outbox = started(tmp_path, "store", "old mirror")
    outbox.append(0, [batch(TABLE, 0, 10)])
    pass_all(outbox, "store")
    pass_all(outbox, "old mirror")
    wait_until(lambda: parts_on_disk(tmp_path) == 0)
    outbox.append(1, [batch(TABLE, 10, 10)])
    pass_all(outbox, "store")
    outbox.stop(10)
    again = started(tmp_path, "store", "new mirror")
    assert again.pending("new mirror") == 10
    pass_all(again, "new mirror")
    assert (again.cursor("new mirror").written, again.cursor("new mirror").dropped) == (10, 0)
    wait_until(lambda: parts_on_disk(tmp_path) == 0)
    again.stop(10)


def test_series_survive_the_process_that_named_them(tmp_path: Path) -> None:
    for run in range(3):
        table = SeriesTable()
        for number in range(run + 1):
            table.index("window", {"device": f"unused {number}"})
        outbox = started(tmp_path)
        for offset in (2 * run, 2 * run + 1):
            outbox.append(offset, [batch(table, offset, 1, device=f"run {run}, offset {offset}")])
        outbox.stop(10)
    last = started(tmp_path)
    portion = next_portion(last)
    assert [one.table[int(one.series[0])].tags for one in portion.batches] == [
        (("device", f"run {offset // 2}, offset {offset}"),) for offset in range(6)
    ]
    last.stop(10)


def test_series_of_ended_processes_go_with_their_last_part(tmp_path: Path) -> None:
    def sessions() -> list[int]:
        with sqlite3.connect(tmp_path / FILE_NAME) as database:
            found = [row[0] for row in database.execute("SELECT DISTINCT session FROM series ORDER BY session")]
        database.close()
        return found

    for run in range(3):
        outbox = started(tmp_path)
        outbox.append(run, [batch(SeriesTable(), run)])
        outbox.stop(10)
    assert sessions() == [1, 2, 3]
    outbox = started(tmp_path)
    pass_all(outbox)
    wait_until(lambda: sessions() == [])
    outbox.append(3, [batch(TABLE, 9)])
    pass_all(outbox)
    wait_until(lambda: parts_on_disk(tmp_path) == 0)
    assert sessions() == [4], "the process that writes still needs its own"
    outbox.stop(10)


@pytest.mark.parametrize("restarted", [False, True])
def test_a_long_backlog_is_read_a_portion_at_a_time(tmp_path: Path, restarted: bool) -> None:
    outbox = started(tmp_path)
    outbox.append(0, [batch(TABLE, 0, 3 * POINTS + 100)])
    for offset in range(1, 50):
        outbox.append(offset, [batch(TABLE, 0, 100)])
    settle(outbox)
    if restarted:
        outbox.stop(10)
        outbox = started(tmp_path)
    reader, after, sizes = outbox.reader(), 0, []
    while (portion := reader.after(after)) is not None:
        sizes.append(sum(map(len, portion.batches)))
        after = portion.part
    reader.close()
    assert sizes == [POINTS, POINTS, POINTS, 5000]
    outbox.stop(10)


def test_a_damaged_part_is_left_out_by_name_and_costs_no_other(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    outbox = started(tmp_path)
    for offset in range(3):
        outbox.append(offset, [batch(TABLE, 10 * offset)])
    outbox.stop(10)
    with sqlite3.connect(tmp_path / FILE_NAME) as database:
        database.execute("UPDATE part SET content = substr(content, 1, length(content) - 5) WHERE id = 2")
    database.close()
    again = started(tmp_path)
    with caplog.at_level(logging.ERROR):
        portion = next_portion(again)
    assert seconds_of(portion.batches) == [0, 1, 2, 20, 21, 22]
    assert portion.points_until == 9, "the points of the damaged part count as passed, not as written"
    assert caplog.messages[0].startswith("part 2 of the outbox is damaged and left out: ")
    again.stop(10)


def test_a_disk_that_is_full_costs_memory_and_no_points(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    outbox = Outbox(tmp_path, 64 * MIB)
    database = outbox._file._db
    (pages,) = database.execute("PRAGMA page_count").fetchone()
    database.execute(f"PRAGMA max_page_count = {pages + 1}")
    points = noise(10_000)
    with caplog.at_level(logging.INFO):
        outbox.start()
        outbox.append(0, [points])
        wait_until(lambda: bool(outbox.last_error))
        time.sleep(1.2)
        assert outbox.last_error == f"{tmp_path / FILE_NAME} cannot be written: database or disk is full"
        assert not outbox.settled(0)
        assert (outbox.pending("store"), outbox.bytes_waiting_in_memory) == (10_000, 200_000)
        assert caplog.messages == [f"{outbox.last_error}; points wait in memory"], "said once, not at every attempt"
        outbox._file._db.execute(f"PRAGMA max_page_count = {pages + 1000}")
        wait_until(lambda: outbox.settled(0) and not outbox.last_error)
    assert caplog.messages[-1] == "the outbox can be written again"
    assert next_portion(outbox).batches[0].fields["a"].tobytes() == points.fields["a"].tobytes()
    assert outbox.stop(10)


def test_a_stop_ends_within_its_limit_also_on_a_full_disk(tmp_path: Path) -> None:
    outbox = Outbox(tmp_path, 64 * MIB)
    (pages,) = outbox._file._db.execute("PRAGMA page_count").fetchone()
    outbox._file._db.execute(f"PRAGMA max_page_count = {pages}")
    outbox.start()
    outbox.append(0, [noise(POINTS)])
    wait_until(lambda: bool(outbox.last_error))
    began = time.monotonic()
    assert not outbox.stop(0.5)
    assert time.monotonic() - began < 5


def test_space_is_used_again_and_given_back(tmp_path: Path) -> None:
    outbox = started(tmp_path, max_bytes=256 * MIB)
    largest = 0
    for cycle in range(3):
        for number in range(8):
            outbox.append(8 * cycle + number, [noise(POINTS, "abcdef") for _ in range(8)])
        settle(outbox)
        largest = max(largest, outbox.size_bytes)
        pass_all(outbox)
        wait_until(lambda: parts_on_disk(tmp_path) == 0)
    assert 40 * MIB < largest < 80 * MIB
    assert (tmp_path / FILE_NAME).stat().st_size < 2 * largest
    wait_until(lambda: outbox.size_bytes < MIB)
    wait_until(lambda: (tmp_path / FILE_NAME).stat().st_size <= (33 << 20) + 64 * PAGE_BYTES)
    assert outbox.stop(10)


def test_a_full_outbox_still_takes_what_is_under_way(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    outbox = started(tmp_path, max_bytes=4 * MIB)
    assert (outbox.full, outbox.relaxed) == (False, True)
    with caplog.at_level(logging.WARNING):
        for offset in range(40):
            outbox.append(offset, [noise(POINTS)])
        settle(outbox)
    assert outbox.fraction_full > 1
    assert (outbox.full, outbox.relaxed) == (True, False)
    assert len(caplog.messages) == 1
    assert re.match(r"the outbox is \d+ % full", caplog.messages[0])
    pass_all(outbox)
    wait_until(lambda: outbox.relaxed)
    assert not outbox.full
    assert outbox.cursor("store").written == 40 * POINTS
    outbox.stop(10)


@pytest.mark.parametrize("content", [b"no database" * 1000, b""])
def test_a_file_that_is_no_outbox(tmp_path: Path, content: bytes) -> None:
    (tmp_path / FILE_NAME).write_bytes(content)
    if content:
        with pytest.raises(StoreUnusable, match=r"outbox\.db is damaged"):
            Outbox(tmp_path, MIB)
    else:
        outbox = started(tmp_path)
        outbox.append(0, [batch(TABLE, 0)])
        assert outbox.stop(10)
        assert parts_on_disk(tmp_path) == 1


def test_a_database_of_another_program_or_a_newer_denyut_is_left_alone(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / FILE_NAME) as database:
        database.execute("CREATE TABLE part (id)")
    database.close()
    with pytest.raises(StoreUnusable, match="database of another program"):
        Outbox(tmp_path, MIB)
    (tmp_path / FILE_NAME).unlink()
    Outbox(tmp_path, MIB)._file.close()
    with sqlite3.connect(tmp_path / FILE_NAME) as database:
        database.execute("PRAGMA user_version = 99")
    database.close()
    with pytest.raises(StoreUnusable, match="newer Denyut"):
        Outbox(tmp_path, MIB)


def test_a_run_that_need_not_survive_a_power_cut_waits_for_no_disk(tmp_path: Path) -> None:
    outbox = Outbox(tmp_path, MIB, durable=False)
    assert outbox._file._db.execute("PRAGMA synchronous").fetchone() == (0,)
    outbox._file.close()
    outbox = Outbox(tmp_path, MIB)
    assert outbox._file._db.execute("PRAGMA synchronous").fetchone() == (2,)
    outbox._file.close()


def test_a_file_that_is_removed_while_it_is_used_is_told_and_what_comes_waits(
    outbox: Outbox, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    outbox.append(1, [noise(10)])
    wait_until(lambda: outbox.settled(1))
    (tmp_path / "outbox.db").unlink()
    outbox.append(2, [noise(10)])
    wait_until(lambda: bool(outbox.last_error))
    sentence = f"{tmp_path / 'outbox.db'} cannot be written: it was removed or replaced while it was used; "
    sentence += "stop the run and start it again"
    assert (outbox.last_error, outbox.settled(1), outbox.settled(2)) == (sentence, True, False)
    assert caplog.messages == [f"{sentence}; points wait in memory"]
    assert not caplog.records[0].exc_info

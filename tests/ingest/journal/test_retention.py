import os
from pathlib import Path

import pytest

from config.durability import JournalSettings
from ingest.journal.entries import Tick
from ingest.journal.journal import Journal
from ingest.journal.reading import read_entries
from ingest.journal.retention import KeptFile, Retention, closed_files, expendable
from ingest.journal.segment import name
from tests.ingest.journal.journals import START_NS, committed, messages, wait_until, written

DAY_NS = 86_400 * 1_000_000_000


def file(first: int) -> KeptFile:
    """100 entries of 1000 bytes together."""
    return KeptFile(Path(f"{first}.db"), first + 100, 1000)


DAYS = {"0": 1, "100": 2, "200": 3}


def gone(needed_from: int, older_than_day: int, max_bytes: int, days: dict[str, int] = DAYS) -> list[str]:
    def is_too_old(kept: KeptFile) -> bool:
        return days[kept.path.stem] < older_than_day

    files = [file(int(first)) for first in days]
    return [kept.path.stem for kept in expendable(files, 3500, needed_from, is_too_old, max_bytes)]


def test_files_go_when_they_are_too_old() -> None:
    assert gone(300, older_than_day=1, max_bytes=10_000) == []
    assert gone(300, older_than_day=2, max_bytes=10_000) == ["0"]
    assert gone(300, older_than_day=9, max_bytes=10_000) == ["0", "100", "200"]


def test_the_oldest_go_when_all_are_too_large_together() -> None:
    assert gone(300, older_than_day=0, max_bytes=3500) == []
    assert gone(300, older_than_day=0, max_bytes=3499) == ["0"]
    assert gone(300, older_than_day=0, max_bytes=1600) == ["0", "100"]


def test_what_a_restart_needs_stays_however_old_and_large() -> None:
    assert gone(0, older_than_day=9, max_bytes=0) == []
    assert gone(199, older_than_day=9, max_bytes=0) == ["0"]
    assert gone(200, older_than_day=9, max_bytes=0) == ["0", "100"]


def test_a_file_with_a_newer_time_keeps_those_after_it() -> None:
    assert gone(200, older_than_day=5, max_bytes=10_000, days={"0": 9, "100": 2}) == []


def test_age_is_that_of_the_entries_and_not_of_the_file(tmp_path: Path) -> None:
    for numbers in (range(3), range(3, 5), range(5, 6)):
        os.utime(written(tmp_path, numbers), ns=(0, 0))
    retention = Retention(tmp_path, keep_ns=DAY_NS, max_bytes=1 << 30)
    retention.trim(5, START_NS + DAY_NS + 2)
    assert kept_files(tmp_path) == [0, 3, 5]
    retention.trim(5, START_NS + DAY_NS + 3)
    assert kept_files(tmp_path) == [3, 5]


def test_a_damaged_file_is_as_old_as_its_last_change(tmp_path: Path) -> None:
    for numbers in (range(3), range(3, 5), range(5, 6)):
        written(tmp_path, numbers)
    (tmp_path / name(0)).write_bytes(b"damaged")
    os.utime(tmp_path / name(0), ns=(START_NS, START_NS))
    retention = Retention(tmp_path, keep_ns=DAY_NS, max_bytes=1 << 30)
    retention.trim(5, START_NS + DAY_NS)
    assert kept_files(tmp_path) == [0, 3, 5]
    retention.trim(5, START_NS + DAY_NS + 1)
    assert kept_files(tmp_path) == [3, 5]


def test_files_are_measured_with_their_logs_and_the_newest_is_not_closed(tmp_path: Path) -> None:
    for numbers in (range(3), range(3, 5), range(5, 6)):
        written(tmp_path, numbers)
    log = tmp_path / f"{3:020}.db-wal"
    log.write_bytes(b"x" * 50_000)
    files, total = closed_files(tmp_path)
    assert [kept.end for kept in files] == [3, 5]
    assert files[1].size == (tmp_path / f"{3:020}.db").stat().st_size + 50_000
    assert total == sum(kept.size for kept in files) + (tmp_path / f"{5:020}.db").stat().st_size


def test_an_empty_directory_has_no_files(tmp_path: Path) -> None:
    assert closed_files(tmp_path) == ([], 0)


def kept_files(directory: Path) -> list[int]:
    return [int(path.stem) for path in sorted(directory.glob("*.db"))]


def test_nothing_goes_before_it_is_said_what_a_restart_needs(tmp_path: Path) -> None:
    for numbers in (range(3), range(3, 5), range(5, 6)):
        written(tmp_path, numbers)
    retention = Retention(tmp_path, keep_ns=0, max_bytes=0)
    retention.make_room()
    assert kept_files(tmp_path) == [0, 3, 5]
    retention.trim(4, START_NS)
    assert kept_files(tmp_path) == [3, 5]


def test_on_a_full_disk_the_oldest_file_that_no_restart_needs_goes_and_is_named(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    for numbers in (range(3), range(3, 5), range(5, 6)):
        written(tmp_path, numbers)
    retention = Retention(tmp_path, keep_ns=DAY_NS, max_bytes=1 << 30)
    retention.trim(5, START_NS)
    assert kept_files(tmp_path) == [0, 3, 5]
    retention.make_room()
    assert kept_files(tmp_path) == [3, 5]
    retention.make_room()
    retention.make_room()
    assert kept_files(tmp_path) == [5]
    assert [record.message for record in caplog.records] == [
        f"the disk is full: {tmp_path / name(first)}, which was kept for replay, is removed before its time"
        for first in (0, 3)
    ]


def test_old_files_go_and_those_a_restart_needs_stay(tmp_path: Path) -> None:
    for numbers in (range(3), range(3, 6), range(6, 9)):
        written(tmp_path, numbers)
    journal = Journal(tmp_path, JournalSettings())
    journal.start()
    journal.trim(5)
    # Whatever the clock on the wall says, nothing is old before something newer has come.
    committed(journal, [Tick(START_NS + DAY_NS)])
    assert (tmp_path / name(0)).exists()
    committed(journal, [Tick(START_NS + DAY_NS + 6)])
    journal.trim(5)
    wait_until(lambda: not (tmp_path / name(0)).exists())
    assert sorted(path.name for path in tmp_path.glob("*.db")) == [name(first) for first in (3, 6, 9)]
    committed(journal, [Tick(START_NS + DAY_NS + 9)])
    journal.trim(12)
    wait_until(lambda: len(list(tmp_path.glob("*.db"))) == 1)
    assert journal.stop(10)
    assert [offset for offset, _ in read_entries(tmp_path)] == [9, 10, 11]


def test_a_file_with_an_entry_that_came_in_again_is_as_old_as_its_newest_entry(tmp_path: Path) -> None:
    journal = Journal(tmp_path, JournalSettings())
    journal.start()
    committed(journal, [Tick(START_NS + DAY_NS), messages(1)])
    assert journal.stop(10)
    again = Journal(tmp_path, JournalSettings())
    again.start()
    committed(again, [Tick(START_NS + 2 * DAY_NS)])
    again.trim(3)
    committed(again, [Tick(START_NS + 2 * DAY_NS + 1)])
    assert (tmp_path / name(0)).exists()
    again.trim(4)
    wait_until(lambda: not (tmp_path / name(0)).exists())
    assert again.stop(10)

import os
from pathlib import Path

from ingest.journal.retention import KeptFile, closed_files, expendable
from tests.ingest.journal.journals import written

DAY_NS = 86_400 * 1_000_000_000


def file(first: int, day: int) -> KeptFile:
    """100 entries of 1000 bytes together."""
    return KeptFile(Path(f"{first}.db"), first + 100, 1000, day * DAY_NS)


FILES = [file(0, 1), file(100, 2), file(200, 3)]


def gone(needed_from: int, older_than_day: int, max_bytes: int) -> list[str]:
    chosen = expendable(FILES, 3500, needed_from, older_than_day * DAY_NS, max_bytes)
    return [kept.path.stem for kept in chosen]


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


def test_a_file_copied_back_with_a_newer_time_keeps_those_after_it() -> None:
    files = [file(0, 9), file(100, 2)]
    assert expendable(files, 2000, 200, 5 * DAY_NS, 10_000) == []


def test_files_are_measured_with_their_logs_and_the_newest_is_not_closed(tmp_path: Path) -> None:
    for numbers in (range(3), range(3, 5), range(5, 6)):
        written(tmp_path, numbers)
    log = tmp_path / f"{3:020}.db-wal"
    log.write_bytes(b"x" * 50_000)
    os.utime(tmp_path / f"{3:020}.db", ns=(DAY_NS, DAY_NS))
    os.utime(log, ns=(2 * DAY_NS, 2 * DAY_NS))
    files, total = closed_files(tmp_path)
    assert [kept.end for kept in files] == [3, 5]
    assert files[1].modified_ns == 2 * DAY_NS
    assert files[1].size == (tmp_path / f"{3:020}.db").stat().st_size + 50_000
    assert total == sum(kept.size for kept in files) + (tmp_path / f"{5:020}.db").stat().st_size


def test_an_empty_directory_has_no_files(tmp_path: Path) -> None:
    assert closed_files(tmp_path) == ([], 0)

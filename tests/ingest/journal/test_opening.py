import shutil
from pathlib import Path

import pytest

from config.durability import JournalSettings
from ingest.journal.journal import Journal
from ingest.journal.opening import End, find_end
from ingest.journal.segment import PAGE_SIZE, Segment, log_of, name
from tests.ingest.journal.journals import committed, messages, written


def test_an_empty_directory_begins_at_0(tmp_path: Path) -> None:
    assert find_end(tmp_path) == End(0, -1)


def test_the_end_is_after_the_newest_entry(tmp_path: Path) -> None:
    written(tmp_path, range(5))
    assert find_end(tmp_path) == End(5, -1)
    written(tmp_path, range(5, 8))
    assert find_end(tmp_path) == End(8, -1)


def test_a_file_without_entries_is_removed_and_what_it_says_of_acknowledgements_is_kept(tmp_path: Path) -> None:
    written(tmp_path, range(5))
    Segment(tmp_path, 5, acknowledged_until=3).close()
    assert find_end(tmp_path) == End(5, 3)
    assert [path.name for path in tmp_path.glob("*.db")] == [name(0)]


@pytest.mark.parametrize("content", [b"", b"no database", bytes(3 * PAGE_SIZE)], ids=["empty", "text", "zeros"])
def test_a_file_that_cannot_be_read_stays_and_its_name_is_not_used_again(tmp_path: Path, content: bytes) -> None:
    written(tmp_path, range(5))
    written(tmp_path, range(5, 8)).write_bytes(content)
    assert find_end(tmp_path) == End(6, -1)
    assert (tmp_path / name(5)).read_bytes() == content


def test_of_a_damaged_file_the_newest_entry_that_is_left_counts(tmp_path: Path) -> None:
    path = written(tmp_path, range(30), size=20_000, count=1)
    content = bytearray(path.read_bytes())
    content[PAGE_SIZE : 2 * PAGE_SIZE] = bytes(PAGE_SIZE)
    path.write_bytes(content)
    assert find_end(tmp_path).next_offset == 30
    path.write_bytes(content[: len(content) // 2])
    assert 12 <= find_end(tmp_path).next_offset <= 18


def test_entries_after_a_damaged_place_in_the_log_count_too(tmp_path: Path) -> None:
    live = tmp_path / "live"
    journal = Journal(live, JournalSettings())
    journal.start()
    committed(journal, [messages(number, count=1, size=20_000) for number in range(20)])
    for part in (live / name(0), log_of(live / name(0))):
        shutil.copy(part, tmp_path / part.name)
    journal.stop(10)
    log = log_of(tmp_path / name(0))
    content = bytearray(log.read_bytes())
    content[len(content) // 2] ^= 0x55
    log.write_bytes(content)
    assert find_end(tmp_path).next_offset == 20
    # Reading has changed nothing.
    assert log.read_bytes() == content


def test_acknowledgements_are_looked_for_in_earlier_files(tmp_path: Path) -> None:
    journal = Journal(tmp_path, JournalSettings())
    journal.start()
    committed(journal, [messages(0), messages(1)])
    journal.acknowledged(0)
    assert journal.stop(10)
    written(tmp_path, range(2, 4)).write_bytes(b"no database")
    assert find_end(tmp_path) == End(3, 0)

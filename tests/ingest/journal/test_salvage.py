import shutil
import struct
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingest.journal.encoding import encode
from ingest.journal.salvage import salvage
from ingest.journal.segment import PAGE_SIZE, Row, Segment, log_of, name, rows
from tests.ingest.journal.journals import START_NS, messages, written


def row(offset: int, size: int) -> Row:
    return Row.of(offset, START_NS + offset, offset - 3, encode(messages(offset, count=1, size=size)))


# Around what fits into a page, where SQLite begins to use others, and where a chain of them gets one longer.
SIZES = [0, 100, 4_000, *range(16_150, 16_350, 25), 17_000, 32_000, 32_750, 40_000, 300_000, 1_100_000]


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("whole")
    segment = Segment(directory, 2**40, -1)
    for number, size in enumerate(SIZES * 3):
        segment.write([row(2**40 + number, size)])
    segment.close()
    return segment.path


def test_it_finds_what_sqlite_finds_whatever_the_size_of_an_entry(whole: Path) -> None:
    expected = list(rows(whole, 0))
    assert len(expected) == 3 * len(SIZES)
    assert list(salvage(whole, 0)) == expected


def test_it_begins_and_ends_where_one_asks(whole: Path) -> None:
    assert [found.offset - 2**40 for found in salvage(whole, 2**40 + 5, 2**40 + 8)] == [5, 6, 7]
    assert list(salvage(whole, 2**40 + 1000)) == []


def test_it_finds_what_stands_in_the_log_alone(tmp_path: Path) -> None:
    segment = Segment(tmp_path, 0, -1)
    segment.write([row(number, 30_000) for number in range(10)])
    segment.write([row(number, 30_000) for number in range(10, 20)])
    assert segment.path.stat().st_size == 3 * PAGE_SIZE
    assert [found.offset for found in salvage(segment.path, 0)] == list(range(20))
    segment.close()


def test_a_transaction_that_never_ended_is_not_found(tmp_path: Path) -> None:
    """The log of a run that was killed while it wrote; nobody was told that these entries are kept."""
    segment = Segment(tmp_path, 0, -1)
    segment.write([row(number, 30_000) for number in range(10)])
    kept = log_of(segment.path).stat().st_size
    segment.write([row(number, 30_000) for number in range(10, 20)])
    size = log_of(segment.path).stat().st_size
    copy = tmp_path / "copy.db"
    for frames in range(1, 12, 3):
        shutil.copy(segment.path, copy)
        shutil.copy(log_of(segment.path), log_of(copy))
        with log_of(copy).open("r+b") as log:
            log.truncate(min(kept + frames * (PAGE_SIZE + 24), size - 1))
        assert [found.offset for found in salvage(copy, 0)] == list(range(10))
    segment.close()


def test_a_log_without_a_header_is_searched_all_the_same(tmp_path: Path) -> None:
    segment = Segment(tmp_path, 0, -1)
    segment.write([row(number, 30_000) for number in range(10)])
    copy = tmp_path / "copy.db"
    shutil.copy(log_of(segment.path), log_of(copy))
    copy.write_bytes(b"")
    with log_of(copy).open("r+b") as log:
        log.write(bytes(32))
    assert [found.offset for found in salvage(copy, 0)] == list(range(10))
    segment.close()


def test_what_was_carried_over_already_helps_where_the_file_is_damaged(tmp_path: Path) -> None:
    """The log keeps frames of its round before until they are overwritten."""
    segment = Segment(tmp_path, 0, -1)
    for number in range(400):
        segment.write([row(number, 20_000)])
    path, log = segment.path, log_of(segment.path)
    copy = tmp_path / "copy.db"
    copy.write_bytes(bytes(path.stat().st_size))
    shutil.copy(log, log_of(copy))
    segment.close()
    found = [row.offset for row in salvage(copy, 0)]
    assert len(found) > 70
    assert found[-1] == 399


def test_a_file_that_is_not_there_or_a_folder_holds_nothing(tmp_path: Path) -> None:
    assert list(salvage(tmp_path / "absent.db", 0)) == []
    assert list(salvage(tmp_path, 0)) == []


def test_a_chain_that_leads_in_a_circle_ends(tmp_path: Path) -> None:
    path = written(tmp_path, range(3), size=100_000, count=1)
    content = bytearray(path.read_bytes())
    for start in range(2 * PAGE_SIZE, len(content), PAGE_SIZE):
        if content[start] == 0:
            content[start : start + 4] = struct.pack(">I", start // PAGE_SIZE + 1)
    path.write_bytes(content)
    assert list(salvage(path, 0)) == []


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_no_damage_brings_up_a_wrong_row_or_an_exception(tmp_path: Path, whole: Path, data: st.DataObject) -> None:
    good = {found.offset: found for found in rows(whole, 0)}
    content = bytearray(whole.read_bytes())
    for _ in range(data.draw(st.integers(1, 20))):
        position = data.draw(st.integers(0, len(content) - 1))
        content[position : position + 30] = data.draw(st.binary(min_size=1, max_size=30))
    damaged = tmp_path / name(1)
    damaged.write_bytes(content)
    for found in salvage(damaged, 0):
        assert good[found.offset] == found

import dataclasses
import sqlite3
from pathlib import Path

import pytest

from ingest.journal.encoding import encode
from ingest.journal.segment import Row, Segment, ending, has_log, listed, name, remove, rows
from tests.ingest.journal.journals import START_NS, messages


def row(offset: int, acknowledged_until: int = -1, size: int = 20) -> Row:
    return Row.of(offset, START_NS + offset, acknowledged_until, encode(messages(offset, size=size)))


@pytest.fixture
def segment(tmp_path: Path):
    made = Segment(tmp_path, 5, acknowledged_until=3)
    yield made
    made.close()


def test_rows_come_back_in_order_from_where_one_asks(segment: Segment) -> None:
    segment.write([row(5), row(6)])
    segment.write([row(number) for number in range(7, 60)])
    assert list(rows(segment.path, 5)) == [row(number) for number in range(5, 60)]
    assert [found.offset for found in rows(segment.path, 58)] == [58, 59]
    assert list(rows(segment.path, 60)) == []


def test_a_write_is_whole_or_not_at_all(segment: Segment) -> None:
    segment.write([row(5)])
    with pytest.raises(sqlite3.IntegrityError):
        segment.write([row(6), row(5)])
    assert [found.offset for found in rows(segment.path, 0)] == [5]


def test_what_is_written_while_one_reads_is_read_too(segment: Segment) -> None:
    segment.write([row(5)])
    reading = rows(segment.path, 5)
    assert next(reading).offset == 5
    segment.write([row(6)])
    assert [found.offset for found in reading] == [6]


def test_the_size_grows_with_the_entries(segment: Segment) -> None:
    segment.write([row(5), row(6)])
    assert segment.size == len(row(5).content) + len(row(6).content)


def test_the_end_is_the_newest_row_and_what_was_acknowledged(segment: Segment) -> None:
    assert ending(segment.path) == (None, 3)
    segment.write([row(5), row(6, acknowledged_until=5)])
    assert ending(segment.path) == (row(6, acknowledged_until=5), 3)
    segment.acknowledge(6)
    assert ending(segment.path)[1] == 6


def test_a_closed_file_stands_alone_and_reading_leaves_nothing_beside_it(segment: Segment, tmp_path: Path) -> None:
    segment.write([row(5, size=100_000)])
    assert has_log(segment.path)
    segment.close()
    assert [found.offset for found in rows(segment.path, 0)] == [5]
    assert [path.name for path in tmp_path.iterdir()] == ["00000000000000000005.db"]


def test_a_row_that_was_changed_or_moved_is_not_intact() -> None:
    good = row(5, acknowledged_until=2)
    assert good.is_intact
    for change in (
        {"offset": 6},
        {"received_ns": 0},
        {"acknowledged_until": 3},
        {"checksum": 1},
        {"content": row(6).content},
        {"content": good.content[:-1]},
        {"content": b""},
    ):
        assert not dataclasses.replace(good, **change).is_intact


def test_only_files_of_the_journal_are_listed_in_the_order_of_their_offsets(tmp_path: Path) -> None:
    for other in ("lock", "5.db", "denyut.db", name(7) + "-wal", "x" * 20 + ".db"):
        (tmp_path / other).touch()
    for first in (2**62, 10, 9):
        (tmp_path / name(first)).touch()
    assert listed(tmp_path) == [(first, tmp_path / name(first)) for first in (9, 10, 2**62)]


def test_a_removed_file_takes_its_log_with_it(segment: Segment, tmp_path: Path) -> None:
    segment.write([row(5)])
    assert len(list(tmp_path.iterdir())) == 3
    remove(segment.path)
    assert list(tmp_path.iterdir()) == []
    remove(segment.path)


def test_a_failed_attempt_to_make_the_file_leaves_nothing_under_its_name(tmp_path: Path) -> None:
    (tmp_path / "unfinished.db").write_bytes(b"half a page")
    (tmp_path / name(5)).mkdir()
    with pytest.raises(IsADirectoryError):
        Segment(tmp_path, 5, -1)
    (tmp_path / name(5)).rmdir()
    assert listed(tmp_path) == []
    segment = Segment(tmp_path, 5, -1)
    segment.write([row(5)])
    segment.close()
    assert [found.offset for found in rows(segment.path, 0)] == [5]
    assert listed(tmp_path) == [(5, segment.path)]


@pytest.mark.parametrize("column", ["received_ns", "acknowledged_until", "checksum", "content"])
def test_what_is_no_row_of_ours_is_damage(segment: Segment, column: str) -> None:
    """SQLite lets anything stand in any column, and so does a damaged file."""
    segment.write([row(5), row(6)])
    segment.close()
    with sqlite3.connect(segment.path) as connection:
        connection.execute(f"UPDATE entry SET {column} = 'text' WHERE offset = 6")
        connection.execute("UPDATE acknowledged SET until = 'text'")
    connection.close()
    with pytest.raises(sqlite3.DatabaseError, match="not what was written"):
        list(rows(segment.path, 5))
    with pytest.raises(sqlite3.DatabaseError, match="not what was written"):
        ending(segment.path)
    with sqlite3.connect(segment.path) as connection:
        connection.execute("DELETE FROM entry WHERE offset = 6")
    connection.close()
    assert ending(segment.path) == (row(5), -1)

import os
import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from ingest.dead_letter_file import FILE_NAME, DamagedLettersError, DeadLetter, DeadLettersError
from ingest.kept_letters import Selection, read_letters
from ingest.letter_store import LetterStore
from ingest.reasons import Reason


def letter(number: int, size: int = 10, topic: bytes = b"city/a/air/s1") -> DeadLetter:
    return DeadLetter(1_700_000_000_000_000_000 + number, "mqtt", topic, b"x" * size, Reason.INVALID_JSON)


def numbers(kept: LetterStore) -> list[int]:
    return [entry.received_ns - 1_700_000_000_000_000_000 for entry in kept]


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[LetterStore]:
    letters = LetterStore(tmp_path, max_letters=100, max_bytes=100_000)
    yield letters
    letters.close()


def test_a_letter_comes_back_as_it_was_with_any_bytes_in_it(opened: LetterStore) -> None:
    every_byte = bytes(range(256))
    odd = DeadLetter(-5, "sumber", b"\xff\0+#", every_byte, Reason.TOPIC_NOT_UTF8)
    opened.add([odd, letter(1)])
    assert list(opened) == [odd, letter(1)]
    assert len(opened) == 2


def test_letters_survive_reopening_and_are_counted_again(tmp_path: Path) -> None:
    first = LetterStore(tmp_path)
    first.add(list(map(letter, range(3))))
    first.close()
    again = LetterStore(tmp_path)
    assert (len(again), numbers(again)) == (3, [0, 1, 2])
    again.add([letter(3)])
    assert numbers(again) == [0, 1, 2, 3]
    again.close()


def test_beyond_the_count_the_oldest_go_and_the_newest_stay(opened: LetterStore) -> None:
    for number in range(101):
        opened.add([letter(number)])
    assert numbers(opened) == list(range(11, 101))
    assert len(opened) == 90


def test_beyond_the_bytes_the_oldest_go_and_the_newest_stay(opened: LetterStore) -> None:
    for number in range(11):
        opened.add([letter(number, size=10_000 - 13)])
    assert numbers(opened) == list(range(2, 11))


def test_long_topics_count_as_bytes_too(opened: LetterStore) -> None:
    for number in range(11):
        opened.add([letter(number, size=0, topic=b"t" * 10_000)])
    assert numbers(opened) == list(range(2, 11))


def test_the_bounds_hold_over_a_restart(tmp_path: Path) -> None:
    for number in range(30):
        letters = LetterStore(tmp_path, max_letters=10)
        letters.add([letter(number)])
        newest = numbers(letters)
        letters.close()
        assert len(newest) <= 10
        assert newest[-1] == number


def test_of_a_flood_only_the_newest_are_kept(opened: LetterStore) -> None:
    opened.add([letter(0)])
    opened.add([letter(number) for number in range(1, 5_001)])
    assert numbers(opened) == list(range(4_911, 5_001))
    opened.add([letter(number, size=50_000) for number in range(6_000, 6_100)])
    # The last one and the small ones before the flood fit; the last two do not.
    assert numbers(opened) == [*range(4_911, 5_001), 6_099]


def test_a_letter_without_room_costs_no_other(opened: LetterStore) -> None:
    opened.add([letter(0), letter(1, size=100_001), letter(2)])
    assert numbers(opened) == [0, 2]


def test_a_flood_does_not_let_the_file_grow_without_end(tmp_path: Path) -> None:
    letters = LetterStore(tmp_path, max_letters=1_000, max_bytes=1 << 20)
    sizes = []
    for start in range(0, 40_000, 500):
        letters.add([letter(number, size=2_000) for number in range(start, start + 500)])
        sizes.append((tmp_path / FILE_NAME).stat().st_size)
    letters.close()
    assert (tmp_path / FILE_NAME).stat().st_size < 8 << 20
    assert max(sizes) < 8 << 20


def test_no_letters_are_no_work(opened: LetterStore) -> None:
    opened.add([])
    assert (len(opened), list(opened)) == (0, [])


def test_a_directory_that_is_not_there_gives_one_clear_sentence(tmp_path: Path) -> None:
    with pytest.raises(
        DeadLettersError, match=r"^dead letters cannot be kept in .*absent/dead_letters\.db: unable to open"
    ):
        LetterStore(tmp_path / "absent")


def test_a_folder_in_the_place_of_the_file_gives_one_clear_sentence(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).mkdir()
    with pytest.raises(DeadLettersError, match="unable to open database file"):
        LetterStore(tmp_path)


def test_a_file_of_another_kind_gives_one_clear_sentence(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).write_bytes(b"no database at all, but long enough to be looked at" * 10)
    with pytest.raises(DamagedLettersError) as refused:
        LetterStore(tmp_path)
    assert str(refused.value) == (
        f"{tmp_path / FILE_NAME} is damaged (file is not a database): restore it from a copy or move it away"
    )


def test_a_file_that_is_damaged_behind_its_first_page_gives_the_same_sentence(tmp_path: Path) -> None:
    LetterStore(tmp_path).close()
    file = tmp_path / FILE_NAME
    content = file.read_bytes()
    file.write_bytes(content[:4096] + b"\xff" * (len(content) - 4096))
    with pytest.raises(DamagedLettersError, match=r"is damaged \(database disk image is malformed\): restore it"):
        LetterStore(tmp_path)


@pytest.mark.skipif(os.geteuid() == 0, reason="as root, every file can be written")
def test_a_read_only_file_gives_one_clear_sentence(tmp_path: Path) -> None:
    LetterStore(tmp_path).close()
    (tmp_path / FILE_NAME).chmod(0o400)
    with pytest.raises(DeadLettersError, match="readonly"):
        LetterStore(tmp_path)


def test_what_cannot_be_written_changes_nothing_and_may_be_tried_again(opened: LetterStore, tmp_path: Path) -> None:
    opened.add([letter(0)])
    # A disk that is full: SQLite may not add a page.
    limit = sqlite3.connect(tmp_path / FILE_NAME)
    pages = limit.execute("PRAGMA page_count").fetchone()[0]
    limit.close()
    opened._connection.execute(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(sqlite3.OperationalError, match="database or disk is full"):
        opened.add([letter(1, size=50_000), letter(2)])
    assert (len(opened), numbers(opened)) == (1, [0])
    opened._connection.execute("PRAGMA max_page_count = 1000000")
    assert opened.add([letter(1, size=50_000), letter(2)]) == 0
    assert numbers(opened) == [0, 1, 2]


def test_a_file_that_is_removed_while_it_is_used_begins_anew_and_the_log_says_so(
    opened: LetterStore, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    opened.add([letter(0)])
    for path in tmp_path.glob(f"{FILE_NAME}*"):
        path.unlink()
    opened.add([letter(1)])
    assert [each.received_ns for each in read_letters(tmp_path, Selection())] == [letter(1).received_ns]
    assert len(opened) == 1
    assert caplog.messages == [
        f"{tmp_path / FILE_NAME} was removed or replaced while it was used; letters go on into the file that is there "
        "now"
    ]


def of_entry(offset: int, message: int, reason: Reason = Reason.NO_QUANTITY, received: int = 0) -> DeadLetter:
    return DeadLetter(1_700_000_000_000_000_000 + received, "mqtt", b"city/a/air/s1", b"{}", reason, offset, message)


def test_what_a_replay_of_the_journal_brings_again_is_not_kept_twice(opened: LetterStore) -> None:
    arrived = [of_entry(7, 0), of_entry(7, 1), of_entry(7, 1, Reason.TOO_LATE), of_entry(7, 1)]
    opened.add(arrived)
    opened.add([*arrived, of_entry(8, 0)])
    assert list(opened) == [*arrived[:3], of_entry(8, 0)]
    assert (len(opened), opened.highest_offset) == (4, 8)


def test_letters_of_no_entry_are_all_kept(opened: LetterStore) -> None:
    opened.add([of_entry(-1, 0), of_entry(-1, 0)])
    opened.add([of_entry(-1, 0)])
    assert len(opened) == 3


def test_what_a_replay_brings_again_is_known_after_a_restart_too(tmp_path: Path) -> None:
    first = LetterStore(tmp_path)
    first.add([of_entry(0, 0), of_entry(5, 2)])
    first.close()
    again = LetterStore(tmp_path)
    again.add([of_entry(0, 0), of_entry(5, 2), of_entry(5, 3)])
    assert (list(again), len(again)) == ([of_entry(0, 0), of_entry(5, 2), of_entry(5, 3)], 3)
    again.close()


def test_letters_older_than_is_to_be_kept_go(tmp_path: Path) -> None:
    letters = LetterStore(tmp_path, keep_ns=100)
    letters.add([of_entry(-1, 0, received=received) for received in (0, 99, 100, 500)])
    letters.expire(1_700_000_000_000_000_000 + 200)
    assert [each.received_ns - 1_700_000_000_000_000_000 for each in letters] == [100, 500]
    assert len(letters) == 2
    letters.close()


def test_a_line_that_a_store_refused_is_kept_with_the_words_of_the_store(opened: LetterStore) -> None:
    line = DeadLetter(1, "influx", b"", b"window,city=a v=1 1", Reason.REFUSED_BY_STORE, detail="field type conflict")
    endless = replace(line, detail="x" * 5_000)
    opened.add([line, endless])
    assert list(opened) == [line, replace(line, detail="x" * 1_000)]
    assert [each.size for each in opened] == [38, 1_019]


def requeued(directory: Path, *ids: int) -> None:
    marking = sqlite3.connect(directory / FILE_NAME)
    with marking:
        marking.executemany("UPDATE letter SET requeued_ns = 5 WHERE id = ?", [(each,) for each in ids])
    marking.close()


def test_a_letter_asked_for_again_is_handed_out_once_and_goes_when_it_is_settled(
    opened: LetterStore, tmp_path: Path
) -> None:
    opened.add([of_entry(3, 0), of_entry(3, 1), of_entry(3, 2)])
    assert opened.take_requeued(10) == []
    requeued(tmp_path, 1, 3)
    assert opened.take_requeued(1) == [of_entry(3, 0)]
    (second,) = opened.take_requeued(10)
    assert (second, second.id, second.requeued_ns) == (of_entry(3, 2), 3, 5)
    assert opened.take_requeued(10) == []
    opened.settle([1, 3])
    assert (list(opened), len(opened)) == ([of_entry(3, 1)], 1)


def test_of_letters_that_came_apart_only_some_are_handed_out_at_once(opened: LetterStore, tmp_path: Path) -> None:
    opened.add([letter(1), letter(1), letter(1), letter(2), letter(3), letter(3)])
    requeued(tmp_path, 1, 2, 3, 4, 5, 6)
    assert [each.id for each in opened.take_requeued(100, max_arrivals=2)] == [1, 2, 3, 4]
    assert [each.id for each in opened.take_requeued(100, max_arrivals=2)] == [5, 6]


def test_a_letter_that_was_settled_does_not_come_back_when_its_arrival_is_replayed(tmp_path: Path) -> None:
    first = LetterStore(tmp_path)
    first.add([of_entry(3, 0), of_entry(3, 1)])
    requeued(tmp_path, 1)
    first.settle([each.id for each in first.take_requeued(10)])
    first.close()
    again = LetterStore(tmp_path)
    again.add([of_entry(3, 0), of_entry(3, 1), of_entry(4, 0)])
    assert list(again) == [of_entry(3, 1), of_entry(4, 0)]
    again.close()


def test_a_letter_that_was_handed_out_before_a_crash_is_handed_out_again(tmp_path: Path) -> None:
    crashed = LetterStore(tmp_path)
    crashed.add([of_entry(3, 0)])
    requeued(tmp_path, 1)
    assert len(crashed.take_requeued(10)) == 1
    again = LetterStore(tmp_path)
    assert again.take_requeued(10) == [of_entry(3, 0)]
    crashed.close()
    again.close()


def test_letters_of_a_source_that_is_gone_wait(opened: LetterStore, tmp_path: Path) -> None:
    opened.add([replace(of_entry(1, 0), source="gone"), of_entry(1, 1)])
    requeued(tmp_path, 1, 2)
    assert opened.take_requeued(10, {"mqtt"}) == [of_entry(1, 1)]
    assert opened.take_requeued(10, {"mqtt"}) == []
    opened.close()
    again = LetterStore(tmp_path)
    assert [each.source for each in again.take_requeued(10, {"gone"})] == ["gone"]
    again.close()


def test_a_file_of_the_first_version_is_read_on(tmp_path: Path) -> None:
    old = sqlite3.connect(tmp_path / FILE_NAME)
    with old:
        old.execute(
            "CREATE TABLE letter (id INTEGER PRIMARY KEY, received_ns INTEGER NOT NULL, source TEXT NOT NULL,"
            " topic BLOB NOT NULL, payload BLOB NOT NULL, reason TEXT NOT NULL)"
        )
        rows = [(4, 10, "mqtt", b"t", b"\xff", "not_utf8"), (9, 11, "mqtt", b"u", b"{", "invalid_json")]
        old.executemany("INSERT INTO letter VALUES (?, ?, ?, ?, ?, ?)", rows)
        old.execute("PRAGMA user_version = 1")
    old.close()
    before = list(read_letters(tmp_path, Selection()))
    letters = LetterStore(tmp_path)
    assert (
        before
        == list(letters)
        == [
            DeadLetter(10, "mqtt", b"t", b"\xff", Reason.NOT_UTF8),
            DeadLetter(11, "mqtt", b"u", b"{", Reason.INVALID_JSON),
        ]
    )
    letters.add([of_entry(0, 0)])
    assert [each.id for each in letters] == [4, 9, 10]
    letters.close()
    LetterStore(tmp_path).close()


def test_a_file_of_a_later_version_is_left_alone(tmp_path: Path) -> None:
    LetterStore(tmp_path).close()
    later = sqlite3.connect(tmp_path / FILE_NAME)
    later.execute("PRAGMA user_version = 3")
    later.close()
    with pytest.raises(DeadLettersError, match=r"written by a newer Denyut \(version 3; this one knows 2\)"):
        LetterStore(tmp_path)

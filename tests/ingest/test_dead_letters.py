import logging
import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from ingest.dead_letters import FILE_NAME, DeadLetter, DeadLetters, DeadLettersError
from ingest.reasons import Reason


def letter(number: int, size: int = 10, topic: bytes = b"city/a/air/s1") -> DeadLetter:
    return DeadLetter(1_700_000_000_000_000_000 + number, "mqtt", topic, b"x" * size, Reason.INVALID_JSON)


def numbers(kept: DeadLetters) -> list[int]:
    return [entry.received_ns - 1_700_000_000_000_000_000 for entry in kept]


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[DeadLetters]:
    letters = DeadLetters(tmp_path, max_letters=100, max_bytes=100_000)
    yield letters
    letters.close()


def test_a_letter_comes_back_as_it_was_with_any_bytes_in_it(opened: DeadLetters) -> None:
    every_byte = bytes(range(256))
    odd = DeadLetter(-5, "sumber", b"\xff\0+#", every_byte, Reason.TOPIC_NOT_UTF8)
    opened.add([odd, letter(1)])
    assert list(opened) == [odd, letter(1)]
    assert len(opened) == 2


def test_letters_survive_reopening_and_are_counted_again(tmp_path: Path) -> None:
    first = DeadLetters(tmp_path)
    first.add(map(letter, range(3)))
    first.close()
    again = DeadLetters(tmp_path)
    assert (len(again), numbers(again)) == (3, [0, 1, 2])
    again.add([letter(3)])
    assert numbers(again) == [0, 1, 2, 3]
    again.close()


def test_beyond_the_count_the_oldest_go_and_the_newest_stay(opened: DeadLetters) -> None:
    for number in range(101):
        opened.add([letter(number)])
    assert numbers(opened) == list(range(11, 101))
    assert len(opened) == 90


def test_beyond_the_bytes_the_oldest_go_and_the_newest_stay(opened: DeadLetters) -> None:
    for number in range(11):
        opened.add([letter(number, size=10_000 - 13)])
    assert numbers(opened) == list(range(2, 11))


def test_long_topics_count_as_bytes_too(opened: DeadLetters) -> None:
    for number in range(11):
        opened.add([letter(number, size=0, topic=b"t" * 10_000)])
    assert numbers(opened) == list(range(2, 11))


def test_the_bounds_hold_over_a_restart(tmp_path: Path) -> None:
    for number in range(30):
        letters = DeadLetters(tmp_path, max_letters=10)
        letters.add([letter(number)])
        newest = numbers(letters)
        letters.close()
        assert len(newest) <= 10
        assert newest[-1] == number


def test_of_a_flood_only_the_newest_are_kept(opened: DeadLetters) -> None:
    opened.add([letter(0)])
    opened.add(letter(number) for number in range(1, 5_001))
    assert numbers(opened) == list(range(4_911, 5_001))
    opened.add(letter(number, size=50_000) for number in range(6_000, 6_100))
    # The last one and the small ones before the flood fit; the last two do not.
    assert numbers(opened) == [*range(4_911, 5_001), 6_099]


def test_a_letter_without_room_costs_no_other(opened: DeadLetters) -> None:
    opened.add([letter(0), letter(1, size=100_001), letter(2)])
    assert numbers(opened) == [0, 2]


def test_a_flood_does_not_let_the_file_grow_without_end(tmp_path: Path) -> None:
    letters = DeadLetters(tmp_path, max_letters=1_000, max_bytes=1 << 20)
    sizes = []
    for start in range(0, 40_000, 500):
        letters.add(letter(number, size=2_000) for number in range(start, start + 500))
        sizes.append((tmp_path / FILE_NAME).stat().st_size)
    letters.close()
    assert (tmp_path / FILE_NAME).stat().st_size < 8 << 20
    assert max(sizes) < 8 << 20


def test_no_letters_are_no_work(opened: DeadLetters) -> None:
    opened.add([])
    assert (len(opened), list(opened)) == (0, [])


def test_a_directory_that_is_not_there_gives_one_clear_sentence(tmp_path: Path) -> None:
    with pytest.raises(
        DeadLettersError, match=r"^dead letters cannot be kept in .*absent/dead_letters\.db: unable to open"
    ):
        DeadLetters(tmp_path / "absent")


def test_a_folder_in_the_place_of_the_file_gives_one_clear_sentence(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).mkdir()
    with pytest.raises(DeadLettersError, match="unable to open database file"):
        DeadLetters(tmp_path)


def test_a_file_of_another_kind_gives_one_clear_sentence(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).write_bytes(b"no database at all, but long enough to be looked at" * 10)
    with pytest.raises(DeadLettersError, match="file is not a database"):
        DeadLetters(tmp_path)


@pytest.mark.skipif(os.geteuid() == 0, reason="as root, every file can be written")
def test_a_read_only_file_gives_one_clear_sentence(tmp_path: Path) -> None:
    DeadLetters(tmp_path).close()
    (tmp_path / FILE_NAME).chmod(0o400)
    with pytest.raises(DeadLettersError, match="readonly"):
        DeadLetters(tmp_path)


def test_what_cannot_be_written_is_counted_and_the_next_letter_is_kept(
    opened: DeadLetters, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    opened.add([letter(0)])
    # A disk that is full: SQLite may not add a page.
    limit = sqlite3.connect(tmp_path / FILE_NAME)
    pages = limit.execute("PRAGMA page_count").fetchone()[0]
    limit.close()
    opened._connection.execute(f"PRAGMA max_page_count = {pages}")
    with caplog.at_level(logging.WARNING):
        opened.add([letter(1, size=50_000), letter(2)])
    assert (opened.unkept, len(opened), numbers(opened)) == (2, 1, [0])
    assert "2 dead letters could not be kept: database or disk is full" in caplog.text
    opened._connection.execute("PRAGMA max_page_count = 1000000")
    opened.add([letter(3)])
    assert numbers(opened) == [0, 3]

import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ingest.dead_letter_file import FILE_NAME, DeadLetter, DeadLettersError
from ingest.dead_letters import DeadLetters
from ingest.kept_letters import Selection, read_letters, requeue
from ingest.reasons import Reason
from tests.ingest.locking import locked_by_another_process

PROMPT_S = 0.5
"""Far less than a lock is waited for."""


def of_entry(offset: int, message: int = 0, size: int = 2) -> DeadLetter:
    return DeadLetter(1_700_000_000_000_000_000, "mqtt", b"t", b"x" * size, Reason.NO_QUANTITY, offset, message)


def on_disk(directory: Path) -> list[int]:
    return [letter.offset for letter in read_letters(directory, Selection())]


def wait_until(condition: Callable[[], object], what: str) -> None:
    until = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < until, what
        time.sleep(0.01)


@pytest.fixture
def letters(tmp_path: Path) -> Iterator[DeadLetters]:
    started = DeadLetters(tmp_path)
    started.start()
    yield started
    started.stop(5)


def test_letters_reach_the_disk_in_their_order(letters: DeadLetters, tmp_path: Path) -> None:
    letters.add([of_entry(3, 0), of_entry(3, 1)])
    letters.add([of_entry(4)])
    assert letters.flush(20)
    assert on_disk(tmp_path) == [3, 3, 4]
    assert (len(letters), letters.waiting, letters.unkept, letters.highest_offset) == (3, 0, 0, 4)


def test_while_another_process_holds_the_file_nobody_waits_and_no_letter_is_lost(
    letters: DeadLetters, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    letters.add([of_entry(1)])
    assert letters.flush(20)
    with locked_by_another_process(tmp_path / FILE_NAME):
        began = time.monotonic()
        letters.add([of_entry(2)])
        letters.add([of_entry(5)])
        letters.expire(1_700_000_000_000_000_000)
        letters.settled([])
        assert letters.take_requeued(10) == []
        assert time.monotonic() - began < PROMPT_S
        assert [letters.kept(offset) for offset in (1, 2, 4, 5)] == [True, False, False, False]
        wait_until(lambda: letters.last_error, "the lock is noticed")
        assert (letters.last_error, letters.waiting, letters.unkept) == ("database is locked", 2, 0)
    assert letters.flush(20)
    assert on_disk(tmp_path) == [1, 2, 5]
    assert (letters.kept(5), letters.waiting, letters.unkept) == (True, 0, 0)
    wait_until(lambda: not letters.last_error, "the lock is gone")
    assert caplog.messages == [
        "dead letters cannot be written and wait in memory: database is locked",
        "dead letters can be written again",
    ]


def test_who_must_know_that_a_letter_is_kept_waits_for_it(letters: DeadLetters, tmp_path: Path) -> None:
    kept = threading.Event()

    def keep() -> None:
        letters.keep([of_entry(-1)])
        kept.set()

    with locked_by_another_process(tmp_path / FILE_NAME):
        sink = threading.Thread(target=keep)
        sink.start()
        assert not kept.wait(0.3)
    assert kept.wait(20)
    sink.join()
    assert on_disk(tmp_path) == [-1]


def test_who_waits_for_a_letter_is_told_when_the_end_comes_first(tmp_path: Path) -> None:
    letters = DeadLetters(tmp_path)
    letters.start()
    with locked_by_another_process(tmp_path / FILE_NAME):
        ending = threading.Timer(0.2, letters.stop, (0.5,))
        ending.start()
        with pytest.raises(DeadLettersError, match=r"^dead letters wait: "):
            letters.keep([of_entry(-1)])
        ending.join()


def test_a_stop_that_cannot_write_says_how_many_letters_are_missing(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    letters = DeadLetters(tmp_path)
    letters.start()
    with locked_by_another_process(tmp_path / FILE_NAME):
        letters.add([of_entry(1), of_entry(2)])
        began = time.monotonic()
        assert not letters.stop(0.5)
        assert time.monotonic() - began < 0.5 + PROMPT_S
    assert any(message.startswith("2 dead letters could not be written before the end") for message in caplog.messages)


def test_what_waits_is_bounded_as_the_file_is_and_the_newest_stay(tmp_path: Path) -> None:
    letters = DeadLetters(tmp_path, max_letters=100, max_bytes=10_000)
    letters.start()
    with locked_by_another_process(tmp_path / FILE_NAME):
        letters.add([of_entry(0)])
        wait_until(lambda: letters.last_error, "the lock is noticed")
        letters.add([of_entry(offset) for offset in range(1, 200)])
        letters.add([of_entry(200, size=10_001)])
        letters.add([of_entry(201, size=9_000 - 1), of_entry(202, size=900 - 1)])
        # 9,900 bytes of the newest two and 33 letters of 3.
        assert (letters.waiting, letters.unkept) == (35, 168)
        assert not letters.kept(202)
    assert letters.flush(20)
    assert on_disk(tmp_path)[-2:] == [201, 202]
    letters.stop(5)


def test_a_letter_asked_for_again_is_handed_out_soon_and_goes_when_it_is_settled(
    letters: DeadLetters, tmp_path: Path
) -> None:
    letters.add([of_entry(3, 0), of_entry(3, 1)])
    assert letters.flush(20)
    requeue(tmp_path, [1], 99)
    found: list[DeadLetter] = []

    def has_found() -> bool:
        found.extend(letters.take_requeued(10, {"mqtt"}))
        return bool(found)

    wait_until(has_found, "the letter")
    assert [(letter.id, letter.requeued_ns) for letter in found] == [(1, 99)]
    with locked_by_another_process(tmp_path / FILE_NAME):
        letters.settled([1])
    assert letters.flush(20)
    assert [letter.id for letter in read_letters(tmp_path, Selection())] == [2]


def test_letters_come_from_several_threads_at_once(letters: DeadLetters, tmp_path: Path) -> None:
    def add(start: int) -> None:
        for number in range(start, start + 20):
            letters.add([of_entry(-1, number)])

    threads = [threading.Thread(target=add, args=(start,)) for start in (0, 20, 40, 60)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert letters.flush(20)
    assert sorted(letter.message for letter in read_letters(tmp_path, Selection())) == list(range(80))
    assert (len(letters), letters.unkept) == (80, 0)


def test_a_full_disk_is_waited_for(letters: DeadLetters, tmp_path: Path) -> None:
    limit = sqlite3.connect(tmp_path / FILE_NAME)
    pages = limit.execute("PRAGMA page_count").fetchone()[0]
    limit.close()
    # SQLite may not add a page. The thread is idle, so its connection can be used.
    letters._store._connection.execute(f"PRAGMA max_page_count = {pages}")
    letters.add([of_entry(1, size=50_000)])
    wait_until(lambda: letters.last_error, "the disk is full")
    assert (letters.last_error, letters.unkept) == ("database or disk is full", 0)
    letters._store._connection.execute("PRAGMA max_page_count = 1000000")
    assert letters.flush(20)
    assert on_disk(tmp_path) == [1]

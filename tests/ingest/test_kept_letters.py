import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from ingest.dead_letter_file import FILE_NAME, DeadLetter, DeadLettersError
from ingest.kept_letters import Selection, read_letter, read_letters, requeue
from ingest.letter_store import LetterStore
from ingest.reasons import Reason

LETTERS = [
    DeadLetter(10, "mqtt", b"city/a/air/s1", b"{", Reason.INVALID_JSON),
    DeadLetter(20, "lora", b"city/a/air/s2", b"{}", Reason.NO_QUANTITY),
    DeadLetter(30, "mqtt", b"city/a/air/s3", b"[]", Reason.NO_QUANTITY),
    DeadLetter(40, "influx", b"", b"window v=1 1", Reason.REFUSED_BY_STORE),
]


@pytest.fixture
def run(tmp_path: Path) -> Iterator[LetterStore]:
    """The run that keeps the letters, still at work."""
    letters = LetterStore(tmp_path)
    letters.add(LETTERS)
    yield letters
    letters.close()


def chosen(directory: Path, selection: Selection) -> list[int]:
    return [letter.id for letter in read_letters(directory, selection)]


@pytest.mark.usefixtures("run")
def test_letters_are_chosen_by_reason_source_and_time_and_the_newest_of_them(tmp_path: Path) -> None:
    assert list(read_letters(tmp_path, Selection())) == LETTERS
    assert chosen(tmp_path, Selection(reason=Reason.NO_QUANTITY)) == [2, 3]
    assert chosen(tmp_path, Selection(reason=Reason.NO_QUANTITY, source="mqtt")) == [3]
    assert chosen(tmp_path, Selection(since_ns=20)) == [2, 3, 4]
    assert chosen(tmp_path, Selection(source="mqtt", limit=1)) == [3]
    assert chosen(tmp_path, Selection(source="nobody")) == []


@pytest.mark.usefixtures("run")
def test_one_letter_is_read_by_its_number(tmp_path: Path) -> None:
    assert read_letter(tmp_path, 2) == LETTERS[1]
    assert read_letter(tmp_path, 5) is None


def test_letters_by_number_are_marked_and_the_run_takes_them(run: LetterStore, tmp_path: Path) -> None:
    marked = requeue(tmp_path, [3, 1, 3, 77], 99)
    assert (marked.reasons, marked.unknown, marked.lines) == (
        {Reason.NO_QUANTITY: 1, Reason.INVALID_JSON: 1},
        [77],
        [],
    )
    assert [(letter.id, letter.requeued_ns) for letter in run.take_requeued(10)] == [(1, 99), (3, 99)]


def test_a_line_that_a_store_refused_cannot_come_in_again(run: LetterStore, tmp_path: Path) -> None:
    marked = requeue(tmp_path, Selection(), 99)
    assert (marked.reasons.total(), marked.unknown, marked.lines) == (3, [], [4])
    assert [letter.id for letter in run.take_requeued(10)] == [1, 2, 3]


def test_where_no_run_has_been_there_are_no_letters_and_none_is_made(tmp_path: Path) -> None:
    sentence = rf"^{tmp_path} holds no dead letters \(dead_letters\.db is not there\)$"
    with pytest.raises(DeadLettersError, match=sentence):
        list(read_letters(tmp_path, Selection()))
    with pytest.raises(DeadLettersError, match=sentence):
        requeue(tmp_path, [1], 0)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.usefixtures("run")
def test_a_reason_of_a_later_version_gives_one_clear_sentence(tmp_path: Path) -> None:
    later = sqlite3.connect(tmp_path / FILE_NAME)
    with later:
        later.execute("UPDATE letter SET reason = 'bewitched' WHERE id = 2")
    later.close()
    with pytest.raises(DeadLettersError, match="cannot be read or marked: 'bewitched' is not a valid Reason"):
        list(read_letters(tmp_path, Selection()))


def test_a_file_of_another_kind_gives_one_clear_sentence(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).write_bytes(b"no database at all, but long enough to be looked at" * 10)
    for failing in (lambda: read_letter(tmp_path, 1), lambda: requeue(tmp_path, [1], 0)):
        with pytest.raises(DeadLettersError, match=r"is damaged \(file is not a database\): restore it from a copy"):
            failing()

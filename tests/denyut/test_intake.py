from collections import Counter
from pathlib import Path

from config.settings import Kind, Quantity, Settings, Source
from ingest.kept_letters import Selection, read_letters
from ingest.reasons import Reason
from tests.denyut.live_batches import message, messages, started, stopped, stored, take


def test_raw_readings_without_a_time_that_come_together_are_all_stored(tmp_path: Path) -> None:
    pipeline = started(Settings(sources=(Source(raw=True),)), tmp_path)
    topic = "city/c/air/A1"
    sent = [message(topic, {"pm25": value}) for value in (1, 2, 3)] + [message(topic, {"pm25": 9}, "10:00:01")]
    take(pipeline, messages(sent, "10:00:02"))
    stopped(pipeline, tmp_path)
    rows = stored(tmp_path, "reading", device="A1")
    assert [row.fields["pm25"] for row in rows] == [9, 1, 2, 3]
    assert [row.time_ns - rows[1].time_ns for row in rows] == [-1_000_000_000, 0, 1, 2]


def test_a_dead_letter_names_the_field_that_rejected_its_message(tmp_path: Path) -> None:
    air = Kind(quantities={"pm25": Quantity()})
    pipeline = started(Settings(kinds={"air": air}), tmp_path)
    sent = [
        message("city/c/air/A1", b'{"pm25":"41.2"}', None),
        message("city/c/air/A1", b'{"pm25":"rusak"}', None),
        message("city/c/air/A1", b'{"note":"calm"}', None),
        message("elsewhere/A1", b'{"pm25":"41.2"}', None),
    ]
    take(pipeline, messages(sent, "10:00:02"))
    stopped(pipeline, tmp_path)
    letters = sorted(read_letters(tmp_path, Selection()), key=lambda letter: letter.message)
    assert [(letter.reason, letter.detail) for letter in letters] == [
        (Reason.NUMBER_IN_STRING, "pm25: '41.2'"),
        (Reason.TEXT_FOR_NUMBER, "pm25: 'rusak'"),
        (Reason.NO_QUANTITY, ""),
        (Reason.TOPIC_UNKNOWN, ""),
    ]


def test_of_many_that_come_together_only_the_first_are_looked_at_closely(tmp_path: Path) -> None:
    pipeline = started(Settings(), tmp_path)
    take(pipeline, messages([message("city/c/air/A1", b'{"pm25":"41.2"}', None)] * 150, "10:00:02"))
    stopped(pipeline, tmp_path)
    details = Counter(letter.detail for letter in read_letters(tmp_path, Selection()))
    assert details == {"pm25: '41.2'": 100, "": 50}

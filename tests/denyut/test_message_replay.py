"""Recorded messages by the times at which they came: what is late is late, what cannot be read is kept."""

from pathlib import Path
from typing import Any

import numpy as np

from config.settings import Settings, Source
from denyut.message_replay import MessageReplay, tell_when_they_came
from ingest.kept_letters import Selection, read_letters
from simulators.message_lines import written_lines
from simulators.payloads import Messages
from storage.sqlite_store import SqliteStore
from storage.store import Query

SECOND = 1_000_000_000
NOON_NS = 1_772_427_600 * SECOND


def payload(at_s: float, value: float) -> bytes:
    return f'{{"ts":{NOON_NS // 1_000_000 + round(at_s * 1000)},"pm25":{value}}}'.encode()


def recorded(folder: Path, *messages: tuple[float, bytes], topic: str = "city/b/air/A-1") -> Path:
    """A file of messages, each with the second at which it came."""
    times = np.array([NOON_NS + round(at_s * SECOND) for at_s, _ in messages])
    file = folder / "day.jsonl"
    file.write_text(written_lines(Messages([topic] * len(messages), [each for _, each in messages], times)))
    return file


def replayed(folder: Path, file: Path, settings: Settings | None = None) -> dict[str, Any]:
    (folder / "data").mkdir()
    replay = MessageReplay(settings or Settings(), [file], folder / "data")
    for _ in replay.run():
        pass
    assert replay.balanced
    return replay.status


def windows(folder: Path) -> dict[int, tuple[float, float, float]]:
    """Of 10 s: the end, in seconds after noon -> count, mean and revision."""
    store = SqliteStore(folder / "data")
    rows = store.query(Query("window", (("size", "10s"),)))
    store.close()
    fields = ("pm25_count", "pm25_mean", "revision")
    return {(row.time_ns - NOON_NS) // SECOND: tuple(row.fields[name] for name in fields) for row in rows}  # type: ignore[misc]


def test_a_reading_that_came_late_revises_its_window(tmp_path: Path) -> None:
    file = recorded(tmp_path, (1, payload(1, 10)), (11, payload(11, 20)), (25, payload(25, 30)), (40, payload(2, 40)))
    assert replayed(tmp_path, file)["late"] == 1
    assert windows(tmp_path) == {10: (2, 25, 1), 20: (1, 20, 0), 30: (1, 30, 0)}


def test_a_reading_that_came_too_late_is_rejected_for_that(tmp_path: Path) -> None:
    file = recorded(tmp_path, (1, payload(1, 10)), (2000, payload(2000, 20)), (2001, payload(2, 40)))
    status = replayed(tmp_path, file)
    assert (status["received"], status["accepted"], status["rejected"]) == (3, 2, {"too_late": 1})


def test_time_goes_on_while_nothing_comes(tmp_path: Path) -> None:
    file = recorded(tmp_path, (1, payload(1, 10)), (600, payload(600, 20)))
    assert replayed(tmp_path, file)["accepted"] == 2
    assert windows(tmp_path) == {10: (1, 10, 0), 610: (1, 20, 0)}


def test_what_cannot_be_read_becomes_a_dead_letter_to_the_byte(tmp_path: Path) -> None:
    broken = b'{"ts":1772427601000,"unit":"\xb0C","pm25":1}'
    status = replayed(tmp_path, recorded(tmp_path, (1, broken), (2, payload(2, 10))))
    assert (status["received"], status["rejected"]) == (2, {"not_utf8": 1})
    assert [letter.payload for letter in read_letters(tmp_path / "data", Selection())] == [broken]


def test_readings_without_a_time_are_taken_when_they_came(tmp_path: Path) -> None:
    replayed(tmp_path, recorded(tmp_path, (3, b'{"pm25":10}'), (13, b'{"pm25":20}')))
    assert windows(tmp_path) == {10: (1, 10, 0), 20: (1, 20, 0)}


def test_messages_are_read_by_the_sources_of_the_configuration(tmp_path: Path) -> None:
    source = Source(name="odd", topics=("odd/+",), topic="odd/{device}", kind="air", fields={"pm": "pm25"})
    file = recorded(tmp_path, (1, b'{"pm":10}'), topic="odd/A-1")
    assert replayed(tmp_path, file, Settings(sources=(Source(), source)))["accepted"] == 1
    assert windows(tmp_path) == {10: (1, 10, 0)}


def test_a_line_that_does_not_say_when_it_came_is_counted(tmp_path: Path) -> None:
    file = recorded(tmp_path, (1, payload(1, 10)))
    assert tell_when_they_came([file])
    with file.open("a") as stream:
        stream.write('{"topic":"city/b/air/A-1","payload":{"pm25":1}}\n{broken\n')
    replay = MessageReplay(Settings(), [file], tmp_path)
    for _ in replay.run():
        pass
    assert replay.rejected == {"invalid_json": 1, "received_invalid": 1}
    assert replay.status["received"] == 1


def test_files_that_do_not_say_when_their_messages_came_are_told_apart(tmp_path: Path) -> None:
    file = tmp_path / "a.jsonl"
    file.write_text('{"topic":"city/b/air/A-1","payload":{"pm25":1}}\n')
    assert not tell_when_they_came([file])
    assert not tell_when_they_came([tmp_path])

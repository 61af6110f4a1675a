from pathlib import Path

from config.settings import Settings, Source
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

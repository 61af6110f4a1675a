from pathlib import Path

import pytest

from config.settings import Settings, Source, Windows
from denyut.pipeline import build
from denyut.saved_state import FILE_NAME, discard
from processors.state import StateError
from storage.store import StoreUnusable
from tests.denyut.live_batches import at, message, messages, started, stopped, stored

TOPIC = "city/bojonegoro/air/A1"


def test_the_next_run_goes_on_with_windows_duplicates_ledger_and_devices(tmp_path: Path) -> None:
    first = started(Settings(), tmp_path)
    one = message(TOPIC, {"pm25": 10}, "10:00:01")
    first.intake.take("mqtt", messages([message("city/bojonegoro/air/A0", {"pm25": 1}, "10:00:01"), one], "10:00:02"))
    first.intake.advance(at("10:00:03"))
    stopped(first, tmp_path)
    second = started(Settings(), tmp_path)
    discard(tmp_path)
    second.intake.take("mqtt", messages([one, message(TOPIC, {"pm25": 30}, "10:00:05")], "10:00:06"))
    second.intake.advance(at("10:00:12"))
    stopped(second, tmp_path)
    ledger = second.ledger
    assert (ledger.received, ledger.accepted, ledger.duplicate, ledger.balanced) == (4, 3, 1, True)
    (point,) = stored(tmp_path, "window", device="A1", size="10s")
    assert (point.fields["pm25_count"], point.fields["pm25_mean"]) == (2, 20)
    assert [identity.device for identity in second.devices.identities] == ["A0", "A1"]
    assert ledger.devices[0, :2].tolist() == [1, 3]


def test_a_state_is_used_once_and_one_that_was_not_used_stays(tmp_path: Path) -> None:
    first = started(Settings(), tmp_path)
    first.intake.take("mqtt", messages([message(TOPIC, {"pm25": 10}, "10:00:01")], "10:00:02"))
    stopped(first, tmp_path)
    (tmp_path / "denyut.db").rename(tmp_path / "moved.db")
    for path in tmp_path.glob("denyut.db*"):
        path.unlink()
    (tmp_path / "denyut.db").mkdir()
    with pytest.raises(StoreUnusable):
        build(Settings(), tmp_path, resumed=True)
    (tmp_path / "denyut.db").rmdir()
    second = started(Settings(), tmp_path)
    assert second.ledger.received == 1, "a start that failed has not lost what was saved"
    discard(tmp_path)
    assert second.writer.stop(10)
    second.dead_letters.close()
    third = started(Settings(), tmp_path)
    assert third.ledger.received == 0, "a run that was killed is not followed by one with an old state"
    assert third.writer.stop(10)
    third.dead_letters.close()


@pytest.mark.parametrize("content", [b"", b"\x00", b"not a state at all", b"\x81\xa5state\xc0"])
def test_a_file_that_is_no_state_is_one_sentence_that_says_what_to_do(tmp_path: Path, content: bytes) -> None:
    (tmp_path / FILE_NAME).write_bytes(content)
    with pytest.raises(StateError, match=r"^state\.bin cannot be read \(.*\); move it away to start without it$"):
        build(Settings(), tmp_path, resumed=True)


def test_a_state_with_other_windows_is_taken_as_far_as_it_goes(tmp_path: Path) -> None:
    first = started(Settings(), tmp_path)
    first.intake.take("mqtt", messages([message(TOPIC, {"pm25": 10}, "10:00:01")], "10:00:02"))
    stopped(first, tmp_path)
    second = started(Settings(windows=Windows(delay=0)), tmp_path)
    again = [message(TOPIC, {"pm25": 10}, "10:00:01"), message(TOPIC, {"pm25": 20}, "10:00:02")]
    second.intake.take("mqtt", messages(again, "10:00:06"))
    stopped(second, tmp_path)
    assert (second.ledger.received, second.ledger.duplicate) == (3, 1)


def test_topics_that_are_read_otherwise_now_are_not_taken_for_others(tmp_path: Path) -> None:
    first = started(Settings(), tmp_path)
    topics = [f"city/bojonegoro/air/A{number}" for number in range(3)]
    first.intake.take("mqtt", messages([message(topic, {"pm25": 1}, "10:00:01") for topic in topics], "10:00:02"))
    stopped(first, tmp_path)
    second = started(Settings(sources=(Source(topic="city/surabaya/{kind}/{device}"),)), tmp_path)
    second.intake.take("mqtt", messages([message("city/surabaya/air/S1", {"pm25": 5}, "10:00:01")], "10:00:03"))
    stopped(second, tmp_path)
    assert (second.ledger.accepted, second.ledger.duplicate) == (4, 0)

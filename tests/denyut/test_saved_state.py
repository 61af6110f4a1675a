from pathlib import Path

import pytest

from config.settings import Kind, Quantity, Settings, Source, Windows
from processors.state import StateError
from storage.store import StoreUnusable
from tests.denyut.live_batches import message, messages, started, stopped, stored, take, tick

TOPIC = "city/bojonegoro/air/A1"


def test_the_next_run_goes_on_with_windows_duplicates_ledger_and_devices(tmp_path: Path) -> None:
    first = started(Settings(), tmp_path)
    one = message(TOPIC, {"pm25": 10}, "10:00:01")
    take(first, messages([message("city/bojonegoro/air/A0", {"pm25": 1}, "10:00:01"), one], "10:00:02"))
    tick(first, "10:00:03")
    stopped(first, tmp_path)
    second = started(Settings(), tmp_path)
    take(second, messages([one, message(TOPIC, {"pm25": 30}, "10:00:05")], "10:00:06"))
    tick(second, "10:00:12")
    stopped(second, tmp_path)
    ledger = second.ledger
    assert (ledger.received, ledger.accepted, ledger.duplicate, ledger.balanced) == (4, 3, 1, True)
    (point,) = stored(tmp_path, "window", device="A1", size="10s")
    assert (point.fields["pm25_count"], point.fields["pm25_mean"]) == (2, 20)
    assert [identity.device for identity in second.devices.identities] == ["A0", "A1"]
    assert ledger.devices[0, :2].tolist() == [1, 3]


def test_a_start_that_fails_loses_nothing_of_what_was_saved(tmp_path: Path) -> None:
    first = started(Settings(), tmp_path)
    take(first, messages([message(TOPIC, {"pm25": 10}, "10:00:01")], "10:00:02"))
    stopped(first, tmp_path)
    (tmp_path / "denyut.db").rename(tmp_path / "moved.db")
    for path in tmp_path.glob("denyut.db*"):
        path.unlink()
    (tmp_path / "denyut.db").mkdir()
    with pytest.raises(StoreUnusable):
        started(Settings(), tmp_path)
    (tmp_path / "denyut.db").rmdir()
    second = started(Settings(), tmp_path)
    assert second.ledger.received == 1
    stopped(second, tmp_path)


@pytest.mark.parametrize("content", [b"", b"\x00", b"not a state at all", b"\x81\xa5state\xc0"])
def test_a_file_that_is_no_checkpoint_is_one_sentence_that_says_what_to_do(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "checkpoints").mkdir()
    (tmp_path / "checkpoints" / f"{7:020}.ckpt").write_bytes(content)
    with pytest.raises(StateError, match=r"^no checkpoint can be read \(.*\); move .* away to start without it$"):
        started(Settings(), tmp_path)


def test_a_state_with_other_windows_is_taken_as_far_as_it_goes(tmp_path: Path) -> None:
    first = started(Settings(), tmp_path)
    take(first, messages([message(TOPIC, {"pm25": 10}, "10:00:01")], "10:00:02"))
    stopped(first, tmp_path)
    second = started(Settings(windows=Windows(delay=0)), tmp_path)
    again = [message(TOPIC, {"pm25": 10}, "10:00:01"), message(TOPIC, {"pm25": 20}, "10:00:02")]
    take(second, messages(again, "10:00:06"))
    stopped(second, tmp_path)
    assert (second.ledger.received, second.ledger.duplicate) == (3, 1)


def test_a_kind_whose_windows_begin_anew_is_named_in_the_log(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    first = started(Settings(), tmp_path)
    both = [message(TOPIC, {"pm25": 10}, "10:00:01"), message("city/bojonegoro/noise/N1", {"laeq": 60}, "10:00:01")]
    take(first, messages(both, "10:00:02"))
    tick(first, "10:00:13")
    stopped(first, tmp_path)
    stopped(started(Settings(), tmp_path), tmp_path)
    assert caplog.messages == []
    wider = Settings(kinds={"air": Kind(quantities={"pm25": Quantity(min=0, max=10_000)})})
    stopped(started(wider, tmp_path), tmp_path)
    assert caplog.messages == []
    counted = Settings(kinds={"air": Kind(quantities={"pm25": Quantity(kind="counter")})})
    stopped(started(counted, tmp_path), tmp_path)
    assert caplog.messages == [
        "air: windows or quantities are other than in the last run: windows that were open are not written, and "
        "readings for them are too late"
    ]


def test_civil_windows_that_lack_what_came_before_are_named_in_the_log(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    first = started(Settings(windows=Windows(civil=("hour",))), tmp_path)
    take(first, messages([message(TOPIC, {"pm25": 10}, "10:20:01")], "10:20:02"))
    tick(first, "10:40:00")
    stopped(first, tmp_path)
    more = Settings(windows=Windows(civil=("hour", "day", "month")))
    second = started(more, tmp_path)
    tick(second, "10:41:00")
    stopped(second, tmp_path)
    assert caplog.messages == [
        "1d, 1mo: these windows are new, or the time zone is another: the present ones are not written, since they "
        "lack what came before"
    ]
    caplog.clear()
    stopped(started(more, tmp_path), tmp_path)
    assert caplog.messages == []


def test_topics_that_are_read_otherwise_now_are_not_taken_for_others(tmp_path: Path) -> None:
    first = started(Settings(), tmp_path)
    topics = [f"city/bojonegoro/air/A{number}" for number in range(3)]
    take(first, messages([message(topic, {"pm25": 1}, "10:00:01") for topic in topics], "10:00:02"))
    stopped(first, tmp_path)
    second = started(Settings(sources=(Source(topic="city/surabaya/{kind}/{device}"),)), tmp_path)
    take(second, messages([message("city/surabaya/air/S1", {"pm25": 5}, "10:00:01")], "10:00:03"))
    stopped(second, tmp_path)
    assert (second.ledger.accepted, second.ledger.duplicate) == (4, 0)

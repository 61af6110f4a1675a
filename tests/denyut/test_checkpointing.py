"""When a checkpoint is taken and when it becomes valid, with real forks on real files."""

import errno
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from config.durability import Checkpoints
from denyut.checkpointing import Checkpointing
from processors.checkpoints.directory import CheckpointDirectory
from processors.checkpoints.pieces import PieceReader, PieceWriter

AT_ONCE = Checkpoints(every=1_000_000)
NUMBERS = np.arange(50_000)


def describe(pieces: PieceWriter) -> dict[str, Any]:
    return {"numbers": pieces.pack(NUMBERS)}


def refuse(pieces: PieceWriter) -> dict[str, Any]:
    raise OSError(errno.ENOSPC, "No space left on device")


def checkpointing(
    path: Path,
    settings: Checkpoints = AT_ONCE,
    what: Callable[[PieceWriter], dict[str, Any]] = describe,
    settled: Callable[[int], bool] = lambda offset: True,
) -> Checkpointing:
    taken = Checkpointing(CheckpointDirectory(path), settings, what, settled)
    time.sleep(settings.every / 1e9 if settings is AT_ONCE else 0)
    return taken


def until_valid(taken: Checkpointing, within_s: float = 20.0) -> bool:
    until = time.monotonic() + within_s
    while time.monotonic() < until:
        if taken.poll():
            return True
        if not taken.running:
            return False
        time.sleep(0.002)
    return False


def newest(path: Path) -> int | None:
    def read(offset: int, document: dict[str, Any], pieces: PieceReader) -> int:
        np.testing.assert_array_equal(pieces.unpack(document["numbers"]), NUMBERS)
        return offset

    return CheckpointDirectory(path).newest(read)


def test_a_checkpoint_is_written_by_a_fork_and_becomes_valid(tmp_path: Path) -> None:
    taken = checkpointing(tmp_path)
    assert taken.begin(5)
    assert taken.running
    assert until_valid(taken)
    assert (taken.last_offset, taken.needed_from, taken.last_error, newest(tmp_path)) == (5, 5, "", 5)
    assert taken.last_bytes > NUMBERS.nbytes
    assert taken.last_pause_s > 0
    assert taken.last_seconds > 0


def test_it_does_not_become_valid_before_what_was_put_out_is_durable(tmp_path: Path) -> None:
    durable_until = 3
    taken = checkpointing(tmp_path, settled=lambda offset: offset <= durable_until)
    taken.begin(5)
    assert not until_valid(taken, within_s=0.5)
    assert newest(tmp_path) is None
    assert taken.running
    durable_until = 4
    assert until_valid(taken)
    assert newest(tmp_path) == 5


def test_nothing_is_begun_while_one_is_under_way_or_where_nothing_was_applied_since(tmp_path: Path) -> None:
    taken = checkpointing(tmp_path)
    assert not taken.begin(0)
    assert taken.begin(5)
    assert not taken.begin(6)
    assert until_valid(taken)
    time.sleep(10.5 * taken.last_seconds)
    assert not taken.begin(5)
    assert taken.begin(6)
    taken.stop()


def test_the_next_one_waits_as_long_as_configured_and_ten_times_as_long_as_writing_took(tmp_path: Path) -> None:
    seldom = checkpointing(tmp_path / "seldom", Checkpoints(every=60_000_000_000))
    assert not seldom.begin(5), "the first one is due a while after the start"

    def slow(pieces: PieceWriter) -> dict[str, Any]:
        until = time.process_time() + 0.2
        while time.process_time() < until:
            NUMBERS.sum()
        return describe(pieces)

    taken = checkpointing(tmp_path / "slow", what=slow)
    began = time.monotonic()
    taken.begin(5)
    assert until_valid(taken)
    assert not taken.begin(6, closed=True)
    while not taken.begin(6, closed=True):
        assert time.monotonic() - began < 20
        time.sleep(0.01)
    assert time.monotonic() - began >= 2.0
    taken.stop()


def test_a_writer_that_waits_for_the_disk_is_given_twice_its_time(tmp_path: Path) -> None:
    def wait(pieces: PieceWriter) -> dict[str, Any]:
        time.sleep(0.5)
        return describe(pieces)

    taken = checkpointing(tmp_path, what=wait)
    began = time.monotonic()
    taken.begin(5)
    assert until_valid(taken)
    while not taken.begin(6, closed=True):
        assert time.monotonic() - began < 20
        time.sleep(0.01)
    assert time.monotonic() - began >= 1.0
    taken.stop()


def test_a_large_state_waits_for_windows_to_close_but_not_for_ever(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("denyut.checkpointing._SHORT_S", 0.0)
    taken = checkpointing(tmp_path)
    assert taken.begin(5), "nobody knows yet how large it is"
    assert until_valid(taken)
    time.sleep(10.5 * taken.last_seconds)
    assert not taken.begin(6)
    assert taken.begin(6, closed=True)
    assert until_valid(taken)
    monkeypatch.setattr("denyut.checkpointing._PATIENCE_S", 0.0)
    time.sleep(10.5 * taken.last_seconds)
    assert taken.begin(7)
    taken.stop()


def test_where_it_cannot_be_written_the_reason_is_said_once_and_it_is_tried_again(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    works = False

    def describe_later(pieces: PieceWriter) -> dict[str, Any]:
        return describe(pieces) if works else refuse(pieces)

    taken = checkpointing(tmp_path, what=describe_later)
    for _ in range(2):
        while not taken.begin(5):
            time.sleep(0.002)
        assert not until_valid(taken)
    assert "No space left" in taken.last_error
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    works = True
    while not taken.begin(5):
        time.sleep(0.002)
    assert until_valid(taken)
    assert (taken.last_error, newest(tmp_path)) == ("", 5)


def test_a_directory_that_was_removed_is_made_again_though_nothing_was_applied_since(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "checkpoints"
    taken = checkpointing(path)
    assert taken.begin(5)
    assert until_valid(taken)
    shutil.rmtree(path)
    while not taken.begin(5):
        time.sleep(0.002)
    assert until_valid(taken)
    assert (newest(path), taken.last_error, taken.failures) == (5, "", 0)
    assert [record.getMessage() for record in caplog.records] == [
        f"{path} was removed while it was used and is made again"
    ]
    shutil.rmtree(path)
    assert taken.now(5)
    assert newest(path) == 5


def test_one_that_fails_for_long_is_named_as_overdue_and_warned_of_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("denyut.checkpointing._LONG_S", 0.2)
    path = tmp_path / "checkpoints"
    taken = checkpointing(path)
    shutil.rmtree(path)
    path.write_text("")
    until = time.monotonic() + 20
    assert not taken.begin(5)
    assert taken.overdue == "", "it has only begun to fail"
    assert "it is a file; a directory is to be there" in taken.last_error
    while not taken.overdue or taken.failures < 50:
        assert time.monotonic() < until
        assert not taken.begin(5)
        time.sleep(0.005)
    assert taken.overdue == taken.last_error
    begun, overdue = (record.getMessage() for record in caplog.records)
    assert begun.startswith("the checkpoint could not be written and is tried again: ")
    assert overdue.startswith("no checkpoint could be written for 0 s: ")
    with pytest.raises(NotADirectoryError):
        taken.now(5)
    path.unlink()
    while not taken.begin(5):
        time.sleep(0.002)
    assert until_valid(taken)
    assert (taken.overdue, taken.last_error, newest(path)) == ("", "", 5)


def test_where_there_is_no_memory_for_a_fork_the_process_writes_it_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def no_fork() -> int:
        raise OSError(errno.ENOMEM, "Cannot allocate memory")

    monkeypatch.setattr("os.fork", no_fork)
    taken = checkpointing(tmp_path)
    for offset in (5, 6):
        while not taken.begin(offset):
            time.sleep(0.002)
        assert until_valid(taken)
    assert newest(tmp_path) == 6
    (warning,) = caplog.records
    assert "written by the process itself" in warning.getMessage()


def test_a_stop_takes_one_at_once_and_gives_up_what_is_under_way(tmp_path: Path) -> None:
    taken = checkpointing(tmp_path)
    taken.begin(5)
    assert taken.now(7)
    assert not taken.running
    assert newest(tmp_path) == 7
    assert taken.now(7), "nothing was applied since"


def test_a_stop_leaves_the_last_one_where_what_was_put_out_does_not_become_durable(tmp_path: Path) -> None:
    taken = checkpointing(tmp_path, settled=lambda offset: offset < 6)
    assert taken.now(5)
    assert not taken.now(9, within_s=0.05)
    assert newest(tmp_path) == 5


def test_the_journal_is_needed_from_the_older_of_two(tmp_path: Path) -> None:
    taken = checkpointing(tmp_path)
    assert [(taken.now(offset), taken.needed_from) for offset in (5, 8, 12)] == [(True, 5), (True, 5), (True, 8)]
    assert checkpointing(tmp_path).needed_from == 8

import os
import random
import resource
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from config.durability import JournalSettings
from ingest.journal import writer_lock
from ingest.journal.damage import Damage
from ingest.journal.entries import Entry, Messages, Shed, Tick
from ingest.journal.journal import Journal, JournalError
from ingest.journal.reading import read_entries
from ingest.journal.segment import listed, name
from tests.ingest.journal.journals import START_NS, committed, messages, plain, read, wait_until, written

ROOT = Path(__file__).parents[3]
KILLS = 10
DAY_NS = 86_400 * 1_000_000_000


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    journal = Journal(tmp_path, JournalSettings())
    journal.start()
    yield journal
    journal.stop(10)


def test_entries_of_each_kind_are_there_after_the_run(journal: Journal, tmp_path: Path) -> None:
    entries: list[Entry] = [messages(0), Tick(START_NS), Shed("mqtt", [b"a", b"a"], START_NS), messages(1, count=0)]
    assert committed(journal, entries) == [0, 1, 2, 3]
    assert journal.stop(10)
    back = list(read_entries(tmp_path))
    assert [offset for offset, _ in back] == [0, 1, 2, 3]
    assert [plain(entry) for _, entry in back] == [plain(entry) for entry in entries]


def test_an_entry_is_on_disk_when_it_is_done(journal: Journal, tmp_path: Path) -> None:
    seen: list[list[int]] = []
    is_done = threading.Event()

    def done(offset: int) -> None:
        seen.append([offset, *(found for found, _ in read_entries(tmp_path))])
        is_done.set()

    journal.append(messages(0), done)
    assert is_done.wait(30)
    assert seen == [[0, 0]]


def test_entries_keep_the_order_in_which_they_came_and_are_counted_while_they_wait(tmp_path: Path) -> None:
    journal = Journal(tmp_path, JournalSettings())
    offsets: list[int] = []
    for number in range(100):
        journal.append(messages(number), offsets.append)
    assert (journal.backlog_messages, journal.next_offset) == (300, 0)
    assert journal.backlog_bytes > 100 * 3 * 20
    time.sleep(0.01)
    assert journal.lag_s >= 0.01
    journal.start()
    assert journal.stop(30)
    assert offsets == list(range(100))
    assert (journal.backlog_messages, journal.backlog_bytes, journal.lag_s) == (0, 0, 0.0)
    assert journal.next_offset == 100
    assert read(tmp_path) == (list(range(100)), [])


def test_many_threads_may_append(journal: Journal, tmp_path: Path) -> None:
    def work(thread: int) -> None:
        for number in range(50):
            journal.append(Tick(thread * 1000 + number), lambda offset: None)

    threads = [threading.Thread(target=work, args=(thread,)) for thread in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert journal.stop(30)
    times = [entry.received_ns for _, entry in read_entries(tmp_path) if isinstance(entry, Tick)]
    assert sorted(times) == sorted(thread * 1000 + number for thread in range(4) for number in range(50))
    for number in range(4):
        of_thread = [time_ns for time_ns in times if time_ns // 1000 == number]
        assert of_thread == sorted(of_thread)


def test_what_fails_after_a_commit_keeps_nothing_from_the_disk(
    journal: Journal, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(offset: int) -> None:
        raise ZeroDivisionError

    journal.append(messages(0), fail)
    assert committed(journal, [messages(1)]) == [1]
    assert [(record.levelname, record.message) for record in caplog.records] == [
        ("ERROR", "what follows the commit of entry 0 failed")
    ]


def test_the_next_run_goes_on_where_the_last_one_ended_in_a_file_of_its_own(tmp_path: Path) -> None:
    written(tmp_path, range(5))
    before = (tmp_path / name(0)).read_bytes()
    written(tmp_path, range(5, 8))
    assert sorted(path.name for path in tmp_path.glob("*.db")) == [name(0), name(5)]
    assert (tmp_path / name(0)).read_bytes() == before
    assert read(tmp_path) == (list(range(8)), [])


def test_runs_without_entries_leave_no_files_behind_them(tmp_path: Path) -> None:
    written(tmp_path, range(5))
    for _ in range(3):
        written(tmp_path, [])
    assert sorted(path.name for path in tmp_path.iterdir()) == [name(0), name(5), "lock"]


def test_offsets_begin_where_others_hold_no_results_and_the_gap_is_told(tmp_path: Path) -> None:
    written(tmp_path, range(5))
    damages: list[Damage] = []
    journal = Journal(tmp_path, JournalSettings(), first_offset=9, on_damage=damages.append)
    journal.start()
    assert committed(journal, [messages(9)]) == [9]
    assert journal.stop(10)
    assert damages == [Damage(tmp_path, "the journal ends before them", 5, 8)]
    again = Journal(tmp_path, JournalSettings(), first_offset=4, on_damage=damages.append)
    assert again.next_offset == 10
    assert again.stop(10)
    assert len(damages) == 1


def test_a_new_file_is_begun_when_one_is_large(tmp_path: Path) -> None:
    journal = Journal(tmp_path, JournalSettings(max_size=1))
    journal.start()
    committed(journal, [messages(number, count=1, size=40_000) for number in range(10)])
    assert journal.stop(10)
    assert sorted(path.name for path in tmp_path.glob("*.db")) == [name(first) for first in (0, 2, 4, 6, 8)]
    assert read(tmp_path) == (list(range(10)), [])


def test_what_was_acknowledged_is_stored_with_the_next_entry(journal: Journal, tmp_path: Path) -> None:
    assert journal.acknowledged_until == -1
    committed(journal, [messages(0), messages(1)])
    journal.acknowledged(1)
    journal.acknowledged(0)
    committed(journal, [messages(2)])
    assert journal.acknowledged_until == 1


def test_what_was_acknowledged_is_stored_by_itself_when_no_entry_comes(journal: Journal, tmp_path: Path) -> None:
    committed(journal, [messages(0)])
    journal.acknowledged(0)
    wait_until(lambda: journal.acknowledged_until == 0)
    copy = tmp_path / "copy"
    shutil.copytree(tmp_path, copy, ignore=shutil.ignore_patterns("copy", "*-shm", "lock"))
    again = Journal(copy, JournalSettings())
    assert again.acknowledged_until == 0
    assert again.stop(10)


def test_what_was_acknowledged_at_the_stop_is_known_to_later_runs(tmp_path: Path) -> None:
    journal = Journal(tmp_path, JournalSettings())
    journal.start()
    committed(journal, [messages(0), messages(1)])
    journal.acknowledged(1)
    assert journal.stop(10)
    for _ in range(2):
        again = Journal(tmp_path, JournalSettings())
        assert again.acknowledged_until == 1
        assert again.stop(10)


def test_the_size_allowed_holds_while_entries_come(tmp_path: Path) -> None:
    journal = Journal(tmp_path, JournalSettings(max_size=1))
    journal.start()
    for number in range(100):
        offsets = committed(journal, [messages(number, count=1, size=40_000)])
        journal.trim(offsets[-1])
    assert journal.stop(10)
    kept, damages = read(tmp_path)
    assert sum(path.stat().st_size for path in tmp_path.iterdir()) < 1_300_000
    assert kept == list(range(kept[0], 100))
    assert 15 <= len(kept) <= 30
    assert damages == []


def test_a_file_that_cannot_be_removed_stops_nothing(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    written(tmp_path, range(3))
    (tmp_path / f"{name(0)}-shm").mkdir()
    journal = Journal(tmp_path, JournalSettings())
    journal.start()
    committed(journal, [Tick(START_NS + 2 * DAY_NS)])
    for number in range(3, 6):
        journal.trim(3)
        committed(journal, [messages(number)])
    assert journal.stop(10)
    assert journal.last_error == ""
    warnings = [record.message for record in caplog.records]
    assert len(warnings) == 1
    assert warnings[0].startswith("old files of the journal cannot be removed: ")


def test_two_runs_cannot_write_one_journal(journal: Journal, tmp_path: Path) -> None:
    with pytest.raises(JournalError, match=r"^the journal in .* is being written by another process$"):
        Journal(tmp_path, JournalSettings())


def test_a_file_in_the_place_of_the_directory_gives_one_clear_sentence(tmp_path: Path) -> None:
    (tmp_path / "journal").touch()
    with pytest.raises(JournalError, match=r"^the journal in .*journal cannot be written: File exists$"):
        Journal(tmp_path / "journal", JournalSettings())


def test_a_directory_that_may_not_be_written_gives_one_clear_sentence(tmp_path: Path) -> None:
    if os.geteuid() == 0:
        pytest.skip("nothing is forbidden to who runs as root")
    tmp_path.chmod(0o500)
    with pytest.raises(JournalError, match=r"^the journal in .* cannot be written: Permission denied$"):
        Journal(tmp_path, JournalSettings())


@contextmanager
def files_of_at_most(limit: int) -> Iterator[None]:
    """Writes beyond it fail, as on a full disk (setrlimit(2); Python ignores the signal)."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_entries_wait_while_the_disk_fails_and_are_there_afterwards(
    journal: Journal, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    committed(journal, [messages(0)])
    with files_of_at_most(400_000):
        for number in range(1, 6):
            journal.append(messages(number, count=1, size=500_000), lambda offset: None)
        wait_until(lambda: journal.last_error != "")
        time.sleep(0.5)
        assert journal.backlog_messages == 5
        assert journal.lag_s > 0.4
        assert read(tmp_path) == ([0], [])
    wait_until(lambda: journal.backlog_messages == 0)
    assert journal.last_error == ""
    assert journal.stop(10)
    assert read(tmp_path) == (list(range(6)), [])
    assert [(record.levelname, record.message) for record in caplog.records] == [
        ("WARNING", "the journal cannot be written, messages wait: disk I/O error"),
        ("WARNING", "the journal can be written again"),
    ]


def test_a_stop_while_the_disk_fails_says_so_in_time(journal: Journal, tmp_path: Path) -> None:
    committed(journal, [messages(0)])
    with files_of_at_most(400_000):
        journal.append(messages(1, count=1, size=500_000), lambda offset: None)
        began_s = time.monotonic()
        assert not journal.stop(1.0)
        assert time.monotonic() - began_s < 5.0
        wait_until(lambda: not writer_lock.is_held(tmp_path))
    assert read(tmp_path) == ([0], [])
    written(tmp_path, [1])
    assert read(tmp_path) == ([0, 1], [])


def test_a_disk_that_fails_from_the_start_is_waited_for(tmp_path: Path) -> None:
    written(tmp_path, [0])
    with files_of_at_most(0):
        journal = Journal(tmp_path, JournalSettings())
        journal.start()
        journal.append(messages(1), lambda offset: None)
        time.sleep(0.3)
        assert journal.backlog_messages == 3
        assert journal.last_error != ""
    assert journal.stop(10)
    assert read(tmp_path) == ([0, 1], [])


def test_an_attempt_that_failed_leaves_nothing_that_looks_like_damage(tmp_path: Path) -> None:
    written(tmp_path, [0])
    with files_of_at_most(0):
        journal = Journal(tmp_path, JournalSettings())
        journal.start()
        assert journal.stop(1)
    assert listed(tmp_path) == [(0, tmp_path / name(0))]
    written(tmp_path, [1])
    assert read(tmp_path) == ([0, 1], [])


ON_A_SMALL_DISK = """
mount -t tmpfs -o size=2m tmpfs "$1" || exit 99
exec "$2" -m tests.ingest.journal.full_disk "$1"
"""


def test_on_a_disk_that_is_full_nothing_is_lost(tmp_path: Path) -> None:
    """A disk of 2 MiB, mounted for one process alone."""
    if shutil.which("unshare") is None:
        pytest.skip("unshare is not installed")
    command = ["unshare", "--map-root-user", "--mount", "sh", "-c", ON_A_SMALL_DISK, "sh", str(tmp_path)]
    done = subprocess.run([*command, sys.executable], cwd=ROOT, capture_output=True, text=True, timeout=120)
    if done.returncode == 99 or "unshare" in done.stderr:
        pytest.skip("a disk can be mounted only as root here")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines() == [
        "database or disk is full",
        "waited: True",
        "read in order, nothing damaged: True",
    ]


def test_what_was_done_before_a_kill_is_there_after_it(tmp_path: Path) -> None:
    """Ten runs, each killed at some moment: while it opens, writes, begins a new file."""
    moments = random.Random(20_251)
    done = -1
    for _ in range(KILLS):
        done = max(done, killed_run(tmp_path, moments.uniform(0.0, 0.25)))
        offsets, damages = read(tmp_path)
        assert damages == []
        assert offsets == list(range(len(offsets)))
        assert len(offsets) > done
    assert done > 50
    journal = Journal(tmp_path, JournalSettings())
    assert journal.next_offset > done
    assert journal.stop(10)


def killed_run(directory: Path, after_s: float) -> int:
    """The highest offset that was done when the run was killed, so long after its first."""
    command = [sys.executable, "-m", "tests.ingest.journal.endless_writer", str(directory)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        printed = process.stdout.readline()
        time.sleep(after_s)
        process.kill()
        printed += process.stdout.read()
    return int(printed.splitlines()[-2 if not printed.endswith(b"\n") else -1])


def test_a_batch_without_messages_is_an_entry_too(journal: Journal, tmp_path: Path) -> None:
    assert committed(journal, [messages(0, count=0)]) == [0]
    ((_, entry),) = read_entries(tmp_path)
    assert isinstance(entry, Messages)
    assert len(entry.batch) == 0


@pytest.mark.parametrize("what", ["the file", "the directory"])
def test_a_file_that_is_removed_while_it_is_written_is_told_and_the_next_entries_have_one(
    what: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    directory = tmp_path / "journal"
    journal = Journal(directory, JournalSettings())
    journal.start()
    committed(journal, [messages(0)])
    if what == "the file":
        (directory / name(0)).unlink()
    else:
        shutil.rmtree(directory)
    committed(journal, [messages(1), messages(2)])
    assert journal.stop(10)
    assert [offset for offset, _ in read_entries(directory)] == [1, 2]
    assert caplog.messages == [
        f"the journal cannot be written, messages wait: {directory / name(0)} was removed while it was written; "
        "what it held is lost if the run is killed now",
        "the journal can be written again",
    ]

import threading
from pathlib import Path

import pytest

from ingest.journal import writer_lock


def test_a_lock_is_seen_while_it_is_held_and_not_after(tmp_path: Path) -> None:
    assert not writer_lock.is_held(tmp_path)
    lock = writer_lock.hold(tmp_path)
    assert writer_lock.is_held(tmp_path)
    assert writer_lock.is_held(tmp_path)
    lock.close()
    assert not writer_lock.is_held(tmp_path)


def test_nobody_else_gets_a_lock_that_is_held(tmp_path: Path) -> None:
    with writer_lock.hold(tmp_path), pytest.raises(BlockingIOError):
        writer_lock.hold(tmp_path)


def test_who_only_looks_keeps_nobody_from_the_lock(tmp_path: Path) -> None:
    writer_lock.hold(tmp_path).close()
    has_locked = threading.Event()

    def look() -> None:
        while not has_locked.is_set():
            writer_lock.is_held(tmp_path)

    looking = threading.Thread(target=look)
    looking.start()
    try:
        for _ in range(20):
            writer_lock.hold(tmp_path).close()
    finally:
        has_locked.set()
        looking.join()


def test_a_directory_without_a_lock_is_held_by_nobody(tmp_path: Path) -> None:
    assert not writer_lock.is_held(tmp_path / "absent")

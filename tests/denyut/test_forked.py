"""Work in a fork: its answer, its failures, and that it holds nothing of its parent's and does not outlive it."""

import fcntl
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from denyut.forked import Forked, ForkedError

ROOT = Path(__file__).parents[2]


def answer_of(forked: Forked, within_s: float = 20.0) -> bytes:
    until = time.monotonic() + within_s
    while time.monotonic() < until:
        answer = forked.poll()
        if answer is not None:
            return answer
        time.sleep(0.002)
    raise AssertionError("no answer")


def test_the_child_works_on_the_memory_as_it_was(tmp_path: Path) -> None:
    column = np.arange(1_000_000)

    def work() -> bytes:
        time.sleep(0.1)
        return str(int(column.sum())).encode()

    forked = Forked(work)
    column[:] = 0
    assert forked.poll() is None
    assert answer_of(forked) == b"499999500000"
    assert forked.pause_s < 5


def test_an_answer_may_be_larger_than_a_pipe_holds() -> None:
    assert answer_of(Forked(lambda: b"x" * 5_000_000)) == b"x" * 5_000_000


def refuse() -> bytes:
    raise OSError(28, "No space left on device")


def linger(sign: Path) -> bytes:
    sign.touch()
    time.sleep(60)
    return b""


def end_at_once() -> bytes:
    os._exit(7)


def die() -> bytes:
    os.kill(os.getpid(), signal.SIGKILL)
    return b""


@pytest.mark.parametrize(
    ("work", "text"), [(refuse, "No space left on device"), (end_at_once, "status 7"), (die, "status -9")]
)
def test_work_that_fails_or_dies_is_an_error_that_says_how(work: Callable[[], bytes], text: str) -> None:
    with pytest.raises(ForkedError, match=text):
        answer_of(Forked(work))


def test_threads_of_the_parent_do_not_disturb_and_no_child_is_left_behind() -> None:
    stop = threading.Event()

    def keep_busy() -> None:
        while not stop.is_set():
            sorted(range(1_000))

    threads = [threading.Thread(target=keep_busy) for _ in range(3)]
    for thread in threads:
        thread.start()
    try:
        assert [answer_of(Forked(lambda: b"done")) for _ in range(20)] == [b"done"] * 20
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)


def test_a_child_that_is_given_up_is_gone() -> None:
    forked = Forked(partial(linger, Path(os.devnull)))
    forked.kill()
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)


def test_neither_a_socket_nor_a_lock_on_a_file_stays_with_the_child(tmp_path: Path) -> None:
    ours, theirs = socket.socketpair()
    lock = (tmp_path / "lock").open("w")
    fcntl.flock(lock, fcntl.LOCK_EX)
    forked = Forked(partial(linger, tmp_path / "standing"))
    try:
        while not (tmp_path / "standing").exists():
            time.sleep(0.005)
        ours.close()
        lock.close()
        assert theirs.recv(1) == b"", "the connection is closed, whatever the child does"
        with (tmp_path / "lock").open("w") as again:
            fcntl.flock(again, fcntl.LOCK_EX | fcntl.LOCK_NB)
    finally:
        forked.kill()
        theirs.close()


PARENT = """
import sys, time
from pathlib import Path
from denyut.forked import Forked
def work():
    Path(sys.argv[1]).write_text(str(__import__("os").getpid()))
    time.sleep(60)
    return b""
forked = Forked(work)
time.sleep(60)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends a child with its parent")
def test_a_child_ends_when_its_parent_is_killed(tmp_path: Path) -> None:
    parent = subprocess.Popen([sys.executable, "-c", PARENT, str(tmp_path / "pid")], cwd=ROOT)
    try:
        until = time.monotonic() + 20
        while not (tmp_path / "pid").exists() or not (tmp_path / "pid").read_text():
            assert time.monotonic() < until
            time.sleep(0.01)
    finally:
        parent.kill()
        parent.wait()
    child = Path("/proc") / (tmp_path / "pid").read_text()
    until = time.monotonic() + 10
    while child.exists() and "Z" not in (child / "stat").read_text().rpartition(")")[2].split()[0]:
        assert time.monotonic() < until, "the child is still there"
        time.sleep(0.01)

"""Work on a copy of this process's memory, in a child of its own: the parent goes on at once.

The kernel shares the memory until one of the two writes to it. Of the parent's threads only the calling one exists in
the child, so locks that others held stay held there: the work may use numpy, msgspec and plain files, but no logging,
no database and no network.
"""

import ctypes
import gc
import os
import resource
import signal
import sys
import time
import warnings
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import NoReturn

_NICE = 10
_PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None
_OOM_SCORE = Path("/proc/self/oom_score_adj")
_DONE, _FAILED = b"+", b"-"


class ForkedError(Exception):
    """The work failed; the text says how."""


class Forked:
    """A child at work. To be made in a thread that lives as long as the child, best the main one."""

    def __init__(self, work: Callable[[], bytes]) -> None:
        """Raises OSError where there is no memory for another process."""
        reader, writer = os.pipe()
        parent = os.getpid()
        began = time.perf_counter()
        try:
            self._child = _fork()
        except OSError:
            os.close(reader)
            os.close(writer)
            raise
        if self._child == 0:
            _work_and_exit(work, writer, parent)
        self.pause_s = time.perf_counter() - began
        """How long the parent stood still."""
        os.close(writer)
        os.set_blocking(reader, False)
        self._reader = reader
        self._answer = b""

    def poll(self) -> bytes | None:
        """What the work returned; None while it goes on. Raises ForkedError. Not to be called after an answer."""
        with suppress(BlockingIOError):
            while part := os.read(self._reader, 1 << 20):
                self._answer += part
            return self._end()
        return None

    def kill(self) -> None:
        os.kill(self._child, signal.SIGKILL)
        os.close(self._reader)
        os.waitpid(self._child, 0)

    def _end(self) -> bytes:
        os.close(self._reader)
        _, status = os.waitpid(self._child, 0)
        mark, text = self._answer[:1], self._answer[1:]
        if mark == _DONE and status == 0:
            return text
        if mark == _FAILED:
            raise ForkedError(text.decode(errors="replace"))
        raise ForkedError(f"the process that wrote it ended with status {os.waitstatus_to_exitcode(status)}")


def _fork() -> int:
    with warnings.catch_warnings():
        # Python 3.12 and later warn of threads; what the child may do is said above.
        warnings.simplefilter("ignore", DeprecationWarning)
        return os.fork()


def _work_and_exit(work: Callable[[], bytes], writer: int, parent: int) -> NoReturn:
    try:
        _stand_apart(writer, parent)
        try:
            answer = _DONE + work()
        except BaseException as error:
            answer = _FAILED + (str(error) or type(error).__name__).encode()
        _send(writer, answer)
        os._exit(0)
    finally:
        os._exit(1)


def _stand_apart(writer: int, parent: int) -> None:
    """Hold nothing of the parent's: no socket, no lock on a file; and do not outlive it."""
    if _LIBC is not None:
        _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        if os.getppid() != parent:
            os._exit(1)
    signal.set_wakeup_fd(-1)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    nothing = os.open(os.devnull, os.O_RDWR)
    for standard in range(3):
        os.dup2(nothing, standard)
    os.closerange(3, writer)
    os.closerange(writer + 1, resource.getrlimit(resource.RLIMIT_NOFILE)[0])
    gc.disable()
    gc.freeze()
    with suppress(OSError):
        os.nice(_NICE)
        # Where memory runs short, the copy goes and not the run.
        _OOM_SCORE.write_text("500")


def _send(writer: int, answer: bytes) -> None:
    rest = memoryview(answer)
    while rest:
        rest = rest[os.write(writer, rest) :]

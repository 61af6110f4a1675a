"""A process that gets only a small share of the machine, as beside others that are hungry."""

import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_POLL_S = 0.0005
_PERIOD_S = 0.5


@contextmanager
def slowed(pid: int, share: float) -> Iterator[None]:
    """For the length of the block it gets this share of one core: it is stopped when it has had it (Linux)."""
    over = threading.Event()

    def hold_back() -> None:
        allowed_s = cpu_s(pid)
        while not over.is_set():
            allowed_s += share * _PERIOD_S
            until = time.monotonic() + _PERIOD_S
            # What it had too much of, because this thread was late to stop it, it waits for.
            if cpu_s(pid) < allowed_s:
                os.kill(pid, signal.SIGCONT)
                while cpu_s(pid) < allowed_s and time.monotonic() < until:
                    time.sleep(_POLL_S)
                os.kill(pid, signal.SIGSTOP)
            over.wait(max(0.0, until - time.monotonic()))
        os.kill(pid, signal.SIGCONT)

    thread = threading.Thread(target=hold_back)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def cpu_s(pid: int) -> float:
    """Of all its threads so far."""
    return sum(float((task / "schedstat").read_text().split()[0]) for task in Path(f"/proc/{pid}/task").iterdir()) / 1e9

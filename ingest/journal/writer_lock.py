"""One process at a time writes a journal, and others can tell that it does (flock on a file in the directory)."""

import fcntl
import time
from pathlib import Path
from typing import IO

NAME = "lock"
_WAIT_S = 1.0


def hold(directory: Path) -> IO[bytes]:
    """Held until the file is closed. Raises BlockingIOError where another holds it, or another OSError."""
    lock = (directory / NAME).open("ab")
    until_s = time.monotonic() + _WAIT_S
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            # A reader that looks holds it for a moment.
            if time.monotonic() > until_s:
                lock.close()
                raise
            time.sleep(0.01)
        else:
            return lock


def is_held(directory: Path) -> bool:
    try:
        with (directory / NAME).open("rb") as lock:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False

"""The data directory: made on first use, and used by one run at a time."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

DEFAULT = Path("denyut-data")
VARIABLE = "DENYUT_DATA_DIR"
DEFAULT_SAID = f"Default: ${VARIABLE}, else {DEFAULT}."
"""For the help of a command."""


class DataDirError(Exception):
    """The directory cannot be used; the text is one sentence for the person who named it."""


def default_data_dir() -> Path:
    return Path(os.environ.get(VARIABLE) or DEFAULT)


@dataclass(frozen=True, slots=True)
class Claim:
    data_dir: Path
    _lock: TextIO

    @property
    def held(self) -> bool:
        """False where the directory was moved, or somebody removed the lock and another process may have claimed it."""
        try:
            return os.path.samestat((self.data_dir / "lock").stat(), os.fstat(self._lock.fileno()))
        except (OSError, ValueError):
            return False


@contextmanager
def claimed(data_dir: Path) -> Iterator[Path]:
    """Hold the directory for this process. Raises DataDirError."""
    with claim(data_dir) as held:
        yield held.data_dir


@contextmanager
def claim(data_dir: Path) -> Iterator[Claim]:
    """As `claimed`, for who must know whether it still holds."""
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
        lock = (data_dir / "lock").open("a+")
    except OSError as error:
        raise DataDirError(f"data directory {data_dir} cannot be written: {error.strerror}") from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            lock.seek(0)
            holder = lock.read().strip() or "unknown"
            raise DataDirError(f"data directory {data_dir} is in use by process {holder}") from None
        lock.truncate(0)
        lock.write(f"{os.getpid()}\n")
        lock.flush()
        yield Claim(data_dir, lock)

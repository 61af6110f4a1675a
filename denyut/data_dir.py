"""The data directory: made on first use, and used by one run at a time."""

import fcntl
import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

LOG = logging.getLogger("denyut")
DEFAULT = Path("denyut-data")
VARIABLE = "DENYUT_DATA_DIR"
DEFAULT_SAID = f"Default: ${VARIABLE}, else {DEFAULT}."
"""For the help of a command."""


class DataDirError(Exception):
    """The directory cannot be used; the text is one sentence for the person who named it."""


class DamagedError(DataDirError):
    """The directory or something in it is damaged, or has no room; the configuration is not to blame."""


def in_words(error: OSError) -> str:
    """One sentence with the file it is about; what is raised with a sentence of its own keeps it."""
    if error.filename is None or error.strerror is None:
        return str(error)
    return f"{error.filename} cannot be used: {error.strerror[0].lower()}{error.strerror[1:]}"


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
            holder, _ = _written(lock)
            raise DataDirError(f"data directory {data_dir} is in use by process {holder}") from None
        _, place = _written(lock)
        own = str(os.fstat(lock.fileno()).st_ino)
        if place not in ("", own):
            LOG.warning(
                "data directory %s is a copy or was restored from one: if the other is in use too, both take the same "
                "messages and write the same points",
                data_dir,
            )
        try:
            lock.truncate(0)
            # Past the buffer, whose content would be tried once more as the file is closed.
            os.pwrite(lock.fileno(), f"{os.getpid()}\n{own}\n".encode(), 0)
        except OSError as error:
            raise DamagedError(f"data directory {data_dir} cannot be written: {error.strerror}") from error
        yield Claim(data_dir, lock)


def _written(lock: TextIO) -> tuple[str, str]:
    """The process that wrote it, and the number of the file it wrote to, which no copy has."""
    lock.seek(0)
    lines = lock.read(100).split("\n")
    return lines[0].strip() or "unknown", lines[1] if len(lines) > 1 else ""

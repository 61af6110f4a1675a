"""The data directory: made on first use, and used by one run at a time."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

DEFAULT = Path("denyut-data")
VARIABLE = "DENYUT_DATA_DIR"


class DataDirError(Exception):
    """The directory cannot be used; the text is one sentence for the person who named it."""


def default_data_dir() -> Path:
    return Path(os.environ.get(VARIABLE) or DEFAULT)


@contextmanager
def claimed(data_dir: Path) -> Iterator[Path]:
    """Hold the directory for this process. Raises DataDirError."""
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
        yield data_dir

"""The demo's data directory: one run at a time, each run with data of its own."""

import fcntl
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_MARK = "demo.lock"
_PURPOSE = "Made by denyut demo, which empties this directory when it starts.\n"


class DirectoryRefused(ValueError):  # noqa: N818 - says what is the case
    """The directory cannot be the demo's; the message is one sentence for a person."""


@contextmanager
def fresh_directory(path: Path) -> Iterator[None]:
    """An empty directory that is this demo's alone as long as the block runs.

    Only a directory that an earlier demo made is emptied; one that holds anything else is refused, as is one that
    another demo is using.
    """
    try:
        path.mkdir(parents=True, exist_ok=True)
        if not (path / _MARK).exists() and any(path.iterdir()):
            raise DirectoryRefused(f"{path} holds files that no demo made; choose another --data-dir")
        mark = (path / _MARK).open("a+")
    except OSError as error:
        raise DirectoryRefused(f"{path} cannot hold the demo's data: {error.strerror}") from error
    with mark:
        try:
            fcntl.flock(mark, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise DirectoryRefused(f"another demo is using {path}; choose another --data-dir") from None
        _empty(path)
        mark.truncate(0)
        mark.write(_PURPOSE)
        mark.flush()
        yield


def _empty(path: Path) -> None:
    for entry in path.iterdir():
        if entry.name == _MARK:
            continue
        if entry.is_dir() and not entry.is_symlink():
            shutil.rmtree(entry)
        else:
            entry.unlink()

"""The demo's data directory: one run at a time, each run with data of its own."""

import fcntl
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from config.language import N_
from denyut.told_error import ToldError

_MARK = "demo.lock"
_FOREIGN = N_(
    '{path} holds files that no demo made; choose another: --data-dir DIR, or make demo ARGS="--data-dir DIR"'
)
_IN_USE = N_('another demo is using {path}; choose another: --data-dir DIR, or make demo ARGS="--data-dir DIR"')
_PURPOSE = "Made by denyut demo, which empties this directory when it starts.\n"


class DirectoryRefused(ToldError):  # noqa: N818 - says what is the case
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
            raise DirectoryRefused(_FOREIGN, path=path)
        mark = (path / _MARK).open("a+")
    except OSError as error:
        words = N_("{path} cannot hold the demo's data: {reason}")
        raise DirectoryRefused(words, path=path, reason=error.strerror) from error
    with mark:
        try:
            fcntl.flock(mark, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise DirectoryRefused(_IN_USE, path=path) from None
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

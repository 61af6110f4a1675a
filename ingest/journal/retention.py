"""Old files of the journal go, as long as a restart needs none of them."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from ingest.journal.segment import FAILURES, listed, log_of, newest_received_ns, remove

LOG = logging.getLogger("denyut.journal")


@dataclass(frozen=True, slots=True)
class KeptFile:
    path: Path
    end: int
    """Offset after its last entry."""
    size: int


def closed_files(directory: Path) -> tuple[list[KeptFile], int]:
    """All but the newest, oldest first, and the bytes of all. Raises OSError."""
    segments = listed(directory)
    files = [_measured(path, end) for (_, path), (end, _) in pairwise(segments)]
    newest = _measured(segments[-1][1], -1).size if segments else 0
    return files, sum(file.size for file in files) + newest


def expendable(
    files: Sequence[KeptFile],
    total_bytes: int,
    needed_from: int,
    is_too_old: Callable[[KeptFile], bool],
    max_bytes: int,
) -> list[KeptFile]:
    """The oldest files, as long as they are too old or all are too large together, and a restart needs none of them."""
    gone: list[KeptFile] = []
    for file in files:
        if file.end > needed_from or not (total_bytes > max_bytes or is_too_old(file)):
            break
        gone.append(file)
        total_bytes -= file.size
    return gone


def _measured(path: Path, end: int) -> KeptFile:
    parts = [part.stat() for part in (path, log_of(path)) if part.exists()]
    return KeptFile(path, end, sum(part.st_size for part in parts))


class Retention:
    """Never raises: what cannot be removed now may go later."""

    def __init__(self, directory: Path, keep_ns: int, max_bytes: int) -> None:
        self._directory = directory
        self._keep_ns = keep_ns
        self._max_bytes = max_bytes
        self._needed_from = 0
        self._now_ns = 0
        self._newest_ns: dict[Path, int] = {}
        self._trouble = ""

    def trim(self, needed_from: int, now_ns: int) -> None:
        """`now_ns`: the newest receive time, which no clock that somebody sets can move."""
        self._needed_from = needed_from
        self._now_ns = now_ns
        self._remove(self._max_bytes)

    def make_room(self) -> None:
        """On a full disk: rather the oldest of what is kept for replay than what comes now."""
        for file in self._remove(None):
            LOG.warning("the disk is full: %s, which was kept for replay, is removed before its time", file.path)

    def _is_too_old(self, file: KeptFile) -> bool:
        """By the newest entry in it; its own time would change where it is copied."""
        newest_ns = self._newest_ns.get(file.path)
        if newest_ns is None:
            try:
                newest_ns = newest_received_ns(file.path)
            except FAILURES:
                # Of one that is damaged nothing else is known.
                newest_ns = file.path.stat().st_mtime_ns
            self._newest_ns = {file.path: newest_ns}
        return newest_ns < self._now_ns - self._keep_ns

    def _remove(self, max_bytes: int | None) -> list[KeptFile]:
        """None: whatever its size, one file; none for its age."""
        trouble = ""
        gone: list[KeptFile] = []
        try:
            files, total_bytes = closed_files(self._directory)
            limit = total_bytes - 1 if max_bytes is None else max_bytes
            is_too_old = self._is_too_old if max_bytes is not None else lambda _: False
            for file in expendable(files, total_bytes, self._needed_from, is_too_old, limit):
                remove(file.path)
                gone.append(file)
        except OSError as error:
            trouble = str(error)
            if trouble != self._trouble:
                LOG.warning("old files of the journal cannot be removed: %s", error)
        self._trouble = trouble
        return gone

"""Old files of the journal go, as long as a restart needs none of them."""

import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from ingest.journal.segment import listed, log_of, remove

LOG = logging.getLogger("denyut.journal")


@dataclass(frozen=True, slots=True)
class KeptFile:
    path: Path
    end: int
    """Offset after its last entry."""
    size: int
    modified_ns: int


def closed_files(directory: Path) -> tuple[list[KeptFile], int]:
    """All but the newest, oldest first, and the bytes of all. Raises OSError."""
    segments = listed(directory)
    files = [_measured(path, end) for (_, path), (end, _) in pairwise(segments)]
    newest = _measured(segments[-1][1], -1).size if segments else 0
    return files, sum(file.size for file in files) + newest


def expendable(
    files: Sequence[KeptFile], total_bytes: int, needed_from: int, older_than_ns: int, max_bytes: int
) -> list[KeptFile]:
    """The oldest files, as long as they are too old or all are too large together, and a restart needs none of them."""
    gone: list[KeptFile] = []
    for file in files:
        if file.end > needed_from or (file.modified_ns >= older_than_ns and total_bytes <= max_bytes):
            break
        gone.append(file)
        total_bytes -= file.size
    return gone


def _measured(path: Path, end: int) -> KeptFile:
    parts = [part.stat() for part in (path, log_of(path)) if part.exists()]
    size = sum(part.st_size for part in parts)
    return KeptFile(path, end, size, max((part.st_mtime_ns for part in parts), default=0))


class Retention:
    """Never raises: what cannot be removed now may go later."""

    def __init__(self, directory: Path, keep_ns: int, max_bytes: int) -> None:
        self._directory = directory
        self._keep_ns = keep_ns
        self._max_bytes = max_bytes
        self._needed_from = 0
        self._trouble = ""

    def trim(self, needed_from: int) -> None:
        self._needed_from = needed_from
        self._remove(time.time_ns() - self._keep_ns, self._max_bytes)

    def make_room(self) -> None:
        """On a full disk: rather the oldest of what is kept for replay than what comes now."""
        for file in self._remove(0, None):
            LOG.warning("the disk is full: %s, which was kept for replay, is removed before its time", file.path)

    def _remove(self, older_than_ns: int, max_bytes: int | None) -> list[KeptFile]:
        trouble = ""
        gone: list[KeptFile] = []
        try:
            files, total_bytes = closed_files(self._directory)
            limit = total_bytes - 1 if max_bytes is None else max_bytes
            for file in expendable(files, total_bytes, self._needed_from, older_than_ns, limit):
                remove(file.path)
                gone.append(file)
        except OSError as error:
            trouble = str(error)
            if trouble != self._trouble:
                LOG.warning("old files of the journal cannot be removed: %s", error)
        self._trouble = trouble
        return gone

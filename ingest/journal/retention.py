"""Which files of the journal may go."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from ingest.journal.segment import listed, log_of


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

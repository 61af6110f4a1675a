"""The newest checkpoint as somebody beside the run sees it; nothing on disk is changed."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from processors.checkpoints.directory import offset_of, read_document
from processors.checkpoints.pieces import CheckpointError, PieceReader

_ATTEMPTS = 5

Content = TypeVar("Content")


def look(directory: Path, read: Callable[[Path, dict[str, Any], PieceReader], Content]) -> Content | None:
    """What `read` makes of (file, document, pieces) of the newest one that is whole; None: there is none.

    The run may write newer ones meanwhile and remove what was just found. Raises CheckpointError or StateError.
    """
    pieces = PieceReader(directory / "pieces", removes_damaged=False)
    damage = CheckpointError()
    for _ in range(_ATTEMPTS):
        paths = sorted((path for path in directory.glob("*") if offset_of(path) is not None), reverse=True)
        if not paths:
            return None
        for path in paths:
            try:
                return read(path, read_document(path), pieces)
            except CheckpointError as error:
                damage = error
    raise damage

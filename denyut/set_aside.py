"""Journal entries that ended a run: a mistake of ours must cost those messages, not every start from now on."""

import json
import os
from pathlib import Path

from denyut.data_dir import DamagedError

FILE_NAME = "set_aside.json"


class SetAside:
    """Offsets of entries that are rejected whole when they are applied again; kept in the data directory."""

    def __init__(self, data_dir: Path) -> None:
        """Raises DamagedError where the file is damaged, or OSError."""
        self._path = data_dir / FILE_NAME
        self._offsets = _read(self._path)

    def __contains__(self, offset: int) -> bool:
        return offset in self._offsets

    def add(self, offset: int) -> None:
        """On disk when it returns."""
        self._offsets.add(offset)
        unfinished = self._path.with_name(f"{FILE_NAME}.new")
        with unfinished.open("w") as stream:
            json.dump(sorted(self._offsets), stream)
            stream.flush()
            os.fsync(stream.fileno())
        unfinished.replace(self._path)


def _read(path: Path) -> set[int]:
    try:
        offsets = json.loads(path.read_bytes())
    except FileNotFoundError:
        return set()
    except (ValueError, RecursionError):
        offsets = None
    if not isinstance(offsets, list) or not all(type(offset) is int for offset in offsets):
        raise DamagedError(f"{path} is damaged: move it away, and journal entries that ended a run are tried again")
    return set(offsets)

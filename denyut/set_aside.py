"""Journal entries that ended a run: a mistake of ours must cost those messages, not every start from now on."""

import json
import os
from pathlib import Path

FILE_NAME = "set_aside.json"


class SetAside:
    """Offsets of entries that are rejected whole when they are applied again; kept in the data directory."""

    def __init__(self, data_dir: Path) -> None:
        self._path = data_dir / FILE_NAME
        try:
            self._offsets: set[int] = set(json.loads(self._path.read_text()))
        except FileNotFoundError:
            self._offsets = set()

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

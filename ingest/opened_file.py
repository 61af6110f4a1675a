"""Whether a file that is open is still the one that its name stands for."""

import os
from pathlib import Path


class OpenedFile:
    """SQLite writes on into a file that somebody has removed or replaced, and nobody will ever read that."""

    def __init__(self, path: Path) -> None:
        """To be made as soon as the file is open. Raises OSError."""
        self.path = path
        self._opened = path.stat()

    @property
    def is_in_place(self) -> bool:
        try:
            return os.path.samestat(self.path.stat(), self._opened)
        except OSError:
            return False

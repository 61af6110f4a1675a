"""What of the journal could not be read, and where."""

import logging
from dataclasses import dataclass
from pathlib import Path

LOG = logging.getLogger("denyut.journal")


class JournalDamaged(ValueError):  # noqa: N818 - says what is the case
    """The content of one entry is not what was written."""


@dataclass(frozen=True, slots=True)
class Damage:
    path: Path
    """The file that is damaged, or the one after which entries are missing."""
    reason: str
    first: int | None = None
    """Offset of the first entry lost; None where the file is damaged but each of its entries could be read."""
    last: int | None = None
    """None where nobody can tell."""

    def __str__(self) -> str:
        if self.first is None:
            return f"{self.path}: {self.reason}; all of its entries could still be read"
        return f"{self.path}: {self._entries} lost: {self.reason}"

    @property
    def _entries(self) -> str:
        if self.last is None:
            return f"entries from {self.first} on"
        return f"entry {self.first}" if self.first == self.last else f"entries {self.first} to {self.last}"


def log_damage(damage: Damage) -> None:
    LOG.warning("journal damaged: %s", damage)

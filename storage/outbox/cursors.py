"""How far a sink has come, and what became of the points it has passed."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Cursor:
    part: int
    """The last part passed; they are numbered from 1."""
    passed: int
    """Points up to there, counted from the first that this outbox ever held."""
    written: int = 0
    refused: int = 0
    skipped: int = 0
    """Points appended before the sink existed."""

    @property
    def dropped(self) -> int:
        """Points that were neither written nor refused: the store cannot hold them."""
        return self.passed - self.skipped - self.written - self.refused

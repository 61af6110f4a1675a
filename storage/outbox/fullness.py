"""How much the outbox may hold, and when to say so."""

import logging
from dataclasses import dataclass

LOG = logging.getLogger("denyut.outbox")
WARN_AT = 0.8
WARN_AGAIN_BELOW = 0.7
RELAXED_BELOW = 0.9
_MEMORY_BYTES = 256 << 20
"""Points that wait for the outbox's own thread; more only gather where the disk fails or is far too slow."""


@dataclass(slots=True)
class Fullness:
    max_bytes: int
    has_warned: bool = False

    def fraction(self, on_disk: int) -> float:
        return on_disk / self.max_bytes

    def is_full(self, on_disk: int, in_memory: int) -> bool:
        return on_disk >= self.max_bytes or in_memory >= _MEMORY_BYTES

    def is_relaxed(self, on_disk: int, in_memory: int) -> bool:
        return self.fraction(on_disk) < RELAXED_BELOW and in_memory < _MEMORY_BYTES / 2

    def tell(self, on_disk: int) -> None:
        """A warning each time it grows beyond WARN_AT, unless it has stayed above WARN_AGAIN_BELOW since the last."""
        fraction = self.fraction(on_disk)
        if fraction < WARN_AGAIN_BELOW:
            self.has_warned = False
        elif fraction >= WARN_AT and not self.has_warned:
            self.has_warned = True
            LOG.warning(
                "the outbox is %.0f %% full (%d MiB of points wait for a store); when it is full, reading pauses",
                100 * fraction, on_disk >> 20,
            )  # fmt: skip

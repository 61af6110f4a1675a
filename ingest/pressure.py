"""How hard the intake is pressed, and what to do about it: shed the least important, or leave all with the broker."""

from dataclasses import dataclass
from enum import IntEnum

HOLD_AT, RESUME_AT = 1.0, 0.5
"""Shares of the limit of what may wait in memory."""
LONGEST_SATURATED_S = 5.0
_RISES_AT = (0.5, 0.75)
"""Shares of the limit from which the first and the second level hold."""
_FALLS_BELOW = (0.25, 0.5)


class Level(IntEnum):
    """What may be shed, of the messages at QoS 0; see `Shedder`."""

    NOTHING = 0
    LOW = 1
    """Kinds of low priority."""
    NORMAL = 2
    """Those, and kinds of normal priority."""


@dataclass(slots=True)
class Pressure:
    """It rises at once and falls late, so that it does not swing around a limit."""

    limit_bytes: int
    """Of messages in memory, received and not in the journal yet."""
    level: Level = Level.NOTHING
    holding: bool = False
    """Whether reading is to be paused: the broker keeps what would come."""

    def judge(self, waiting_bytes: int, saturated_for_s: float) -> None:
        """`saturated_for_s`: how long no connection that is read has come to rest, at most."""
        share = waiting_bytes / self.limit_bytes
        self.holding = share >= HOLD_AT or (self.holding and share > RESUME_AT)
        rising = max(_level(share, _RISES_AT), Level(saturated_for_s > LONGEST_SATURATED_S))
        falling = max(_level(share, _FALLS_BELOW), Level(saturated_for_s > 0))
        self.level = max(rising, min(self.level, falling))


def _level(share: float, bounds: tuple[float, float]) -> Level:
    return Level(sum(share >= bound for bound in bounds))

"""How hard the intake is pressed, and what to do about it: shed the least important, or leave all with the broker."""

from dataclasses import dataclass, field
from enum import IntEnum

HOLD_AT, RESUME_AT = 1.0, 0.5
"""Shares of the limit of what may wait in memory."""
LONGEST_SATURATED_S = 5.0
_RISES_AT = (0.5, 0.75)
"""Shares of the limit from which the first and the second level hold."""
_FALLS_BELOW = (0.25, 0.5)
PATIENCE_S = 1.0
"""A disk that stands still for less costs no message: reading pauses, and the sockets hold what comes."""


class Level(IntEnum):
    """What may be shed, of the messages at QoS 0; see `Shedder`."""

    NOTHING = 0
    LOW = 1
    """Kinds of low priority."""
    NORMAL = 2
    """Those, and kinds of normal priority."""


@dataclass(slots=True)
class Pressure:
    """Reading is held at once; a level rises when it lasts and falls late, so that it does not swing around a limit."""

    limit_bytes: int
    """Of messages in memory, received and not in the journal yet."""
    level: Level = Level.NOTHING
    holding: bool = False
    """Whether reading is to be paused: the broker keeps what would come."""
    _since_s: list[float | None] = field(default_factory=lambda: [None for _ in _RISES_AT])
    """Since when each level has been asked for, with no calm of `PATIENCE_S` between."""
    _calm_since_s: float | None = None

    def judge(self, waiting_bytes: int, saturated_for_s: float, now_s: float) -> None:
        """`saturated_for_s`: how long no connection that is read has come to rest, at most; `now_s`: monotonic."""
        share = waiting_bytes / self.limit_bytes
        self.holding = share >= HOLD_AT or (self.holding and share > RESUME_AT)
        rising = max(self._lasting(share, now_s), Level(saturated_for_s > LONGEST_SATURATED_S))
        falling = max(_level(share, _FALLS_BELOW), Level(saturated_for_s > 0))
        self.level = max(rising, min(self.level, falling))

    def _lasting(self, share: float, now_s: float) -> Level:
        """Where reading is held and goes on in turns, pressure comes again and again, and that is one that lasts."""
        calm = share < _FALLS_BELOW[0]
        self._calm_since_s = (now_s if self._calm_since_s is None else self._calm_since_s) if calm else None
        if self._calm_since_s is not None and now_s - self._calm_since_s >= PATIENCE_S:
            self._since_s = [None for _ in _RISES_AT]
        level = Level.NOTHING
        for place, bound in enumerate(_RISES_AT):
            if share >= bound:
                since_s = self._since_s[place] = now_s if self._since_s[place] is None else self._since_s[place]
                level = Level(place + 1) if since_s is not None and now_s - since_s >= PATIENCE_S else level
        return level


def _level(share: float, bounds: tuple[float, float]) -> Level:
    return Level(sum(share >= bound for bound in bounds))

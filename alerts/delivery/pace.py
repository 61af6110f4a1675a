"""When a channel may tell the next notice, and when one that failed is tried again."""

import random
from collections import deque

from config.durations import SECOND_NS

_MINUTE_S = 60.0
_FIRST_NS, _LAST_NS = 2 * SECOND_NS, 600 * SECOND_NS
LONGEST_NS = 2 * 3600 * SECOND_NS
"""No attempt lies further ahead than this, unless somebody has set the clock back meanwhile."""


class Pace:
    """At most so many notices in any 60 seconds."""

    def __init__(self, most_a_minute: int) -> None:
        self._most = most_a_minute
        self._began: deque[float] = deque()

    def room(self, now_s: float) -> int:
        """How many may begin now; monotonic."""
        while self._began and self._began[0] <= now_s - _MINUTE_S:
            self._began.popleft()
        return self._most - len(self._began)

    def begin(self, count: int, now_s: float) -> None:
        self._began.extend([now_s] * count)

    def next_s(self) -> float:
        """When there is room again, where there is none now."""
        return self._began[0] + _MINUTE_S


def retry_delay_ns(attempts: int, asked_s: float | None, uniform: random.Random) -> int:
    """After so many attempts: between half of a ceiling and all of it, which doubles; never before what was asked."""
    ceiling = min(_FIRST_NS << min(attempts - 1, 20), _LAST_NS)
    jittered = round(ceiling * uniform.uniform(0.5, 1.0))
    return jittered if asked_s is None else max(0, round(asked_s * SECOND_NS)) + round(uniform.uniform(0, SECOND_NS))

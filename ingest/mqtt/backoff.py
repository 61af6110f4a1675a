"""How long to wait before the next attempt, so that a city of clients does not return to a broker all at once."""

import random

FLOOR_S = 0.2
CAP_S = 30.0
_FIRST_CEILING_S = 1.0


class Backoff:
    """Capped exponential backoff with full jitter: uniform between FLOOR_S and a ceiling that doubles."""

    def __init__(self, uniform: random.Random | None = None) -> None:
        self._random = uniform or random.Random()  # noqa: S311 - jitter, no secret
        self._ceiling_s = _FIRST_CEILING_S

    def delay_s(self) -> float:
        delay = self._random.uniform(FLOOR_S, self._ceiling_s)
        self._ceiling_s = min(CAP_S, 2 * self._ceiling_s)
        return delay

    def reset(self) -> None:
        self._ceiling_s = _FIRST_CEILING_S

"""How long a sink waits before it tries again, so that many sinks do not return to a server all at once."""

import random

FIRST_S = 0.5
LAST_S = 30.0
_LONGEST_ASKED_S = 300.0
"""A server that asks for more is asked again after this."""


class Backoff:
    def __init__(self, first_s: float = FIRST_S, last_s: float = LAST_S) -> None:
        self._first_s = first_s
        self._last_s = last_s
        self._ceiling_s = first_s
        self._random = random.Random()  # noqa: S311 - jitter, no secret

    def delay_s(self) -> float:
        """Full jitter: uniform between nothing and a ceiling that doubles."""
        delay = self._random.uniform(0.0, self._ceiling_s)
        self._ceiling_s = min(2 * self._ceiling_s, self._last_s)
        return delay

    def longest_s(self) -> float:
        """Until someone has mended something."""
        return self._last_s

    def asked_s(self, retry_after_s: float) -> float:
        """Until the moment a server has named: never before it, unless it is absurdly far."""
        return min(retry_after_s, _LONGEST_ASKED_S) + self._random.uniform(0.0, self._first_s)

    def reset(self) -> None:
        self._ceiling_s = self._first_s

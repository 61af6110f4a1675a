"""How fast messages come, from the counter in successive status reports."""

from collections import deque


class MessageRate:
    """Messages a second over the last `span_s` seconds. Time is given, in seconds of a clock that never steps back."""

    def __init__(self, span_s: float = 5.0) -> None:
        self._span_s = span_s
        self._samples: deque[tuple[float, int]] = deque()

    def observe(self, now_s: float, received: int) -> float | None:
        """The rate up to now; None before there are two samples. A counter that fell (a restart) starts anew."""
        if self._samples and received < self._samples[-1][1]:
            self._samples.clear()
        self._samples.append((now_s, received))
        while len(self._samples) > 2 and now_s - self._samples[1][0] >= self._span_s:
            self._samples.popleft()
        first_s, first = self._samples[0]
        return (received - first) / (now_s - first_s) if now_s > first_s else None

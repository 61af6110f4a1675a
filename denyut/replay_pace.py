"""How fast what was recorded goes through a replay."""

import time


class Pace:
    """By the times that the recording gives."""

    def __init__(self, speed: float | None) -> None:
        """Times the recorded pace; None: no wait."""
        self._speed = speed
        self._began: tuple[float, int] | None = None

    def wait_for(self, time_ns: int) -> None:
        if self._speed is None:
            return
        if self._began is None:
            self._began = time.monotonic(), time_ns
        began_s, first_ns = self._began
        ahead_s = (time_ns - first_ns) / 1e9 / self._speed - (time.monotonic() - began_s)
        if ahead_s > 0:
            time.sleep(ahead_s)

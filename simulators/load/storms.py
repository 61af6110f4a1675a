"""When all connections of a load drop at once, and how long they need to be back."""

from dataclasses import dataclass


@dataclass(slots=True)
class Storm:
    """`began_s`: since the load began."""

    began_s: float
    connections: int
    failures: int = 0
    """Attempts that the broker refused, or did not answer."""
    back_s: float | None = None
    """Until every connection had its session again; None: not all of them had when the load ended."""

    @property
    def connects_a_second(self) -> float:
        return self.connections / self.back_s if self.back_s else 0.0


class Storms:
    """One every so often; the next begins no sooner than all are back."""

    def __init__(self, every_s: float | None) -> None:
        self.passed: list[Storm] = []
        self._every_s = every_s
        self._next_s = every_s or 0.0
        self._failures_before = 0

    @property
    def expected(self) -> bool:
        return self._every_s is not None

    def breaks_out(self, now_s: float, until_s: float, connections: int, failures: int) -> bool:
        """Whether one begins now, all being connected: none does after `until_s`. `failures` of the load so far."""
        if self._every_s is None or not self._next_s <= now_s < until_s:
            return False
        self._next_s = (now_s // self._every_s + 1) * self._every_s
        self._failures_before = failures
        self.passed.append(Storm(now_s, connections))
        return True

    def note(self, now_s: float, *, over: bool, failures: int) -> None:
        """How the last one stands; before the first there is nothing to note."""
        if self.passed and self.passed[-1].back_s is None:
            self.passed[-1].failures = failures - self._failures_before
            if over:
                self.passed[-1].back_s = now_s - self.passed[-1].began_s

"""Alerts that begin and end again and again: told once as flapping, then no more until they are calm.

As Nagios and Kapacitor do it, with two limits, so that flapping itself does not flap: it begins at `changes` beginnings
and ends within `within`, and is over when fewer than half as many remain.
"""

from collections import deque
from typing import Any

from alerts.assets import Asset
from config.duty import Flapping as FlappingSettings

Key = tuple[str, Asset]
"""(rule, asset)."""


class Flapping:
    """Times given must not step back."""

    def __init__(self, settings: FlappingSettings) -> None:
        self._changes = settings.changes
        self._within_ns = settings.within
        self._calm = (settings.changes + 1) // 2
        """So many keep it flapping."""
        self._times: dict[Key, deque[int]] = {}
        """The newest changes of each, at most `changes`; whose newest is older stands before."""
        self._calm_ns: dict[Key, int] = {}
        """Of those that flap: when it will be over, if nothing changes again."""
        self._untold: set[Key] = set()
        """Those of which nobody could be told that they flap, because something else muted them."""

    def __len__(self) -> int:
        """How many flap."""
        return len(self._calm_ns)

    def note(self, key: Key, at_ns: int) -> bool:
        """An alert has begun or ended; whether it begins to flap with this."""
        times = self._times.pop(key, None) or deque(maxlen=self._changes)
        times.append(at_ns)
        self._times[key] = times
        begins = key not in self._calm_ns and len(times) == self._changes and at_ns - times[0] < self._within_ns
        if begins or key in self._calm_ns:
            self._calm_ns[key] = times[-min(self._calm, len(times))] + self._within_ns
        if begins:
            self._untold.add(key)
        return begins

    def is_untold(self, key: Key) -> bool:
        """It flaps, and nobody has been told."""
        return key in self._untold

    def told(self, key: Key) -> None:
        self._untold.discard(key)

    def is_flapping(self, key: Key) -> bool:
        return key in self._calm_ns

    def advance(self, now_ns: int) -> list[Key]:
        """Those that are calm now, the first to become so before."""
        calm = sorted((at_ns, key) for key, at_ns in self._calm_ns.items() if at_ns <= now_ns)
        for _, key in calm:
            del self._calm_ns[key]
            self._untold.discard(key)
        self._forget(now_ns)
        return [key for _, key in calm]

    def next_due_ns(self) -> int | None:
        return min(self._calm_ns.values(), default=None)

    def describe(self) -> dict[str, Any]:
        """As `restore` takes it."""
        return {
            "times": [[rule, list(asset), list(times)] for (rule, asset), times in self._times.items()],
            "calm": [[rule, list(asset), at_ns] for (rule, asset), at_ns in sorted(self._calm_ns.items())],
            "untold": [[rule, list(asset)] for rule, asset in sorted(self._untold)],
        }

    def restore(self, saved: dict[str, Any]) -> None:
        """With fewer `changes` than before, an alert that had more begins to flap at its next one."""
        self._times = {
            (rule, Asset(*asset)): deque(times, maxlen=self._changes) for rule, asset, times in saved["times"]
        }
        self._calm_ns = {(rule, Asset(*asset)): at_ns for rule, asset, at_ns in saved["calm"]}
        self._untold = {(rule, Asset(*asset)) for rule, asset in saved["untold"]}

    def _forget(self, now_ns: int) -> None:
        while self._times:
            key = next(iter(self._times))
            if self._times[key][-1] > now_ns - self._within_ns:
                return
            del self._times[key]

"""So much may disturb an officer; what is beyond comes together, as a digest. Nothing is dropped."""

from collections import Counter, deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec
import numpy as np

from alerts.book import Alert
from alerts.consequences import Card, Count, Reason
from config.duty import Budget as BudgetSettings
from processors.checkpoints.arrays import pack_inline, unpack_inline

MOST_CARDS = 20
MOST_COUNTS = 50
_CALLS = {Reason.FIRING, Reason.ESCALATED, Reason.ASSIGNED}
"""Somebody is asked to do something."""


@dataclass(frozen=True, slots=True)
class Digest:
    officer: str
    severity: str
    counts: tuple[Count, ...]
    """The largest first, at most 50."""
    cards: tuple[Card, ...]
    """The first of them, at most 20."""
    alerts: tuple[int, ...]
    """Numbers of all of them, ascending."""
    office: str = ""
    """That answers for the first of them."""


@dataclass(slots=True)
class _Waiting:
    due_ns: int
    office: str
    cards: list[Card] = field(default_factory=list)
    counts: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    """By (reason, rule, zone)."""
    alerts: list[np.ndarray[tuple[int], np.dtype[np.int64]]] = field(default_factory=list)


_Whom = tuple[str, str]
"""(officer, severity)."""


class Budget:
    """Times given must not step back. A storm costs eight bytes for each alert and officer."""

    def __init__(self, settings: BudgetSettings) -> None:
        self._settings = settings
        self._spent: dict[_Whom, deque[int]] = {}
        """When the notices of the last `within` went out."""
        self._waiting: dict[_Whom, _Waiting] = {}

    def take(
        self,
        officer: str,
        severity: str,
        reason: Reason,
        alerts: Sequence[Alert],
        cards: Sequence[Card],
        now_ns: int,
    ) -> bool:
        """Whether a notice of these goes out now; else it is part of the next digest. `cards`: those of the first."""
        whom = officer, severity
        spent = self._spent.setdefault(whom, deque())
        while spent and spent[0] <= now_ns - self._settings.within:
            spent.popleft()
        # The end of what waits in a digest would come before its beginning.
        is_in_turn = reason in _CALLS or whom not in self._waiting
        if is_in_turn and len(spent) < self._settings.notices:
            spent.append(now_ns)
            return True
        waiting = self._waiting.setdefault(whom, _Waiting(now_ns + self._settings.digest_every, alerts[0].office))
        waiting.cards += cards[: MOST_CARDS - len(waiting.cards)]
        waiting.counts.update((reason.value, alert.rule, alert.asset.zone) for alert in alerts)
        waiting.alerts.append(np.array([alert.number for alert in alerts], np.int64))
        return False

    def advance(self, now_ns: int) -> list[Digest]:
        """Those that are due, by officer and severity."""
        due = sorted(whom for whom, waiting in self._waiting.items() if waiting.due_ns <= now_ns)
        return [_digest(whom, self._waiting.pop(whom)) for whom in due]

    def next_due_ns(self) -> int | None:
        return min((waiting.due_ns for waiting in self._waiting.values()), default=None)

    def describe(self) -> dict[str, Any]:
        """As `restore` takes it."""
        return {
            "spent": [[*whom, list(times)] for whom, times in sorted(self._spent.items()) if times],
            "waiting": [
                [
                    *whom,
                    waiting.due_ns,
                    [msgspec.to_builtins(card) for card in waiting.cards],
                    [[*key, count] for key, count in sorted(waiting.counts.items())],
                    pack_inline(_joined(waiting)),
                    waiting.office,
                ]
                for whom, waiting in sorted(self._waiting.items())
            ],
        }

    def restore(self, saved: dict[str, Any]) -> None:
        self._spent = {(officer, severity): deque(times) for officer, severity, times in saved["spent"]}
        for officer, severity, due_ns, cards, counts, alerts, *office in saved["waiting"]:
            self._waiting[officer, severity] = _Waiting(
                due_ns,
                # Formerly it was not kept.
                office[0] if office else "",
                msgspec.convert(cards, list[Card]),
                Counter({(reason, rule, zone): count for reason, rule, zone, count in counts}),
                [unpack_inline(alerts)],
            )


def _joined(waiting: _Waiting) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """(n,) ascending, each once."""
    return np.unique(np.concatenate(waiting.alerts))


def _digest(whom: _Whom, waiting: _Waiting) -> Digest:
    largest = sorted(waiting.counts.items(), key=lambda each: (-each[1], each[0]))[:MOST_COUNTS]
    counts = tuple(Count(Reason(reason), rule, zone, count) for (reason, rule, zone), count in largest)
    return Digest(*whom, counts, tuple(waiting.cards), tuple(_joined(waiting).tolist()), waiting.office)

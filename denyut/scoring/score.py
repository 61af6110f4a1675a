"""How what a run made of a simulation stands to what was true."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from config.durations import SECOND_NS
from config.settings import Settings
from denyut.scoring.messages import MessageScore, score_messages
from denyut.scoring.truth import Truth
from denyut.scoring.windows import WindowScore, score_windows
from storage.store import Store

SLACK_NS = 5 * SECOND_NS
"""So long after it was sent a message reaches the run at most, as long as the run is there."""


@dataclass(frozen=True, slots=True)
class Score:
    messages: MessageScore
    readings: dict[str, int]
    """Fault -> readings that it befell."""
    windows: dict[str, WindowScore]
    """By size."""

    @property
    def clocks_contained(self) -> bool:
        """No window of a device whose clock is right has a reading too many, too few or of another."""
        return all(each.holds for each in self.windows.values())

    @property
    def holds(self) -> bool:
        """Nothing lost, nothing double, every window exact."""
        return self.messages.holds and self.clocks_contained


def score(
    truth: Truth, status: Mapping[str, Any], store: Store, settings: Settings, until_ns: int, away_ns: int = 0
) -> Score:
    """`until_ns`: windows that end later are not judged, they may still be open. May raise StoreError.

    `away_ns`: how long the run was not there at a time.
    """
    slack_ns = SLACK_NS + away_ns
    messages = score_messages(truth, status, settings, slack_ns)
    return Score(messages, _befallen(truth), score_windows(truth, store, settings, until_ns, slack_ns))


def _befallen(truth: Truth) -> dict[str, int]:
    counts: Counter[str] = Counter()
    for each in truth.kinds:
        met = np.bincount(each.faults.number, minlength=len(each.faults.names)).tolist()
        for names, number in zip(each.faults.names, met, strict=True):
            counts.update(dict.fromkeys(names.split(), number))
    return dict(sorted(counts.items()))

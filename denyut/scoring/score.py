"""How what a run made of a simulation stands to what was true."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from config.settings import Settings
from denyut.scoring.alerts import AlertScore, EventScore, score_alerts, score_events, told
from denyut.scoring.coverage import CoverageScore, score_coverage
from denyut.scoring.figures import Agreement, FigureScore, compare, score_figures
from denyut.scoring.messages import SLACK_NS, MessageScore, score_messages
from denyut.scoring.true_city import as_arrived, true_city
from denyut.scoring.truth import Truth
from denyut.scoring.watched import watched_by
from denyut.scoring.windows import WindowScore, score_windows
from storage.store import Store

MEASUREMENTS = ("window", "indicator", "alert")


@dataclass(slots=True)
class Score:
    messages: MessageScore
    readings: dict[str, int]
    """Fault -> readings that it befell."""
    windows: dict[str, WindowScore]
    """By size."""
    coverage: CoverageScore
    was_away: bool
    """Then the broker may have sent messages again."""
    again: dict[str, Agreement] | None = None
    """By measurement: what was written, against what the run's journal gives again. None: it was not compared."""
    unjudged: str = ""
    """Why it could not be, of a run that keeps a journal; empty: it was compared, or nobody asked, or there is none."""
    quick: bool = False
    """It was not asked for."""
    figures: dict[str, FigureScore] = field(default_factory=dict)
    """By indicator: how far faults have moved it."""
    alerts: dict[str, AlertScore] = field(default_factory=dict)
    """By rule."""
    events: list[EventScore] = field(default_factory=list)

    @property
    def clocks_contained(self) -> bool:
        """No window of a device whose clock is right has a reading too many, too few or of another."""
        return all(each.holds for each in self.windows.values())

    @property
    def holds(self) -> bool:
        """Nothing lost, nothing double, all windows exact, all that was written follows from what arrived."""
        once = self.was_away or not self.messages.again
        written = not self.unjudged and all(each.holds for each in (self.again or {}).values())
        return self.messages.holds and once and self.clocks_contained and self.coverage.holds and written


def score(
    truth: Truth, status: Mapping[str, Any], store: Store, settings: Settings, until_ns: int, away_ns: int = 0
) -> Score:
    """`until_ns`: windows that end later are not judged, they may still be open. May raise StoreError.

    `away_ns`: how long the run was not there at a time.
    """
    slack_ns = SLACK_NS + away_ns
    return Score(
        messages=score_messages(truth, status, settings, away_ns),
        readings=_befallen(truth),
        windows=score_windows(truth, store, settings, until_ns, slack_ns),
        coverage=score_coverage(truth, store, settings, until_ns, slack_ns),
        was_away=away_ns > 0,
    )


def add_what_was_written(
    result: Score, truth: Truth, store: Store, settings: Settings, until_ns: int, journal: Path
) -> None:
    """Whether it follows from the messages that arrived. Raises what a replay of a journal raises, and StoreError."""
    city = str(truth.about["city"])
    with as_arrived(journal, settings) as (again, replay):
        result.unjudged = _what_is_wrong(replay.status["received"], replay.entries_lost, result.messages)
        if not result.unjudged:
            result.again = {name: compare(store, again, name, city, truth.start_ns, until_ns) for name in MEASUREMENTS}


def add_that_the_journal_is_gone(result: Score) -> None:
    """Of a run that has kept one."""
    result.unjudged = _what_is_wrong(0, 0, result.messages)


def _what_is_wrong(held: int, entries_lost: int, messages: MessageScore) -> str:
    """With a journal that holds so many messages, of a run that has received `messages`; empty: nothing."""
    received = messages.received + messages.ghosts
    if held > received:
        return f"the journal has {held:,} messages, and the run has received {received:,}"
    if held == received and not entries_lost:
        return ""
    lost = f", entries lost: {entries_lost:,}" if entries_lost else ""
    return f"the journal has {held:,} of {received:,} messages{lost}"


def add_true_city(result: Score, truth: Truth, store: Store, settings: Settings, until_ns: int) -> None:
    """What would have been said without any fault. Raises the same."""
    city = str(truth.about["city"])
    # A run may go on for days after its simulation, and a replay ends with the month.
    until_ns = min(until_ns, truth.end_ns + max((window.size for window in settings.windows.sizes), default=0))
    with true_city(truth, settings, until_ns) as true:
        result.figures = score_figures(store, true, city, truth.start_ns, until_ns)
        # Once nothing is sent any more, all fall silent, which is true of no city.
        said, truly = (told(each, city, truth.start_ns, min(until_ns, truth.end_ns)) for each in (store, true))
    result.alerts = score_alerts(said, truly, truth.kinds)
    result.events = score_events(truth.events, said, truly, truth.kinds, watched_by(settings.rules))


def _befallen(truth: Truth) -> dict[str, int]:
    counts: Counter[str] = Counter()
    for each in truth.kinds:
        met = np.bincount(each.faults.number, minlength=len(each.faults.names)).tolist()
        for names, number in zip(each.faults.names, met, strict=True):
            counts.update(dict.fromkeys(names.split(), number))
    return dict(sorted(counts.items()))

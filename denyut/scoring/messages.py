"""How the ledger of a run stands to what the truth says of each message."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from config.durations import SECOND_NS
from config.settings import Settings
from denyut.scoring.expected_ledger import NONE, ExpectedLedger, expected_ledger
from denyut.scoring.truth import Truth
from ingest.reasons import Reason


@dataclass(frozen=True, slots=True)
class MessageScore:
    sent: int
    received: int
    ghosts: int
    """What the broker had kept, handed over beside them."""
    again: int
    """Received beyond what was sent: the broker sends again what it knows no receipt of."""
    others: int
    """Of them: those that were neither duplicates nor rejected as messages of the simulation are, so none of its."""
    lost: int
    """Not received, or not taken in although it should have been."""
    double: int
    """Taken in although it should not have been."""
    misjudged: int
    """Duplicates and rejections that should not have been, by their reason."""
    outcomes: dict[str, tuple[int, int, int]]
    """Found, and the least and most that the truth allows."""

    @property
    def holds(self) -> bool:
        return not (self.lost or self.double or self.misjudged)


SLACK_NS = 5 * SECOND_NS
"""So long after it was sent a message reaches the run at most, as long as the run is there."""


def score_messages(truth: Truth, status: Mapping[str, Any], settings: Settings, away_ns: int) -> MessageScore:
    """`away_ns`: how long the run was not there at a time."""
    expected = expected_ledger(truth, settings, SLACK_NS + away_ns)
    rejected: dict[str, int] = dict(status["rejected"])
    # What the broker kept of a message is handed over beside the message itself, at every subscription.
    ghosts = rejected.pop(Reason.RETAINED, 0)
    sent, received = int(truth.about["messages"]), int(status["received"]) - ghosts
    again = max(0, received - sent)
    duplicate = int(status["duplicate"])
    outcomes = {
        "accepted": (int(status["accepted"]), expected.accepted),
        "late": (int(status["late"]), expected_ledger(truth, settings, SECOND_NS + away_ns).late),
        "duplicate": (duplicate - min(again, expected.duplicate.over(duplicate)), expected.duplicate),
        **{
            reason.value: (rejected.get(reason, 0), expected.rejected.get(reason, NONE))
            for reason in Reason
            if reason in rejected or expected.rejected.get(reason, NONE).most
        },
    }
    short = {name: each.short(found) for name, (found, each) in outcomes.items()}
    over = {name: each.over(found) for name, (found, each) in outcomes.items()}
    return MessageScore(
        sent=sent,
        received=received,
        ghosts=ghosts,
        again=again,
        others=max(0, again - _repeated(duplicate, rejected, expected)),
        lost=max(0, sent - received, sum(short.values()) - short["late"] - short["duplicate"]),
        double=over["accepted"],
        misjudged=sum(over.values()) - over["accepted"] - over["late"],
        outcomes={name: (found, each.least, each.most) for name, (found, each) in outcomes.items()},
    )


def _repeated(duplicate: int, rejected: Mapping[str, int], expected: ExpectedLedger) -> int:
    """At most so many of the messages may have come before: what is rejected once is rejected again."""
    rejections = (
        max(0, rejected.get(reason.value, 0) - each.least) for reason, each in expected.rejected.items() if each.most
    )
    return max(0, duplicate - expected.duplicate.least) + sum(rejections)

"""How what a run made of a simulation stands to what was true: messages, and the windows of each device."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from config.default_kinds import effective_kinds
from config.durations import SECOND_NS, format_duration
from config.settings import Settings
from denyut.expected_ledger import NONE, ExpectedLedger, expected_ledger
from denyut.expected_windows import Expected, expected_windows
from denyut.truth import Readings, Truth
from ingest.reasons import Reason
from storage.store import Query, Store

_CLOCKS = ("clock_offset", "clock_drift", "clock_jump")
SLACK_NS = 5 * SECOND_NS
"""So long after it was sent a message reaches the run at most."""
_TOLERANCE = 1e-9
"""Relative, of a mean: sums are taken in another order."""


@dataclass(slots=True)
class WindowScore:
    """Of the windows of devices whose clocks are right: nobody else's clock may have touched them."""

    expected: int = 0
    exact: int = 0
    missing: int = 0
    wrong_count: int = 0
    wrong_mean: int = 0
    unexpected: int = 0
    """There is a window in which nothing was sent."""
    worst: float = 0.0
    """Largest relative error of a mean."""


@dataclass(frozen=True, slots=True)
class MessageScore:
    sent: int
    received: int
    again: int
    """Received beyond what was sent: the broker sends again what it knows no receipt of."""
    lost: int
    """Not received, or not taken in although it should have been."""
    double: int
    """Taken in although it should not have been."""
    misjudged: int
    """Duplicates and rejections that should not have been, by their reason."""
    outcomes: dict[str, tuple[int, int, int]]
    """Found, and the least and most that the truth allows."""


@dataclass(slots=True)
class Score:
    messages: MessageScore
    readings: dict[str, int] = field(default_factory=dict)
    """Fault -> readings that it befell."""
    windows: dict[str, WindowScore] = field(default_factory=dict)
    """By size."""

    @property
    def holds(self) -> bool:
        """Nothing lost, nothing double, every window exact."""
        messages = self.messages
        whole = not (messages.lost or messages.double or messages.misjudged or messages.again)
        return whole and all(each.exact == each.expected and not each.unexpected for each in self.windows.values())


def score(truth: Truth, status: Mapping[str, Any], store: Store, settings: Settings, until_ns: int) -> Score:
    """`until_ns`: windows that end later are not judged, they may still be open. May raise StoreError."""
    expected_now = expected_ledger(truth, settings, SLACK_NS)
    result = Score(_messages(truth, status, expected_now), _befallen(truth))
    closing_ns = settings.windows.delay + settings.windows.lateness
    kinds = effective_kinds(settings)
    for window in settings.windows.sizes:
        if window.hop not in (None, window.size):
            continue
        judged = result.windows.setdefault(format_duration(window.size), WindowScore())
        for readings in truth.kinds:
            if not window.kinds or readings.kind in window.kinds:
                quantities = kinds[readings.kind].quantities if readings.kind in kinds else {}
                expected = expected_windows(readings, window.size, closing_ns, until_ns, quantities)
                where = (("city", str(truth.about["city"])), ("kind", readings.kind))
                query = Query(
                    "window",
                    (*where, ("size", format_duration(window.size))),
                    from_ns=int(truth.about["start_ns"]),
                    to_ns=until_ns + 1,
                )
                found = {(row.tags["device"], row.time_ns): row.fields for row in store.query(query)}
                _judge(expected, found, _with_wrong_clock(readings), judged)
    return result


def _messages(truth: Truth, status: Mapping[str, Any], expected: ExpectedLedger) -> MessageScore:
    sent, received = int(truth.about["messages"]), int(status["received"])
    again = max(0, received - sent)
    rejected: dict[str, int] = dict(status["rejected"])
    outcomes = {
        "accepted": (int(status["accepted"]), expected.accepted),
        "late": (int(status["late"]), expected.late),
        "duplicate": (int(status["duplicate"]) - again, expected.duplicate),
        **{reason: (count, expected.rejected.get(Reason(reason), NONE)) for reason, count in rejected.items()},
        **{
            reason.value: (0, each)
            for reason, each in expected.rejected.items()
            if each.most and reason not in rejected
        },
    }
    short = {name: each.short(found) for name, (found, each) in outcomes.items()}
    over = {name: each.over(found) for name, (found, each) in outcomes.items()}
    return MessageScore(
        sent=sent,
        received=received,
        again=again,
        lost=max(0, sent - received, sum(short.values()) - short["late"] - short["duplicate"]),
        double=over["accepted"],
        misjudged=sum(over.values()) - over["accepted"] + short["late"],
        outcomes={name: (found, each.least, each.most) for name, (found, each) in outcomes.items()},
    )


def _befallen(truth: Truth) -> dict[str, int]:
    counts: Counter[str] = Counter()
    for each in truth.kinds:
        for names, number in zip(*np.unique(each.faults, return_counts=True), strict=True):
            counts.update(dict.fromkeys(str(names).split(), int(number)))
    return dict(sorted(counts.items()))


def _with_wrong_clock(readings: Readings) -> set[str]:
    return {*readings.device[np.any([readings.has(fault) for fault in _CLOCKS], axis=0)].tolist()}


def _judge(
    expected: Expected, found: Mapping[tuple[str, int], Mapping[str, float]], wrong: set[str], judged: WindowScore
) -> None:
    for place, quantities in expected.sums.items():
        if place[0] in wrong:
            continue
        judged.expected += 1
        if place in found:
            _compare(quantities, found[place], judged)
        else:
            judged.missing += 1
    judged.unexpected += sum(place not in expected.possible and place[0] not in wrong for place in found)


def _compare(
    quantities: Mapping[str, tuple[int, float | None]], fields: Mapping[str, float], judged: WindowScore
) -> None:
    if any(fields.get(f"{name}_count") != count for name, (count, _) in quantities.items()):
        judged.wrong_count += 1
        return
    means = [(fields.get(f"{name}_mean", np.nan), mean) for name, (_, mean) in quantities.items() if mean is not None]
    errors = [abs(got - mean) / max(abs(mean), 1.0) for got, mean in means]
    judged.worst = float(np.max([judged.worst, *errors]))
    if all(error <= _TOLERANCE for error in errors):
        judged.exact += 1
    else:
        judged.wrong_mean += 1

"""What the ledger of a run should say of a simulation: computed from its ground truth alone, message by message.

A message arrives between its time of sending and `slack_ns` later, which the truth does not know. What becomes of it
may depend on that, so each count has bounds; they are equal but for messages near a border.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from config.default_kinds import effective_kinds
from config.settings import Kind, Quantity, Settings
from denyut.scoring.truth import IntArray, Readings, Truth
from ingest.reasons import Reason
from processors.ranges import without_implausible
from processors.window_plan import WindowPlan, plan_of
from simulators.faults.malformed import REASONS as SORT_REASONS

NEVER_NS = -(2**62)
_UNCONFIGURED = Kind()


class Fate(IntEnum):
    """Of a reading. The smallest of its readings is the message's, but for what breaks all of it.

    The processors have an order of their own for theirs: a score that took it over could not find a mistake in it.
    """

    ACCEPTED = 0
    LATE = 1
    DUPLICATE = 2
    TOO_LATE = 3
    TIME_AHEAD = 4
    OUT_OF_RANGE = 5
    NO_QUANTITY = 6
    INVALID_JSON = 7
    NOT_UTF8 = 8
    NUMBER_OUT_OF_RANGE = 9
    NUMBER_IN_STRING = 10
    EMPTY_PAYLOAD = 11
    NESTED_TOO_DEEPLY = 12
    TOO_MANY_FIELDS = 13
    DUPLICATE_KEY = 14
    NOT_AN_OBJECT = 15


REASONS = {fate: Reason[fate.name] for fate in Fate if fate > Fate.DUPLICATE}
Fates = NDArray[np.int8]


@dataclass(frozen=True, slots=True)
class Bounds:
    least: int
    most: int

    def short(self, found: int) -> int:
        return max(0, self.least - found)

    def over(self, found: int) -> int:
        return max(0, found - self.most)


NONE = Bounds(0, 0)


@dataclass(frozen=True, slots=True)
class ExpectedLedger:
    accepted: Bounds
    late: Bounds
    """Of the accepted."""
    duplicate: Bounds
    rejected: dict[Reason, Bounds]


def expected_ledger(truth: Truth, settings: Settings, slack_ns: int) -> ExpectedLedger:
    kinds = effective_kinds(settings)
    pairs: Counter[tuple[int, int]] = Counter()
    for readings in truth.kinds:
        quantities = kinds.get(readings.kind, _UNCONFIGURED).quantities
        early, late = (
            _messages(
                readings, fates_of(readings, settings, quantities, int(truth.about["start_ns"]), slack_ns, arrives)
            )
            for arrives in (0, slack_ns)
        )
        both, counts = np.unique(np.stack([early, late]), axis=1, return_counts=True)
        pairs.update(dict(zip(map(tuple, both.T.tolist()), counts.tolist(), strict=True)))
    return ExpectedLedger(
        accepted=_bounds(pairs, Fate.ACCEPTED, Fate.LATE),
        late=_bounds(pairs, Fate.LATE, Fate.LATE),
        duplicate=_bounds(pairs, Fate.DUPLICATE, Fate.DUPLICATE),
        rejected={reason: _bounds(pairs, fate, fate) for fate, reason in REASONS.items()},
    )


def _bounds(pairs: Mapping[tuple[int, int], int], first: Fate, last: Fate) -> Bounds:
    """Of messages whose fate is one of those from `first` to `last`; a border between two fates may be passed."""
    least = sum(count for pair, count in pairs.items() if min(pair) >= first and max(pair) <= last)
    most = sum(count for pair, count in pairs.items() if min(pair) <= last and max(pair) >= first)
    return Bounds(least, most)


def _messages(readings: Readings, fates: Fates) -> Fates:
    """(m,) of each message, in the order of their numbers."""
    rows = np.flatnonzero(readings.sent)
    _, message = np.unique(readings.message[rows], return_inverse=True)
    best = np.full(int(message.max(initial=-1)) + 1, max(Fate), np.int8)
    np.minimum.at(best, message, fates[rows])
    broken = fates[rows] >= Fate.INVALID_JSON
    best[message[broken]] = fates[rows[broken]]
    return best


def fates_of(
    readings: Readings,
    settings: Settings,
    quantities: Mapping[str, Quantity],
    start_ns: int,
    slack_ns: int,
    arrives_ns: int,
) -> Fates:
    """(n,) where everything arrives so long after it was sent; of what never was they mean nothing."""
    received_ns = readings.sent_ns + arrives_ns
    fates = np.full(len(readings.stated_ns), Fate.ACCEPTED, np.int8)
    plan = plan_of(settings.windows.sizes, readings.kind, settings.windows.civil, ZoneInfo(settings.city.timezone))
    if plan is not None:
        # Windows close at the clock's ticks, a little after their time.
        closed_ns = received_ns - settings.windows.delay - (slack_ns - arrives_ns)
        if not arrives_ns:
            closed_ns = np.where(received_ns < start_ns + slack_ns, NEVER_NS, closed_ns)
        fates[_is_late(readings.stated_ns, plan, closed_ns)] = Fate.LATE
        fates[_is_too_late(readings.stated_ns, plan, closed_ns, settings.windows.lateness)] = Fate.TOO_LATE
    fates[readings.stated_ns > received_ns + settings.windows.ahead] = Fate.TIME_AHEAD
    _judge_values(readings, quantities, fates)
    for sort, reason in SORT_REASONS.items():
        fates[readings.has(f"malformed:{sort}")] = Fate[reason.name]
    fates[_repeats(readings, fates)] = Fate.DUPLICATE
    return fates


def _is_late(time_ns: IntArray, plan: WindowPlan, closed_ns: IntArray) -> NDArray[np.bool_]:
    sealed_ns = closed_ns // plan.pane_ns * plan.pane_ns
    first_ends = [shape.first_end(time_ns) for shape in plan.fixed] + [shape.last_end(time_ns) for shape in plan.civil]
    late: NDArray[np.bool_] = np.any([end_ns <= sealed_ns for end_ns in first_ends], axis=0)
    return late


def _is_too_late(time_ns: IntArray, plan: WindowPlan, closed_ns: IntArray, lateness_ns: int) -> NDArray[np.bool_]:
    gone_ns = closed_ns // plan.pane_ns * plan.pane_ns - lateness_ns
    gone: NDArray[np.bool_] = np.all([shape.last_end(time_ns) <= gone_ns for shape in plan.shapes], axis=0)
    return gone


def _judge_values(readings: Readings, quantities: Mapping[str, Quantity], fates: Fates) -> None:
    names = list(readings.said)
    said = np.stack([readings.said[name] for name in names])
    plausible, _ = without_implausible(names, said, quantities)
    absent, emptied = np.isnan(said).all(axis=0), np.isnan(plausible).all(axis=0)
    # One level deeper they have other names, of which nobody knows a range.
    fates[emptied & ~absent & ~readings.has("changed_shape")] = Fate.OUT_OF_RANGE
    fates[absent] = Fate.NO_QUANTITY


def _repeats(readings: Readings, fates: Fates) -> NDArray[np.bool_]:
    """(n,) of readings that were taken in before."""
    judged = np.flatnonzero(readings.sent & (fates <= Fate.TOO_LATE))
    same = (readings.device.number[judged], readings.stated_ns[judged], readings.sequence[judged])
    order = np.lexsort((readings.message[judged], *same))
    changes = np.any([np.diff(column[order], prepend=column[order[:1]]) != 0 for column in same], axis=0)
    reading = np.cumsum(changes)
    taken = fates[judged[order]] <= Fate.LATE
    before: IntArray = np.cumsum(taken) - taken
    before -= before[np.searchsorted(reading, reading)]
    repeats = np.zeros(len(fates), np.bool_)
    repeats[judged[order[before > 0]]] = True
    return repeats

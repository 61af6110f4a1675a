"""What events do to car parks: crowds come and leave, a closure sends everybody away and lets nobody in."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from config.civil_time import DAY_NS, HOUR_NS
from simulators.conditions import Conditions
from simulators.draws import FloatArray
from simulators.parking_fill import Passed, passed, popularity_on

IntArray = NDArray[np.int64]
Site = dict[str, FloatArray]
_CLEARS_NS = HOUR_NS // 4
"""How long the last vehicle takes to leave, and after it opens again the car park to fill."""


@dataclass(frozen=True, slots=True)
class _Closure:
    """Of (r,) rows; times in ns of the city's clock."""

    rows: IntArray
    begin_ns: IntArray
    end_ns: IntArray

    def gone(self, time_ns: IntArray) -> FloatArray:
        return np.clip((time_ns - self.begin_ns) / _CLEARS_NS, 0.0, 1.0)

    def back(self, time_ns: IntArray) -> FloatArray:
        return np.clip((time_ns - self.end_ns) / _CLEARS_NS, 0.0, 1.0)


def crowd(conditions: Conditions, before_ns: IntArray | int = 0) -> FloatArray | float:
    """(n,) share of the spaces that those take who came for an event, so long before."""
    return conditions.felt("crowd_came", 0.0, before_ns) - conditions.felt("crowd_left", 0.0, before_ns)


def still_open(conditions: Conditions, usual: FloatArray) -> FloatArray:
    """(n,) what a car park says of being open; one that was closed once says it from then on."""
    said = usual.copy()
    for closure in _closures(conditions):
        now_ns = conditions.civil_ns[closure.rows]
        opened = np.where(np.isnan(said[closure.rows]), 1.0, said[closure.rows]) * (now_ns >= closure.end_ns)
        said[closure.rows] = np.where(now_ns >= closure.begin_ns, opened, said[closure.rows])
    return said


def still_there(conditions: Conditions) -> FloatArray | float:
    """(n,) share of what stands there usually that a closure has left there."""
    if conditions.surroundings is None:
        return 1.0
    share = np.ones(len(conditions.civil_ns))
    for closure in _closures(conditions):
        now_ns = conditions.civil_ns[closure.rows]
        share[closure.rows] *= 1.0 - closure.gone(now_ns) + closure.back(now_ns)
    return share


def befallen(
    usual: Passed, conditions: Conditions, site: Site, midnight_ns: IntArray, since_ns: IntArray, spells: IntArray
) -> Passed:
    """What passed until `since_ns` after a midnight, (n,) ns of the city's clock, with the events of that time."""
    for closure in _closures(conditions):
        usual = _closed(usual, closure, conditions, site, midnight_ns, since_ns, spells)
    then_ns, at_midnight_ns = conditions.civil_ns - midnight_ns - since_ns, conditions.civil_ns - midnight_ns
    came_before = conditions.felt("crowd_came", 0.0, at_midnight_ns)
    left_before = conditions.felt("crowd_left", 0.0, at_midnight_ns)
    return Passed(
        usual.stood + (came_before - left_before),
        usual.came + (conditions.felt("crowd_came", 0.0, then_ns) - came_before),
        usual.left + (conditions.felt("crowd_left", 0.0, then_ns) - left_before),
    )


def _closed(
    usual: Passed,
    closure: _Closure,
    conditions: Conditions,
    site: Site,
    midnight_ns: IntArray,
    since_ns: IntArray,
    spells: IntArray,
) -> Passed:
    rows = closure.rows
    midnight_ns, since_ns, spells = midnight_ns[rows], since_ns[rows], spells[rows]
    now_ns = midnight_ns + since_ns
    shuts_ns = np.clip(closure.begin_ns - midnight_ns, 0, DAY_NS)
    opens_ns = np.clip(closure.end_ns - midnight_ns, 0, DAY_NS)
    popularity = popularity_on(midnight_ns // DAY_NS, site["popularity"][rows], conditions.draws.key[rows])
    shut, opened = (passed(site["land_use"][rows], popularity, spells, ns / HOUR_NS) for ns in (shuts_ns, opens_ns))
    at_begin, at_end = (_inside(conditions, site, rows, ns) for ns in (closure.begin_ns, closure.end_ns))
    gone, gone_before = closure.gone(now_ns), closure.gone(midnight_ns)
    back, back_before = closure.back(now_ns), closure.back(midnight_ns)

    def halted(flow: FloatArray, until_shut: FloatArray, until_opened: FloatArray) -> FloatArray:
        # Chosen, not reckoned, while it stands still: a total must not step back by a rounding.
        later = np.where(since_ns <= opens_ns, until_shut, flow - (until_opened - until_shut))
        return np.where(since_ns <= shuts_ns, flow, later)

    stood, came, left = usual.stood.copy(), usual.came.copy(), usual.left.copy()
    remains = at_begin * (1.0 - gone_before)
    afterwards = np.where(midnight_ns <= closure.end_ns, remains, stood[rows] - at_end * (1.0 - back_before) + remains)
    came[rows] = halted(came[rows], shut.came, opened.came) + at_end * (back - back_before)
    left[rows] = halted(left[rows], shut.left, opened.left) + at_begin * (gone - gone_before)
    stood[rows] = np.where(midnight_ns <= closure.begin_ns, stood[rows], afterwards)
    return Passed(stood, came, left)


def _inside(conditions: Conditions, site: Site, rows: IntArray, time_ns: IntArray) -> FloatArray:
    """(r,) share of the spaces that is taken then without any event."""
    day = time_ns // DAY_NS
    spells = conditions.days.spells(day, site["pasaran"][rows])
    popularity = popularity_on(day, site["popularity"][rows], conditions.draws.key[rows])
    shares = passed(site["land_use"][rows], popularity, spells, time_ns % DAY_NS / HOUR_NS)
    return shares.stood + shares.came - shares.left


def _closures(conditions: Conditions) -> Iterator[_Closure]:
    if conditions.surroundings is None:
        return
    offset_ns = conditions.civil_ns - conditions.surroundings.time_ns
    for rows, begin_ns, end_ns in conditions.surroundings.spans("closed"):
        yield _Closure(rows, begin_ns + offset_ns[rows], end_ns + offset_ns[rows])

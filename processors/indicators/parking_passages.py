"""What stands in a car park by gates that send what passed since the reading before: Q_start + in - out.

Where it starts is not known until a reading says what stands there, or an hour comes in which nobody is inside.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from config.civil_time import utc_to_civil
from processors.indicators.counts import counts
from processors.indicators.indicator_batch import ZoneWindows
from processors.indicators.memory import History
from processors.indicators.parking_gates import Gates, limit
from processors.indicators.steps import DAY_NS, HOUR_NS, MINUTE_NS, is_minute_step, steps_in
from processors.indicators.zone_sums import Column, Mask, column, first_known

PASSAGES = "passage place"
"""What a memory holds once gates without running counters were heard of."""
HELD_NS = 20 * MINUTE_NS
"""Late readings of this time are taken in."""
_FEWEST_SLOTS = 4
_SETTLED = np.inf
"""Stands for what passed in a step at whose end it is known what stands inside, whatever passed."""
_IN, _OUT = 1, 2
_BOTH = _IN | _OUT
_NEVER_NS = -(2**62)
_NEVER_DAY = -(2**31)


@dataclass(frozen=True, slots=True)
class _Kept:
    """(p,) each, of the car parks whose gates ever sent what passed."""

    inside: NDArray[np.float32]
    """NaN: not known."""
    heard_ns: NDArray[np.int64]
    emptied: NDArray[np.int32]
    """Civil day, from the known empty hour on, on which nobody was inside last."""
    passed: History
    """Entries - exits of each step, or `_SETTLED`."""
    levels: History
    """What stood inside at the end of each step."""

    @classmethod
    def of(cls, windows: ZoneWindows, places: int) -> "_Kept":
        memory, size_ns = windows.memory, windows.windows.size_ns
        slots = max(steps_in(windows, HELD_NS) + 2, _FEWEST_SLOTS)
        return cls(
            inside=memory.column("passage inside", places, np.nan, np.float32),
            heard_ns=memory.column("passage heard", places, _NEVER_NS, np.int64),
            emptied=memory.column("passage emptied", places, _NEVER_DAY, np.int32),
            passed=memory.history("passage passed", places, slots, size_ns, np.float32),
            levels=memory.history("passage levels", places, slots, size_ns, np.float32),
        )


@dataclass(frozen=True, slots=True)
class _Said:
    """What the k car parks of the window that have such gates say in it; (k,) each."""

    place: NDArray[np.int64]
    passed: Column
    """Entries - exits; 0 where none were sent."""
    settled: Column
    """What stands inside at the end by a reading that says so, NaN where none does."""
    limit: Column


@dataclass(frozen=True, slots=True)
class _Course:
    """What stood inside at the begin and the end of a window, and at its end before any correction; one length."""

    before: Column
    after: Column
    counted: Column


def passages(windows: ZoneWindows, spaces: Column, closed: Mask, told: Column) -> Gates | None:
    """None where no gate ever sent what passed, and in windows that are no steps.

    spaces: (n,) in service, NaN where not known; told: (n,) vehicles inside at the end by other readings, NaN: none.
    """
    sides = _sides(windows)
    if not is_minute_step(windows) or not ((sides > 0).any() or windows.memory.holds(PASSAGES)):
        return None
    row, devices = windows.row, len(windows.zone)
    place = windows.memory.column(PASSAGES, devices, -1, np.int32)
    ever = windows.memory.column("passage sides", devices, 0, np.int8)
    ever[row] |= sides
    new = np.sort(row[(sides > 0) & (place[row] < 0)])
    place[new] = np.arange(len(new)) + (int(place.max(initial=-1)) + 1)
    here = np.flatnonzero(place[row] >= 0)
    counted_in, counted_out = counts(windows, "entries"), counts(windows, "exits")
    passed = np.nan_to_num(counted_in.number) - np.nan_to_num(counted_out.number)
    most = limit(spaces, closed)
    said = _Said(
        place=place[row[here]].astype(np.int64),
        passed=np.where(sides > 0, passed, 0.0).astype(np.float32)[here].astype(np.float64),
        settled=np.clip(told, 0.0, most)[here],
        limit=most[here],
    )
    kept = _Kept.of(windows, int(place.max(initial=-1)) + 1)
    course = _go_on(windows, kept, said) if windows.fresh else _revise(windows, kept, said)
    doubtful = ((sides & _IN) > 0) & ~counted_in.plausible | ((sides & _OUT) > 0) & ~counted_out.plausible
    return _gates(course, here, (sides > 0) & (ever[row] == _BOTH), doubtful)


def _gates(course: _Course, here: NDArray[np.int64], counts_both: Mask, doubtful: Mask) -> Gates:
    def spread(values: Column) -> Column:
        columns = np.full(len(counts_both), np.nan)
        columns[here] = values
        return np.where(counts_both, columns, np.nan)

    before, after = spread(course.before), spread(course.after)
    return Gates(
        first=before,
        mean=first_known((before + after) / 2.0, after),
        last=after,
        corrected=np.nan_to_num(np.abs(after - spread(course.counted))),
        doubtful=doubtful,
    )


def _sides(windows: ZoneWindows) -> NDArray[np.int8]:
    """(n,) which gates sent what passed since the reading before; a running counter has a rate."""
    sides = np.zeros(len(windows.row), np.int8)
    for side, quantity in ((_IN, "entries"), (_OUT, "exits")):
        sent = column(windows.windows, f"{quantity}_count") > 0
        sides[sent & np.isnan(column(windows.windows, f"{quantity}_rate"))] |= side
    return sides


def _go_on(windows: ZoneWindows, kept: _Kept, said: _Said) -> _Course:
    """Take in the newest window; what is returned is of those that have a row in it."""
    end_ns, places = windows.windows.end_ns, len(kept.inside)
    before = kept.inside.astype(np.float64)
    forgotten = end_ns - kept.heard_ns > windows.rules.parking_silence
    forgotten[said.place] = end_ns - windows.windows.size_ns - kept.heard_ns[said.place] > windows.rules.parking_silence
    before[forgotten] = np.nan
    kept.heard_ns[said.place] = end_ns
    passed, settled, most = np.zeros(places), np.full(places, np.nan), np.full(places, np.inf)
    passed[said.place], settled[said.place], most[said.place] = said.passed, said.settled, said.limit
    heard = ~forgotten
    heard[said.place] |= _in_empty_hour(windows)[1]
    _empty(windows, kept, before, settled, heard)
    counted = before + passed
    after = first_known(settled, np.clip(counted, 0.0, most))
    everywhere = np.arange(places)
    kept.passed.put(end_ns, everywhere, np.where(np.isfinite(settled), _SETTLED, passed))
    kept.levels.put(end_ns, everywhere, after)
    kept.inside[:] = after
    return _Course(before[said.place], after[said.place], counted[said.place])


def _in_empty_hour(windows: ZoneWindows) -> tuple[int, bool, int]:
    """Civil day from the known empty hour on, whether the window ends in that hour, and when it was over."""
    hour, end_ns = windows.rules.parking_empty_hour, windows.windows.end_ns
    if hour is None:
        return _NEVER_DAY, False, end_ns
    civil_ns = int(utc_to_civil(np.array([end_ns]), windows.timezone)[0])
    day, within_ns = divmod(civil_ns - hour * HOUR_NS - 1, DAY_NS)
    return day, within_ns < HOUR_NS, end_ns - (within_ns + 1 - HOUR_NS)


def _empty(windows: ZoneWindows, kept: _Kept, before: Column, settled: Column, heard: Mask) -> None:
    """Nobody is inside at the end of the first window that ends in the empty hour.

    Where no window ended in it, for all were silent, nobody was inside when it was over.
    """
    day, in_it, over_ns = _in_empty_hour(windows)
    stood = before.copy()
    # What is heard of for the first time, or before there was such an hour, was not there to be emptied.
    kept.emptied[kept.emptied == _NEVER_DAY] = day - 1 if in_it else day
    now = np.flatnonzero((kept.emptied < day) & heard)
    if in_it:
        settled[now] = 0.0
        kept.emptied[now] = day
    else:
        before[now] = 0.0
        kept.emptied[:] = day
    _fill_gap(windows, kept, stood, before, over_ns, now)


def _fill_gap(
    windows: ZoneWindows, kept: _Kept, stood: Column, later: Column, from_ns: int, settles: NDArray[np.int64]
) -> None:
    """What stood inside in the steps in which nobody spoke, for late readings to go on from; `later` from then on."""
    end_ns, size_ns = windows.windows.end_ns, windows.windows.size_ns
    everywhere = np.arange(len(stood))
    newest_ns = int(kept.levels.end_ns.max())
    for step_ns in range(max(newest_ns, end_ns - kept.levels.slots * size_ns) + size_ns, end_ns, size_ns):
        emptied = step_ns >= from_ns
        kept.levels.put(step_ns, everywhere, later if emptied else stood)
        if emptied and step_ns - size_ns < from_ns:
            kept.passed.put(step_ns, settles, np.full(len(settles), _SETTLED))


def _revise(windows: ZoneWindows, kept: _Kept, said: _Said) -> _Course:
    """Count an older window anew, once, and go from it to the newest, as if its readings had come in time."""
    end_ns, size_ns, place = windows.windows.end_ns, windows.windows.size_ns, said.place
    newest_ns, slots = windows.memory.newest_ns, kept.passed.slots
    steps = (newest_ns - end_ns) // size_ns + 1
    if steps >= slots:
        unknown = np.full(len(place), np.nan)
        return _Course(unknown, unknown, unknown)
    kept.heard_ns[place] = np.maximum(kept.heard_ns[place], end_ns)
    settled = np.isinf(kept.passed.until(end_ns, 1)[0, place]) | np.isfinite(said.settled)
    kept.passed.put(end_ns, place, np.where(settled, _SETTLED, said.passed))
    level = before = _latest(kept.levels.until(end_ns - size_ns, slots - steps)[:, place])
    passed = kept.passed.until(newest_ns, steps)[::-1, place].astype(np.float64)
    known = np.where(np.isinf(passed), kept.levels.until(newest_ns, steps)[::-1, place], np.nan)
    known[0] = first_known(said.settled, known[0])
    course = _Course(before, before, before)
    for step in range(steps):
        counted = level + np.nan_to_num(passed[step], posinf=0.0)
        level = first_known(known[step], np.clip(counted, 0.0, said.limit))
        kept.levels.put(end_ns + step * size_ns, place, level)
        if step == 0:
            course = _Course(before, level, counted)
    kept.inside[place] = level
    return course


def _latest(levels: NDArray[np.float32]) -> Column:
    """(k,) of (s, k) levels, the newest first, the first that is known."""
    known = np.argmax(np.isfinite(levels), axis=0)
    level: Column = levels[known, np.arange(levels.shape[1])].astype(np.float64)
    return level

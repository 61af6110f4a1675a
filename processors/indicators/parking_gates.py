"""What stands in a car park by the running counters at its gates, which drift, are set back and lose cars."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from config.civil_time import utc_to_civil
from processors.indicators.indicator_batch import ZoneWindows
from processors.indicators.steps import DAY_NS, HOUR_NS
from processors.indicators.zone_sums import Column, Mask, column, first_known

GATES = "gate offset"
"""What a memory holds once counters at gates were heard of."""
_NEVER = -(2**31)


@dataclass(frozen=True, slots=True)
class Gates:
    """Vehicles inside by the gates; all columns are (n,), NaN where its gates do not tell it."""

    first: Column
    mean: Column
    last: Column
    """After all corrections: from 0 to the spaces."""
    corrected: Column
    """Vehicles by which the count had to be corrected at the end of the window."""
    doubtful: Mask
    """Whether what the gates sent is not to be believed."""


@dataclass(frozen=True, slots=True)
class _Kept:
    """(d,) each: what a car park's counters said last, and what is to be added to their difference."""

    entries: Column
    exits: Column
    offset: Column
    emptied: NDArray[np.int32]
    """Civil day, from the known empty hour on, on which the count was set to 0 last."""

    @classmethod
    def of(cls, windows: ZoneWindows) -> "_Kept":
        memory, devices = windows.memory, len(windows.zone)
        return cls(
            entries=memory.column("gate entries", devices),
            exits=memory.column("gate exits", devices),
            offset=memory.column(GATES, devices, 0.0),
            emptied=memory.column("gate emptied", devices, _NEVER, np.int32),
        )


def gates(windows: ZoneWindows, spaces: Column, closed: Mask) -> Gates:
    """Q_in - Q_out + what the memory of the car park adds; (n,) spaces in service, NaN where not known.

    Where a counter falls, what stood inside goes on by the counts since. Where both fall and no empty hour is known,
    they were set to zero on purpose, when nobody was inside. A count below 0 or above the spaces is set to that limit
    and goes on from there. Late readings correct nothing: theirs is an older window.
    """
    window = windows.windows
    both = np.isfinite(column(window, "entries_rate") + column(window, "exits_rate"))
    doubtful = np.zeros(len(window), np.bool_)
    if not both.any():
        nothing = np.full(len(window), np.nan)
        return Gates(nothing, nothing, nothing, np.zeros(len(window)), doubtful)
    kept = _Kept.of(windows)
    row = windows.row
    first, mean, last = (
        np.where(both, column(window, f"entries_{end}") - column(window, f"exits_{end}"), np.nan) + kept.offset[row]
        for end in ("first", "mean", "last")
    )
    if not windows.fresh or window.size_ns > HOUR_NS:
        return Gates(first, mean, last, np.zeros(len(window)), doubtful)
    before = kept.entries[row] - kept.exits[row] + kept.offset[row]
    fell_in, fell_out = _fell(windows, "entries", kept.entries[row]), _fell(windows, "exits", kept.exits[row])
    fell = both & (fell_in | fell_out)
    counted = column(window, "entries_increase") - column(window, "exits_increase")
    after = first_known(before + counted, last)
    if windows.rules.parking_empty_hour is None:
        after = np.where(fell_in & fell_out, last - kept.offset[row], after)
    first = np.where(fell, first_known(before, after), first)
    last = np.where(fell, after, last)
    mean = np.where(fell, (first + last) / 2.0, mean)
    held = np.where(_emptied(windows, kept.emptied, both), 0.0, np.clip(last, 0.0, limit(spaces, closed)))
    _keep(windows, kept, both, held)
    return Gates(first, mean, held, np.where(both, np.abs(held - last), 0.0), doubtful)


def _fell(windows: ZoneWindows, quantity: str, before: Column) -> Mask:
    window = windows.windows
    fell: Mask = np.fmax(before, column(window, f"{quantity}_max")) > column(window, f"{quantity}_last")
    return fell


def limit(spaces: Column, closed: Mask) -> Column:
    """What stands in a closed car park may stand there."""
    return np.where(closed | np.isnan(spaces), np.inf, spaces)


def _emptied(windows: ZoneWindows, emptied: NDArray[np.int32], both: Mask) -> Mask:
    """(n,) whether this is the first window of the car park that ends in the hour in which nobody is inside."""
    hour = windows.rules.parking_empty_hour
    if hour is None:
        return np.zeros(len(both), np.bool_)
    civil_ns = int(utc_to_civil(np.array([windows.windows.end_ns]), windows.timezone)[0])
    day, within_ns = divmod(civil_ns - hour * HOUR_NS, DAY_NS)
    now = both & (emptied[windows.row] < day) & (0 < within_ns <= HOUR_NS)
    emptied[windows.row[now]] = day
    return now


def _keep(windows: ZoneWindows, kept: _Kept, both: Mask, held: Column) -> None:
    row = windows.row[both]
    entries, exits = (column(windows.windows, f"{gate}_last")[both] for gate in ("entries", "exits"))
    kept.entries[row], kept.exits[row] = entries, exits
    kept.offset[row] = held[both] - (entries - exits)

"""How long vehicles stand on single spaces: from occupied to free, for each bay, from window to window.

A stay begins and ends with the last reading of the window in which the bay was first seen in its new state: to the
second where it sends only changes, else as exact as the windows are long. The new state must last for
`parking_debounce`: a van that passes, or a sensor that blinks, is no stay.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from processors.indicators.indicator_batch import ZoneWindows
from processors.indicators.parking_capacity import BAY_CAPACITY, Capacity, occupied, strays
from processors.indicators.steps import HOUR_NS, MINUTE_NS, steps_in
from processors.indicators.zone_history import ZoneHistory, trusted
from processors.indicators.zone_sums import Column, Figure, Mask, ZoneSums, ratio

FREE, TAKEN, UNKNOWN = 0, 1, -1
_NEVER = -(2**62)
_SURE, _ASSUMED = 0, 1


@dataclass(frozen=True, slots=True)
class _Bays:
    """(d,) each, of all known devices of the kind; those that are no bays stay UNKNOWN."""

    state: NDArray[np.int8]
    since_ns: NDArray[np.int64]
    """Where the state began; never: it was there when the bay was first heard of."""
    other_ns: NDArray[np.int64]
    """From when on the bay says otherwise; never: it does not."""
    heard_ns: NDArray[np.int64]
    assumed: NDArray[np.int8]

    @classmethod
    def of(cls, windows: ZoneWindows) -> "_Bays":
        memory, devices = windows.memory, len(windows.zone)
        return cls(
            state=memory.column("bay state", devices, UNKNOWN, np.int8),
            since_ns=memory.column("bay since", devices, _NEVER, np.int64),
            other_ns=memory.column("bay other", devices, _NEVER, np.int64),
            heard_ns=memory.column("bay heard", devices, _NEVER, np.int64),
            assumed=memory.column("bay assumed", devices, _SURE, np.int8),
        )

    def change(self, which: Mask) -> Column:
        """What they have said for long enough holds; (d,) minutes of the stays that ended by it, NaN where none did."""
        ended = which & (self.state == TAKEN) & (self.since_ns != _NEVER)
        minutes = np.where(ended, (self.other_ns - self.since_ns) / MINUTE_NS, np.nan)
        self.state[which] = 1 - self.state[which]
        self.since_ns[which] = self.other_ns[which]
        self.other_ns[which] = _NEVER
        return minutes

    def forget(self, which: Mask | NDArray[np.int64]) -> None:
        self.state[which] = UNKNOWN
        self.since_ns[which] = self.other_ns[which] = _NEVER


@dataclass(frozen=True, slots=True)
class _Finished:
    """Stays that ended, as sums of each bay; (d,)."""

    stays: Column
    minutes: Column


def stays(sums: ZoneSums, windows: ZoneWindows, capacity: Capacity) -> list[Figure]:
    """Finished stays of the last hour and those that go on; nothing where no device was ever a bay.

    Late readings move nothing: a revised window has none of these figures, and what was written stands.
    """
    said = _said(windows, capacity)
    if not windows.fresh or not (windows.memory.holds("bay state") or np.isfinite(said).any()):
        return []
    bays = _Bays.of(windows)
    finished = _follow(windows, bays, said, capacity)
    known = bays.state != UNKNOWN
    each = sums.over_devices(np.ones(len(known)))
    coverage = ratio(sums.over_devices(known.astype(np.float64)), each)
    sure = sums.over_devices((known & (bays.assumed == _SURE)).astype(np.float64))
    quality = ratio(sure, sums.over_devices(known.astype(np.float64)))
    return [
        *_of_the_hour(sums, windows, finished, coverage, quality),
        *_going_on(sums, windows, bays, coverage, quality),
    ]


def _of_the_hour(
    sums: ZoneSums, windows: ZoneWindows, finished: _Finished, coverage: Column, quality: Column
) -> list[Figure]:
    steps = steps_in(windows, HOUR_NS)
    parts = []
    for name, of_bays in (("stays", finished.stays), ("stay minutes", finished.minutes)):
        history = ZoneHistory(windows, name, steps)
        history.put(sums.over_devices(of_bays))
        parts.append(history.last(steps))
    # A step in which nobody spoke is none of the history; no stay ended in it.
    count, minutes = (np.nansum(part, axis=0) for part in parts)
    share = coverage * min(_followed_ns(windows) / HOUR_NS, 1.0)
    watched = np.where(coverage > 0, count, np.nan)
    return [
        trusted("parking_dwell", ratio(minutes, count), share, quality),
        trusted("parking_stays", watched, share, quality),
    ]


def _followed_ns(windows: ZoneWindows) -> int:
    """Since when bays are followed at all."""
    window = windows.windows
    since_ns = windows.memory.column("bays followed since", 1, window.end_ns - window.size_ns, np.int64)
    return window.end_ns - int(since_ns[0])


def _going_on(sums: ZoneSums, windows: ZoneWindows, bays: _Bays, coverage: Column, quality: Column) -> list[Figure]:
    taken = bays.state == TAKEN
    begun = taken & (bays.since_ns != _NEVER)
    minutes = np.where(begun, (windows.windows.end_ns - bays.since_ns) / MINUTE_NS, 0.0)
    going_on, seen = (sums.over_devices(which.astype(np.float64)) for which in (taken, begun))
    age = ratio(sums.over_devices(minutes), seen)
    return [
        trusted("parking_stays_open", np.where(coverage > 0, going_on, np.nan), coverage, quality),
        trusted("parking_stays_open_age", age, coverage * np.nan_to_num(ratio(seen, going_on)), quality),
    ]


def _follow(windows: ZoneWindows, bays: _Bays, said: Column, capacity: Capacity) -> _Finished:
    """Take in what the bays said in this window; the stays that ended."""
    end_ns, size_ns = windows.windows.end_ns, windows.windows.size_ns
    # Who kept silent since still says what was said last.
    earlier = bays.change(_sure(bays, end_ns - size_ns, windows))
    bays.forget(windows.row[(capacity.built > 0) & (capacity.spaces == 0)])
    now = np.full(len(bays.state), UNKNOWN, np.int8)
    now[windows.row] = np.where(np.isnan(said), UNKNOWN, said >= 0.5)
    speaks = now != UNKNOWN
    bays.assumed[windows.row[np.isfinite(said)]] = capacity.assumed[np.isfinite(said)]
    bays.heard_ns[speaks] = end_ns
    first = speaks & (bays.state == UNKNOWN)
    bays.state[first] = now[first]
    other = speaks & (now != bays.state)
    bays.other_ns[speaks & ~other] = _NEVER
    begins = other & (bays.other_ns == _NEVER)
    bays.other_ns[begins] = _spoke_ns(windows)[begins]
    ended = bays.change(_sure(bays, end_ns, windows))
    bays.forget((bays.state != UNKNOWN) & (end_ns - bays.heard_ns > windows.rules.parking_silence))
    finished = np.stack([earlier, ended])
    return _Finished(np.isfinite(finished).sum(axis=0).astype(np.float64), np.nansum(finished, axis=0))


def _spoke_ns(windows: ZoneWindows) -> NDArray[np.int64]:
    """(d,) when each device spoke last in the window; the window's end where that is not kept."""
    spoke_ns = np.full(len(windows.zone), windows.windows.end_ns, np.int64)
    if windows.windows.last_ns is not None:
        spoke_ns[windows.row] = windows.windows.last_ns
    return spoke_ns


def _sure(bays: _Bays, until_ns: int, windows: ZoneWindows) -> Mask:
    """(d,) which have said otherwise for long enough."""
    sure: Mask = (bays.other_ns != _NEVER) & (until_ns - bays.other_ns >= windows.rules.parking_debounce)
    return sure


def _said(windows: ZoneWindows, capacity: Capacity) -> Column:
    """(n,) how occupied each bay was at the end of the window, NaN where it is no bay or its readings are none."""
    bay = (capacity.spaces == BAY_CAPACITY) & ~capacity.closed
    strayed = strays(windows, "occupied", capacity) | strays(windows, "free", capacity)
    return np.where(bay & ~strayed, occupied(windows, capacity, "last"), np.nan)

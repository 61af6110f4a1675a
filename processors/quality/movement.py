"""How a series moves from window to window: too far, too fast, not at all; and whether its neighbours do the same."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from config.durations import UNITS_NS
from config.settings import Quantity
from processors.indicators.memory import Memory
from processors.indicators.zone_sums import column
from processors.quality.flags import Flag
from processors.quality.neighbours import Groups, Mask, share_with
from processors.quality.step import Single, Step, value_of

LEARNED = 10
"""Changes after which the usual one is known well enough."""
CHANGE_OVER_NS = 10 * UNITS_NS["m"]
"""The time that `max_change` of a quantity is meant for."""
_WEIGHT = 1 / 32
_CLIP = np.float32(4.0)
"""A change counts at most so many times as what is usual: a spike must not become usual."""
_CALM = 0.25
"""Share of what makes a spike, or is too fast, from which a neighbour is said to move as well."""
_MOST = np.iinfo(np.uint16).max
_LONGEST_HELD = np.iinfo(np.uint8).max
_FEWEST_OTHERS = 3
_MOST_OTHERS = 0.8
_MOVED = 128
"""Beside the flags of a series: it has changed at least once."""


@dataclass(frozen=True, slots=True)
class Movement:
    """(n,) each."""

    flags: NDArray[np.uint16]
    up: Mask
    down: Mask
    judged: Mask


@dataclass(slots=True)
class _Kept:
    """(d,) columns of one quantity."""

    level: Single
    """The value that the next one is compared with: the last, unless that was odd."""
    usual: Single
    """Usual change from one window to the next, where it changes."""
    moves: NDArray[np.uint8]
    """Changes that `usual` was learned from."""
    still: NDArray[np.uint16]
    """Windows without a change."""
    held: NDArray[np.uint8]
    """Windows for which an odd value has not become the level."""


def flags_column(memory: Memory, devices: int, name: str) -> NDArray[np.uint8]:
    """(d,) the flags of a series as they stand now, as far as they are of the first six kinds; and `_MOVED`."""
    return memory.column(f"{name} flags", devices, 0, np.uint8)


def judge_movement(step: Step, groups: Groups, name: str, settings: Quantity) -> Movement | None:
    """Compare with the window before and keep what the next one is compared with. None: nothing can be said."""
    found = value_of(step.windows, name, settings)
    if found is None or (settings.steady and settings.max_change is None):
        return None
    kept, row = _kept(step, name), step.windows.row
    value = found.astype(np.float32)
    came = np.isfinite(value)
    change = _turned(value - kept.level[row]) if settings.kind == "angle" else value - kept.level[row]
    allowed = _allowed(step, kept, settings)
    far = _limit_of_spike(step, kept, settings)
    size = np.abs(change)
    fast = ((size > allowed) | (_spread(step, name, settings) > allowed)) & (kept.held[row] < _LONGEST_HELD)
    odd = fast | ((size > far) & (kept.held[row] == 0))
    moves = (size > _CALM * far) | (size > _CALM * allowed)
    judged = came & np.isfinite(change) & np.isfinite(np.fmin(far, allowed))
    up, down = moves & judged & (change > 0), moves & judged & (change < 0)
    event = np.zeros(len(row), np.bool_)
    if odd.any():
        others = np.where(change > 0, share_with(groups, up, judged), share_with(groups, down, judged))
        event = odd & (others >= step.rules.together)
    flags = np.where(event, Flag.EVENT, np.where(fast, Flag.RATE, 0) | np.where(odd & ~fast, Flag.SPIKE, 0))
    same = came & (change == 0) & _one_value(step, name, settings)
    old = flags_column(step.memory, step.devices, name)
    _learn(step, kept, value, size, came, odd & ~event)
    flags = flags | _stillness(step, kept, name, settings, value, same, came)
    stays = old[row] & int(Flag.DRIFT)
    moved = (old[row] & _MOVED) | np.where(came & np.isfinite(change) & ~same, _MOVED, 0)
    old[row] = np.where(came, flags | stays | moved, old[row])
    return Movement(np.where(came, old[row] & (_MOVED - 1), 0).astype(np.uint16), up, down, judged)


def _kept(step: Step, name: str) -> _Kept:
    devices, column_of = step.devices, step.memory.column
    return _Kept(
        level=column_of(f"{name} level", devices, np.nan, np.float32),
        usual=column_of(f"{name} usual", devices, np.nan, np.float32),
        moves=column_of(f"{name} moves", devices, 0, np.uint8),
        still=column_of(f"{name} still", devices, 0, np.uint16),
        held=column_of(f"{name} held", devices, 0, np.uint8),
    )


def _turned(change: Single) -> Single:
    """Degrees the short way round."""
    return (change + np.float32(180.0)) % np.float32(360.0) - np.float32(180.0)


def _allowed(step: Step, kept: _Kept, settings: Quantity) -> Single:
    """(n,) the largest change that is plausible since the level was taken; infinite where nobody says it."""
    if settings.max_change is None:
        return np.full(len(step.windows.row), np.inf, np.float32)
    since_ns = step.elapsed_ns + kept.held[step.windows.row] * float(step.size_ns)
    return (settings.max_change * np.fmax(1.0, since_ns / CHANGE_OVER_NS)).astype(np.float32)


def _limit_of_spike(step: Step, kept: _Kept, settings: Quantity) -> Single:
    """(n,) infinite where it is not known, after a longer silence, and of angles."""
    row = step.windows.row
    recent = step.elapsed_ns <= step.rules.gap * step.pace_ns[row]
    known = recent & (kept.moves[row] >= LEARNED) & (settings.kind != "angle")
    return np.where(known, np.float32(step.rules.spike) * kept.usual[row], np.float32(np.inf))


def _spread(step: Step, name: str, settings: Quantity) -> NDArray[np.float64]:
    """(n,) largest minus smallest reading, where that says how fast the value changed."""
    if settings.max_change is None or settings.kind in ("counter", "angle"):
        return np.zeros(len(step.windows.row))
    window = step.windows.windows
    return column(window, f"{name}_max") - column(window, f"{name}_min")


def _one_value(step: Step, name: str, settings: Quantity) -> Mask:
    if settings.kind == "counter":
        return np.ones(len(step.windows.row), np.bool_)
    window = step.windows.windows
    one: Mask = column(window, f"{name}_max") == column(window, f"{name}_min")
    return one


def _learn(step: Step, kept: _Kept, value: Single, size: Single, came: Mask, odd: Mask) -> None:
    row = step.windows.row
    usual, moves = kept.usual[row], kept.moves[row]
    learn = came & ~odd & (size > 0) & (step.elapsed_ns <= step.rules.gap * step.pace_ns[row])
    weight = np.maximum(1.0 / (moves + 1.0), _WEIGHT).astype(np.float32)
    learned = usual + weight * (np.minimum(size, _CLIP * usual) - usual)
    kept.usual[row] = np.where(learn, np.where(moves == 0, size, learned), usual)
    kept.moves[row] = np.where(learn & (moves < LEARNED * 20), moves + 1, moves)
    kept.held[row] = np.where(odd, np.minimum(kept.held[row], _LONGEST_HELD - 1) + 1, np.where(came, 0, kept.held[row]))
    kept.level[row] = np.where(came & ~odd, value, kept.level[row])


def _stillness(
    step: Step, kept: _Kept, name: str, settings: Quantity, value: Single, same: Mask, came: Mask
) -> NDArray[np.uint16]:
    """(n,) stuck and flat: what rests at a natural zero, or may stay the same for ever, is neither."""
    row, rules = step.windows.row, step.rules
    still = np.where(came, np.where(same, np.minimum(kept.still[row], _MOST - 1) + 1, 0), kept.still[row])
    kept.still[row] = still
    if settings.steady or settings.kind == "counter":
        return np.zeros(len(row), np.uint16)
    awake = came & ~((value == 0) & (settings.min == 0))
    readings = still * np.fmax(1.0, step.windows.expected[row])
    long = awake & (still * step.pace_ns[row] >= rules.flat)
    longest = _longest_rest(step, name, readings[awake])
    stuck = awake & (readings >= max(rules.stuck_readings, rules.stuck_ratio * longest))
    moved = (flags_column(step.memory, step.devices, name)[row] & _MOVED) > 0
    return (np.where(stuck, Flag.STUCK, 0) | np.where(long & (moved | stuck), Flag.FLAT, 0)).astype(np.uint16)


def _longest_rest(step: Step, name: str, readings: NDArray[np.float64]) -> float:
    """So long four fifths of the devices stood still at most, of late; endless where there are too few to compare.

    They may all have moved just now, so what was longer before is forgotten slowly.
    """
    if len(readings) < _FEWEST_OTHERS:
        return np.inf
    place = int(_MOST_OTHERS * (len(readings) - 1))
    longest = step.memory.column(f"{name} rest", 1, 0.0)
    longest[0] = max(np.partition(readings, place)[place], longest[0] * (1.0 - _WEIGHT / 2), 1.0)
    return float(longest[0])

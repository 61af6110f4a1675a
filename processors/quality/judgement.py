"""Closed windows of one kind of device -> flags of their readings, scores, and figures about the sensors.

Judged is one size of window, the smallest from a minute on; shorter and longer windows carry what was found there. What
is unusual, and what drifts, is judged in the longest windows that make an hour.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from config.quality_rules import QualityRules
from config.settings import Quantity
from processors.indicators.indicator_batch import IndicatorBatch, ZoneWindows
from processors.indicators.zone_sums import ZoneSums, column
from processors.quality.devices import alive, clock_is_off, device_flags, refused, rhythm
from processors.quality.flags import OF_SERIES, STANDING, SUSPECT, Bits, Flag, as_field
from processors.quality.kept import Kept
from processors.quality.movement import Movement, flags_column, judge_movement
from processors.quality.neighbours import Groups
from processors.quality.quality_figures import data_quality, faulty_sensors, moved_together
from processors.quality.step import Step, season_step_of, step_of
from processors.quality.unusual import Unusual, drifted, unusual

Fields = dict[str, NDArray[np.float64]]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Asked:
    """What does not change from window to window."""

    rules: QualityRules
    quantities: Mapping[str, Quantity]
    """Those that a device of the kind has ever sent."""
    rows: Callable[[], NDArray[np.int64]]
    """(d,) rows of the known devices in the device table."""
    room: Callable[[], int]
    """Series whose usual values may still be kept."""


@dataclass(frozen=True, slots=True)
class Judgement:
    fields: Fields = field(default_factory=dict)
    """Of the window's points; (n,) each, NaN where there is nothing to say."""
    suspect: Mapping[str, Mask] = field(default_factory=dict)
    """Quantity -> (n,) whether its readings are not to be believed; only those of which some are not."""
    figures: IndicatorBatch | None = None


@dataclass(slots=True)
class _Found:
    bits: dict[str, Bits]
    """Quantity -> (n,) of the quantities in the window."""
    fields: Fields = field(default_factory=dict)
    movements: list[Movement] = field(default_factory=list)
    refused: Mask | None = None
    """(d,)"""


def judge(windows: ZoneWindows, kept: Kept, asked: Asked) -> Judgement:
    """To be called for each window that closes or is revised, in the order of their ends."""
    step_ns = step_of(windows.sizes_ns)
    if step_ns is None:
        return Judgement()
    kept.begin(step_ns)
    size_ns = None if windows.windows.civil is not None else windows.windows.size_ns
    judged = size_ns == step_ns and windows.fresh
    found = _judged(windows, kept, asked) if judged else _carried(windows, kept, asked, size_ns)
    is_season = size_ns is not None and size_ns == season_step_of(windows.sizes_ns)
    if is_season and windows.fresh:
        drifted(windows, kept, asked.rules, asked.quantities, found.bits)
    suspect = {name: wrong for name, bits in found.bits.items() if (wrong := (bits & SUSPECT) > 0).any()}
    if size_ns is not None and size_ns < step_ns:
        return Judgement(suspect=suspect)
    scored = unusual(windows, kept, asked.rules, asked.quantities, asked.room, found.bits) if is_season else None
    return Judgement(
        fields=found.fields | _flag_fields(found.bits) | (scored.fields if scored else {}),
        suspect=suspect,
        figures=_figures(windows, kept, asked, found, suspect, scored),
    )


def _judged(windows: ZoneWindows, kept: Kept, asked: Asked) -> _Found:
    """The window in which readings are compared with those before."""
    rows = asked.rows() if kept.misread else np.zeros(0, np.int64)
    off_clock, outside = kept.misread.take(rows, len(windows.zone))
    known = rhythm(windows, kept.memory)
    whole = device_flags(windows, kept.memory, asked.rules, known, off_clock)
    step = Step(windows, kept.memory, asked.rules, known.elapsed_ns, known.pace_ns)
    groups = Groups.of(windows)
    found = _Found({}, refused=refused(len(windows.zone), off_clock, outside))
    collected = season_step_of(windows.sizes_ns) not in (None, kept.step_ns)
    for name in _present(windows, asked.quantities):
        movement = judge_movement(step, groups, name, asked.quantities[name])
        bits = whole.copy() if movement is None else movement.flags | whole
        if movement is not None:
            found.movements.append(movement)
            if collected:
                raised = kept.memory.column(f"{name} raised", len(windows.zone), 0, np.uint8)
                raised[windows.row] |= (movement.flags & OF_SERIES).astype(np.uint8)
        if name in outside:
            left_out = outside[name][windows.row].astype(np.float64)
            bits |= np.where(left_out > 0, int(Flag.RANGE), 0).astype(np.uint16)
            found.fields[f"{name}_out_of_range"] = np.where(left_out > 0, left_out, np.nan)
        found.bits[name] = np.where(column(windows.windows, f"{name}_count") > 0, bits, 0).astype(np.uint16)
    return found


def _carried(windows: ZoneWindows, kept: Kept, asked: Asked, size_ns: int | None) -> _Found:
    """What stands; in the windows of the seasons all that was raised since the one before."""
    found = _Found({})
    devices, row = len(windows.zone), windows.row
    off = np.where(clock_is_off(devices, kept.memory, asked.rules), int(Flag.CLOCK), 0).astype(np.uint16)[row]
    collects = size_ns is not None and size_ns == season_step_of(windows.sizes_ns) and windows.fresh
    for name in _present(windows, asked.quantities):
        if not kept.memory.holds(f"{name} flags"):
            continue
        flags = flags_column(kept.memory, devices, name)[row] & np.uint8(STANDING & OF_SERIES)
        if collects:
            raised = kept.memory.column(f"{name} raised", devices, 0, np.uint8)
            flags |= raised[row]
            raised[:] = 0
        found.bits[name] = np.where(column(windows.windows, f"{name}_count") > 0, flags | off, 0).astype(np.uint16)
    return found


def _figures(
    windows: ZoneWindows,
    kept: Kept,
    asked: Asked,
    found: _Found,
    suspect: Mapping[str, Mask],
    scored: Unusual | None,
) -> IndicatorBatch:
    """A revision changes the share of good readings only: how the sensors were was said when the window closed."""
    sums, kind = ZoneSums(windows), windows.windows.kind
    readings = windows.windows.readings.astype(np.float64)
    figures = [data_quality(sums, kind, readings, _believed_share(windows, asked.quantities, suspect))]
    if windows.fresh:
        speaks = alive(windows, kept.memory, asked.rules, kept.step_ns)
        figures.append(faulty_sensors(sums, kind, speaks, _faulty(windows, kept, asked, found, speaks)))
        if found.movements:
            figures.append(moved_together(sums, kind, found.movements, len(windows.zone)))
    if scored is not None:
        figures += scored.figures(sums, kind, ~np.logical_or.reduce([*suspect.values(), np.zeros(len(readings), bool)]))
    return sums.batch(figures)


def _faulty(windows: ZoneWindows, kept: Kept, asked: Asked, found: _Found, speaks: Mask) -> Mask:
    """(d,) devices that speak and are suspect in any quantity, and those of which something was refused."""
    devices = len(windows.zone)
    wrong = clock_is_off(devices, kept.memory, asked.rules)
    for name in asked.quantities:
        if kept.memory.holds(f"{name} flags"):
            flags = flags_column(kept.memory, devices, name)
            wrong = wrong | ((flags & np.uint8(SUSPECT & OF_SERIES)) > 0)
    faulty: Mask = wrong & speaks
    return faulty if found.refused is None else faulty | found.refused


def _believed_share(
    windows: ZoneWindows, quantities: Mapping[str, Quantity], suspect: Mapping[str, Mask]
) -> NDArray[np.float64]:
    """(n,) share of the quantities that a device sent in the window and that are not suspect."""
    if not suspect:
        return np.ones(len(windows.row))
    sent, wrong = np.zeros(len(windows.row)), np.zeros(len(windows.row))
    for name in _present(windows, quantities):
        sent += column(windows.windows, f"{name}_count") > 0
        wrong += suspect.get(name, 0.0)
    return 1.0 - np.divide(wrong, sent, out=np.zeros(len(sent)), where=sent > 0)


def _flag_fields(bits: Mapping[str, Bits]) -> Fields:
    return {f"{name}_flags": flags for name, each in bits.items() if (flags := as_field(each)) is not None}


def _present(windows: ZoneWindows, quantities: Mapping[str, Quantity]) -> list[str]:
    return [name for name in quantities if f"{name}_count" in windows.windows.fields]

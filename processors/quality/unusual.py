"""Judgements that need a steady mean: scores against what is usual at the hour, and drift from the neighbours."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from config.civil_time import utc_to_civil
from config.quality_rules import QualityRules
from config.settings import Quantity
from processors.indicators.indicator_batch import ZoneWindows
from processors.indicators.zone_sums import Figure, ZoneSums, ratio
from processors.quality.anomaly import scores
from processors.quality.drift import drifting
from processors.quality.flags import SUSPECT, Bits, Flag
from processors.quality.kept import Kept
from processors.quality.movement import flags_column
from processors.quality.quality_figures import anomalies
from processors.quality.seasons import Seasons, slots_of
from processors.quality.step import value_of

Column = NDArray[np.float64]
Mask = NDArray[np.bool_]
_OTHERWISE_SUSPECT = SUSPECT & ~Flag.DRIFT


@dataclass(slots=True)
class Unusual:
    fields: dict[str, Column]
    """`<quantity>_anomaly` -> (n,)"""
    largest: Column
    """(n,) the largest score of a device, NaN where nothing of it is scored."""
    beyond: Column
    """(n,) scores of the device beyond the limit."""
    scored: Column
    """(n,) quantities of the device that are scored."""

    def figures(self, sums: ZoneSums, kind: str, believed: Mask) -> list[Figure]:
        return anomalies(sums, kind, self.largest, ratio(self.beyond, self.scored), believed)


def unusual(
    windows: ZoneWindows,
    kept: Kept,
    rules: QualityRules,
    quantities: Mapping[str, Quantity],
    room: Callable[[], int],
    bits: Mapping[str, Bits],
) -> Unusual:
    """Score every series that there is room for, and learn from the window unless it is suspect or was seen before."""
    window = windows.windows
    rows = len(windows.row)
    found = Unusual({}, np.full(rows, np.nan), np.zeros(rows), np.zeros(rows))
    civil_ns = utc_to_civil(np.array([window.end_ns - window.size_ns], np.int64), windows.timezone)
    slots = slots_of(int(civil_ns[0]))
    for name in bits:
        settings = quantities[name]
        values = None if settings.steady or settings.kind == "angle" else value_of(windows, name, settings)
        if values is None:
            continue
        seasons = kept.seasons.setdefault(name, Seasons())
        if windows.fresh:
            seasons.reserve(min(len(windows.zone), seasons.places + room()))
        score = _scored(windows, kept, name, seasons, slots, values, (bits[name] & SUSPECT) == 0)
        known = np.isfinite(score)
        if known.any():
            found.fields[f"{name}_anomaly"] = score
            found.largest = np.fmax(found.largest, score)
            found.beyond += known & (score >= rules.anomaly)
            found.scored += known
    return found


def _scored(
    windows: ZoneWindows,
    kept: Kept,
    name: str,
    seasons: Seasons,
    slots: tuple[int, int, int],
    values: Column,
    believed: Mask,
) -> Column:
    """(n,) NaN where there is no score."""
    row = windows.row
    score = np.full(len(row), np.nan)
    held = np.flatnonzero(row < seasons.places)
    if not len(held):
        return score
    value = values[held].astype(np.float32)
    noise = _noise(windows, kept, name)[held]
    found = scores(seasons, slots, windows.windows.size_ns, row[held], value, noise)
    score[held] = np.where(np.isfinite(found), found, np.nan)
    if windows.fresh:
        learn = np.isfinite(value) & believed[held]
        seasons.learn(slots, row[held][learn], value[learn])
    return score


def _noise(windows: ZoneWindows, kept: Kept, name: str) -> NDArray[np.float32]:
    """(n,) usual change from one window to the next if all of it is chance: of a mean of m values 1 / sqrt(m)."""
    usual = kept.memory.column(f"{name} usual", len(windows.zone), np.nan, np.float32)[windows.row]
    between_ns = np.fmax(windows.interval_ns[windows.row], float(kept.step_ns))
    share = np.minimum(between_ns / windows.windows.size_ns, 1.0)
    return (usual * np.sqrt(share)).astype(np.float32)


def drifted(
    windows: ZoneWindows, kept: Kept, rules: QualityRules, quantities: Mapping[str, Quantity], bits: Mapping[str, Bits]
) -> None:
    """Set or take away the flag of drift of each series, in `bits` (n,) and in what is kept."""
    for name, each in bits.items():
        limit = quantities[name].drift
        values = value_of(windows, name, quantities[name])
        if limit is None or values is None:
            continue
        believed = (each & _OTHERWISE_SUSPECT) == 0
        away = drifting(windows, kept.memory, rules, name, limit, values, believed)
        flags = flags_column(kept.memory, len(windows.zone), name)
        flags[windows.row] = (flags[windows.row] & ~np.uint8(Flag.DRIFT)) | np.where(away, np.uint8(Flag.DRIFT), 0)
        each[:] = (each & ~np.uint16(Flag.DRIFT)) | np.where(away & np.isfinite(values), np.uint16(Flag.DRIFT), 0)

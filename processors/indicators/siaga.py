"""Siaga, the stage of a gauge: the plain one of a level, and the one that holds after dead band and waiting times.

Lower is more dangerous: 4 normal, 3, 2, and 1 the worst. The waiting rules are Denyut's own; none are official.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from config.environment_rules import EnvironmentRules
from processors.indicators.indicator_batch import ZoneWindows
from processors.indicators.memory import Memory
from processors.indicators.zone_sums import Column, Mask

NORMAL = 4.0
NUMBERS = (3.0, 2.0, 1.0)
STAGES = {f"siaga_{number:.0f}": number for number in NUMBERS}
"""Setting with the threshold of a stage -> its number."""
NEVER = -(2**62)


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Of `d` gauges; axes: Siaga 3, 2 and 1, gauge."""

    cm: NDArray[np.float64]
    """(3, d) NaN: not known, and passed over."""
    inclusive: NDArray[np.bool_]
    """(3, d) whether the stage holds at its threshold too."""

    @classmethod
    def registered(cls, windows: ZoneWindows) -> "Thresholds":
        nothing = np.full(len(windows.zone), np.nan)
        cm = np.stack([windows.registered.get(name, nothing) for name in STAGES])
        said = np.stack([windows.registered.get(f"{name}_inclusive", nothing) for name in STAGES])
        return cls(cm, ~(said == 0.0))

    @property
    def judged(self) -> Mask:
        """(d,) gauges with any threshold."""
        return np.asarray(np.isfinite(self.cm).any(axis=0), np.bool_)

    def take(self, rows: NDArray[np.int64]) -> "Thresholds":
        return Thresholds(self.cm[:, rows], self.inclusive[:, rows])

    def reached(self, level: Column) -> NDArray[np.bool_]:
        """(3, d) which thresholds these levels (cm) are at; none where either is missing."""
        at: NDArray[np.bool_] = np.where(self.inclusive, level >= self.cm, level > self.cm)
        return at

    def stage(self, level: Column) -> Column:
        """(d,) the plain stage; several thresholds may be passed at once. NaN without thresholds or without a level."""
        stage = _worst(self.reached(level))
        return np.where(self.judged & np.isfinite(level), stage, np.nan)

    def of(self, stage: Column) -> Column:
        """(d,) cm from which that stage holds; NaN for normal and unknown ones."""
        cm = np.full(len(stage), np.nan)
        for row, number in zip(self.cm, NUMBERS, strict=True):
            cm = np.where(stage == number, row, cm)
        return cm


@dataclass(frozen=True, slots=True)
class Heard:
    """What each of `d` gauges said in a window; levels in cm, NaN where it was silent."""

    least: Column
    greatest: Column
    last: Column
    count: Column

    @property
    def spoke(self) -> Mask:
        return np.isfinite(self.last)


class HeldStages:
    """Columns of the memory; `stage` (d,) is NaN until the first level and never cleared by silence."""

    def __init__(self, memory: Memory, gauges: int) -> None:
        self.stage = memory.column("siaga", gauges)
        self._run = [memory.column(f"{name} readings", gauges, 0.0) for name in STAGES]
        """Readings in a row at each threshold."""
        self._risen_ns = [memory.column(f"{name} since", gauges, NEVER, np.int64) for name in STAGES]
        self._below_ns = memory.column("siaga below since", gauges, NEVER, np.int64)

    def take(self, heard: Heard, thresholds: Thresholds, resumed: Mask, end_ns: int, rules: EnvironmentRules) -> None:
        """`resumed` (d,): it was silent for so long before that readings are in a row no more."""
        spoke = heard.spoke & thresholds.judged
        first = spoke & np.isnan(self.stage)
        risen = self._risen(heard, thresholds, spoke, resumed, end_ns, rules)
        # Before the first level nothing is known that a second reading could confirm.
        self.stage[first] = thresholds.stage(heard.last)[first]
        worse = spoke & (risen < self.stage)
        self.stage[worse] = risen[worse]
        self._below_ns[worse | (spoke & resumed)] = NEVER
        self._fall(heard, thresholds, spoke, end_ns, rules)

    def _risen(
        self,
        heard: Heard,
        thresholds: Thresholds,
        spoke: Mask,
        resumed: Mask,
        end_ns: int,
        rules: EnvironmentRules,
    ) -> Column:
        """(d,) the worst stage that was confirmed by readings in a row, or by time."""
        whole, ended = thresholds.reached(heard.least), thresholds.reached(heard.last)
        needed = (rules.siaga_up_readings, rules.siaga_up_readings, rules.siaga_1_up_readings)
        confirmed = np.zeros(whole.shape, np.bool_)
        for row, (run, since_ns) in enumerate(zip(self._run, self._risen_ns, strict=True)):
            before = np.where(resumed, 0.0, run)
            # Of a window only some of whose readings were there, the last one alone is sure to be in a row.
            after = np.where(whole[row], before + heard.count, np.where(ended[row], 1.0, 0.0))
            began = spoke & (after > 0) & ((before == 0) | ~whole[row])
            run[spoke] = after[spoke]
            since_ns[began] = end_ns
            confirmed[row] = run >= needed[row]
            if rules.siaga_up_time is not None:
                confirmed[row] |= (run > 0) & (end_ns - since_ns >= rules.siaga_up_time)
        return _worst(confirmed & spoke)

    def _fall(self, heard: Heard, thresholds: Thresholds, spoke: Mask, end_ns: int, rules: EnvironmentRules) -> None:
        """To the stage that the level then has."""
        below = spoke & (heard.greatest < thresholds.of(self.stage) - rules.siaga_deadband)
        self._below_ns[spoke & ~below] = NEVER
        began = below & (self._below_ns == NEVER)
        self._below_ns[began] = end_ns
        ended = below & (end_ns - self._below_ns >= rules.siaga_down_time)
        self.stage[ended] = thresholds.stage(heard.last)[ended]
        self._below_ns[ended] = NEVER


def _worst(reached: NDArray[np.bool_]) -> Column:
    """(d,) of (3, d) the number of the most dangerous stage, normal where none is reached."""
    stage = np.full(reached.shape[1], NORMAL)
    for row, number in zip(reached, NUMBERS, strict=True):
        stage[row] = number
    return stage

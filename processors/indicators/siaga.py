"""Siaga, the stage of a gauge: the plain one of a level, and the one that holds after dead band and waiting times.

Lower is more dangerous: 4 normal, 3, 2, and 1 the worst. The waiting rules are Denyut's own; none are official.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from config.environment_rules import EnvironmentRules
from processors.indicators.indicator_batch import ZoneWindows
from processors.indicators.memory import Memory
from processors.indicators.readings_in_a_row import At, Heard, possible, proved
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


class HeldStages:
    """Columns of the memory; `stage` (d,) is NaN until the first level and never cleared by silence."""

    def __init__(self, memory: Memory, gauges: int) -> None:
        self.stage = memory.column("siaga", gauges)
        self._run = [memory.column(f"{name} readings", gauges, 0.0) for name in STAGES]
        """Readings in a row at each threshold, as far as they are proved."""
        self._possible_run = [memory.column(f"{name} possible readings", gauges, 0.0) for name in STAGES]
        self._risen_ns = [memory.column(f"{name} since", gauges, NEVER, np.int64) for name in STAGES]
        self._below_ns = memory.column("siaga below since", gauges, NEVER, np.int64)
        self._doubted = memory.column("siaga doubted", gauges, 0.0)

    @property
    def doubted(self) -> Mask:
        """(d,) stages that were raised for safety: readings in a row could be neither proved nor excluded."""
        return np.asarray(self._doubted > 0, np.bool_)

    def take(self, heard: Heard, thresholds: Thresholds, resumed: Mask, end_ns: int, rules: EnvironmentRules) -> None:
        """`resumed` (d,): it was silent for so long before that readings are in a row no more."""
        spoke = heard.spoke & thresholds.judged
        first = spoke & np.isnan(self.stage)
        risen, sure = self._risen(heard, thresholds, spoke, resumed, end_ns, rules)
        # Before the first level nothing is known that a second reading could confirm.
        self.stage[first] = thresholds.stage(heard.last)[first]
        worse = spoke & (risen < self.stage)
        self.stage[worse] = risen[worse]
        self._doubted[worse] = 1.0
        self._doubted[spoke & (sure <= self.stage)] = 0.0
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
    ) -> tuple[Column, Column]:
        """(d,) the worst stage that readings in a row, or time, may have confirmed, and the worst that they did."""
        confirmed = np.zeros(thresholds.cm.shape, np.bool_)
        feared = confirmed.copy()
        needed = (rules.siaga_up_readings, rules.siaga_up_readings, rules.siaga_1_up_readings)
        levels = (heard.first, heard.last, heard.least, heard.greatest)
        reached = zip(*(thresholds.reached(level) for level in levels), strict=True)
        for row, each in enumerate(reached):
            at = At.threshold(*each)
            run, possible_run, since_ns = self._run[row], self._possible_run[row], self._risen_ns[row]
            before = np.where(resumed, 0.0, run)
            sure = proved(at, heard.count, before)
            most = possible(at, heard, thresholds.cm[row], np.where(resumed, 0.0, np.maximum(run, possible_run)))
            confirmed[row], feared[row] = sure.longest >= needed[row], most.longest >= needed[row]
            if rules.siaga_up_time is not None:
                went_on = at.first & (before > 0) & (end_ns - since_ns >= rules.siaga_up_time)
                confirmed[row] |= (at.every & went_on) | (at.some & (rules.siaga_up_time == 0))
                feared[row] |= went_on
            began = spoke & (sure.onward > 0) & ((before == 0) | ~at.every)
            since_ns[began] = end_ns
            run[spoke], possible_run[spoke] = sure.onward[spoke], most.onward[spoke]
        return _worst((confirmed | feared) & spoke), _worst(confirmed & spoke)

    def _fall(self, heard: Heard, thresholds: Thresholds, spoke: Mask, end_ns: int, rules: EnvironmentRules) -> None:
        """To the stage that the level then has."""
        below = spoke & (heard.greatest < thresholds.of(self.stage) - rules.siaga_deadband)
        self._below_ns[spoke & ~below] = NEVER
        began = below & (self._below_ns == NEVER)
        self._below_ns[began] = end_ns
        ended = below & (end_ns - self._below_ns >= rules.siaga_down_time)
        self.stage[ended] = thresholds.stage(heard.last)[ended]
        self._doubted[ended] = 0.0
        self._below_ns[ended] = NEVER


def _worst(reached: NDArray[np.bool_]) -> Column:
    """(d,) of (3, d) the number of the most dangerous stage, normal where none is reached."""
    stage = np.full(reached.shape[1], NORMAL)
    for row, number in zip(reached, NUMBERS, strict=True):
        stage[row] = number
    return stage

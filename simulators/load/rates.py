"""How many messages a second are to be sent at each moment: level, in steps, or rising evenly."""

import re
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_NUMBER = re.compile(r"(\d+(?:\.\d+)?)\s*(k|M)?")
_TIMES = {None: 1, "k": 1_000, "M": 1_000_000}
_Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Rates:
    """`steps`: messages a second, each for an equal part of the time; `ramp`: straight lines between them instead."""

    steps: tuple[float, ...]
    ramp: bool = False

    @property
    def largest(self) -> float:
        return max(self.steps)

    def due(self, at: float) -> float:
        """Messages that are due by then, a share (0 to 1) of the time, per second of the whole: the integral."""
        first, last, each = self._parts()
        inside = np.clip(at - each * np.arange(len(first)), 0.0, each)
        return float((inside * (first + (last - first) * inside / each / 2)).sum())

    def when(self, due: _Floats) -> _Floats:
        """(n,) shares of the time by which so many are due: what `due` gives, turned round."""
        first, last, each = self._parts()
        before = np.concatenate(([0.0], np.cumsum(each * (first + last) / 2)))
        part = np.clip(np.searchsorted(before, due, "right") - 1, 0, len(first) - 1)
        rest, rate, rise = due - before[part], first[part], (last - first)[part] / each
        # The root of `rest = rate * inside + rise / 2 * inside**2` in the form that a level rate does not divide by 0.
        return part * each + 2 * rest / (rate + np.sqrt(rate * rate + 2 * rise * rest))

    def _parts(self) -> tuple[_Floats, _Floats, float]:
        """The rates at the begin and at the end of each part, (parts,), and the share of the time of each."""
        steps = np.array(self.steps)
        first, last = (steps[:-1], steps[1:]) if self.ramp and len(steps) > 1 else (steps, steps)
        return first, last, 1 / len(first)


def parse_rates(text: str) -> Rates:
    """Of "50k", "10k,50k,200k" (steps) or "10k:200k" (rising). Raises ValueError with a sentence."""
    if "," in text and ":" in text:
        raise ValueError(f"{text!r}: rates are steps with commas, or rise with colons, not both")
    parts = re.split("[,:]", text)
    found = [_NUMBER.fullmatch(part.strip()) for part in parts]
    if not all(found):
        raise ValueError(f"{text!r} is no rate: write messages a second such as 50k, steps 10k,50k or a rise 10k:200k")
    steps = tuple(float(each[1]) * _TIMES[each[2]] for each in found if each)
    if not all(0 < step <= 10_000_000 for step in steps):
        raise ValueError(f"{text!r}: a rate is above 0 and at most 10M")
    return Rates(steps, ramp=":" in text)

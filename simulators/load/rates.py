"""How many messages a second are to be sent at each moment: level, in steps, or rising evenly."""

import re
from dataclasses import dataclass

_NUMBER = re.compile(r"(\d+(?:\.\d+)?)\s*(k|M)?")
_TIMES = {None: 1, "k": 1_000, "M": 1_000_000}


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
        if self.ramp and len(self.steps) > 1:
            return self._under_lines(at)
        each = 1 / len(self.steps)
        return sum(rate * min(max(at - place * each, 0.0), each) for place, rate in enumerate(self.steps))

    def _under_lines(self, at: float) -> float:
        each = 1 / (len(self.steps) - 1)
        area = 0.0
        for place in range(len(self.steps) - 1):
            inside = min(max(at - place * each, 0.0), each)
            first, last = self.steps[place], self.steps[place + 1]
            area += inside * (first + (last - first) * inside / each / 2)
        return area


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

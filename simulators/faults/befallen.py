"""How many readings met with each fault."""

from collections import Counter

import numpy as np

from simulators.faults.fault import FAULT_KINDS
from simulators.faults.sent import BIT, Sent


class Befallen:
    def __init__(self) -> None:
        self.readings = 0
        self.counts: Counter[str] = Counter()
        """By the names of `BIT`."""

    def add(self, sent: Sent) -> None:
        self.readings += len(sent)
        for name, bit in BIT.items():
            count = int(np.count_nonzero(sent.faults & bit))
            if count:
                self.counts[name] += count

    def __str__(self) -> str:
        """Such as: lost 12, malformed 5 (cut_off 3, empty 2)."""
        return ", ".join(
            f"{kind} {self.counts[kind]:,}{self._in_which_ways(kind)}" for kind in FAULT_KINDS if self.counts[kind]
        )

    def _in_which_ways(self, kind: str) -> str:
        ways = [
            f"{name.partition(':')[2]} {count:,}" for name, count in self.counts.items() if name.startswith(f"{kind}:")
        ]
        return f" ({', '.join(sorted(ways))})" if ways else ""

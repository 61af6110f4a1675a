"""Windows of one size that follow each other with one memory, each written as rows, as `conftest.zone_windows`."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from zoneinfo import ZoneInfo

from config.indicator_rules import IndicatorRules
from processors.checkpoints.arrays import pack_inline, unpack_inline
from processors.indicators.indicator_batch import IndicatorBatch, ZoneWindows
from processors.indicators.memory import Memory
from tests.processors.indicators.conftest import END_NS, RULES, Row, figures, zone_windows

Figures = dict[tuple[str, str], tuple[float, float, float]]
SECOND_NS = 1_000_000_000
UTC = ZoneInfo("UTC")


@dataclass
class InTurn:
    indicators: Callable[[ZoneWindows], IndicatorBatch]
    kind: str
    size_s: float
    sizes_s: tuple[float, ...] = ()
    rules: IndicatorRules = RULES
    units: Mapping[str, str] = field(default_factory=dict)
    timezone: ZoneInfo = UTC
    begin_ns: int = END_NS
    memory: Memory = field(default_factory=Memory)
    number: int = 0

    def __call__(self, *rows: Row) -> Figures:
        """The figures of the next window."""
        self.number += 1
        return self._window(rows, self.number)

    def revise(self, number: int, *rows: Row) -> Figures:
        """The figures of a window that closed before, the first is 1."""
        return self._window(rows, number)

    def skip(self, windows: int) -> None:
        """Nobody is asked for some windows."""
        self.number += windows

    def restart(self) -> None:
        self.memory = Memory.restore(self.memory.describe(pack_inline), unpack_inline)

    def _window(self, rows: Sequence[Row], number: int) -> Figures:
        made = zone_windows(self.kind, self.size_s, rows, self.units, self.rules)
        end_ns = self.begin_ns + number * round(self.size_s * SECOND_NS)
        around = replace(
            made,
            windows=replace(made.windows, end_ns=end_ns),
            memory=self.memory,
            fresh=self.memory.begin(end_ns),
            sizes_ns=tuple(round(size_s * SECOND_NS) for size_s in self.sizes_s),
            timezone=self.timezone,
        )
        return figures(self.indicators(around))

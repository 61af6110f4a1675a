"""What a benchmark hands back, and how it is shown and kept."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from statistics import median

from rich.console import Console
from rich.table import Table


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured figure; `low` and `high` are the extremes of its runs, `value` their median."""

    benchmark: str
    case: str
    value: float
    low: float
    high: float
    unit: str = "x"
    """"x" for a ratio."""
    target: float | None = None
    ceiling: bool = False
    """The target is an upper limit."""
    detail: dict[str, float | list[float]] = field(default_factory=dict)
    """What the figure was computed from: rates a second, CPU time a message in microseconds, and the like."""

    @property
    def verdict(self) -> str:
        if self.target is None:
            return "-"
        reached = self.value <= self.target if self.ceiling else self.value >= self.target
        return "reached" if reached else "missed"

    @property
    def wanted(self) -> str:
        if self.target is None:
            return "-"
        return f"{'≤' if self.ceiling else '≥'} {self.target:g} {self.unit}"


@dataclass(frozen=True, slots=True)
class Skipped:
    benchmark: str
    reason: str


def figure_of_runs(
    benchmark: str,
    case: str,
    runs: Sequence[float],
    unit: str = "x",
    target: float | None = None,
    ceiling: bool = False,
    **detail: float | list[float],
) -> Figure:
    return Figure(benchmark, case, median(runs), min(runs), max(runs), unit, target, ceiling, detail)


def print_figures(console: Console, figures: Iterable[Figure], skipped: Iterable[Skipped]) -> None:
    table = Table("benchmark", "case", "figure", "range of the runs", "target", "verdict")
    for figure in figures:
        table.add_row(
            figure.benchmark,
            figure.case,
            f"{figure.value:.2f} {figure.unit}",
            f"{figure.low:.2f} - {figure.high:.2f}",
            figure.wanted,
            figure.verdict,
        )
    console.print(table)
    for skip in skipped:
        console.print(f"{skip.benchmark}: skipped, {skip.reason}", markup=False)


def write_figures(
    path: Path, machine: dict[str, object], figures: Iterable[Figure], skipped: Iterable[Skipped]
) -> None:
    document = {
        "machine": machine,
        "figures": [asdict(figure) | {"verdict": figure.verdict} for figure in figures],
        "skipped": [asdict(skip) for skip in skipped],
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")

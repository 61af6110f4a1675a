"""Figures that are made of others: the ratio of two indicators, and the change of a figure within a time."""

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np

from alerts.figures.figure import Figure, Watched
from alerts.figures.kept_windows import KeptWindows
from config.periods import TAGS, usual_size_ns

_LATE_WINDOWS = 16
"""So many windows back a late reading still revises what is made of them."""


class DerivedFigures:
    def __init__(self, figures: Iterable[Figure]) -> None:
        self._wanted = {*figures}
        self._ratios: dict[Figure, list[Figure]] = {}
        """Each of the two that a ratio is made of -> the ratios."""
        self._changes: dict[Figure, list[Figure]] = {}
        self._kept: dict[Figure, KeptWindows] = {}
        for figure in sorted(self._wanted):
            if figure.against:
                self._divide(figure.now)
            if figure.over_ns:
                self._changes.setdefault(figure.now, []).append(figure)
                # Windows of the clock differ in length: a day by an hour, a month by days.
                civil = figure.size in TAGS.values()
                tolerance_ns = min(figure.over_ns // 8, usual_size_ns(figure.size) // 2) if civil else 0
                reach_ns = figure.over_ns + tolerance_ns + _LATE_WINDOWS * usual_size_ns(figure.size)
                self._kept[figure] = KeptWindows(reach_ns, tolerance_ns)

    def _divide(self, ratio: Figure) -> None:
        for part in {ratio.itself, _divisor(ratio)}:
            ratios = self._ratios.setdefault(part, [])
            if ratio not in ratios:
                ratios.append(ratio)
            self._kept[part] = KeptWindows(_LATE_WINDOWS * usual_size_ns(ratio.size))

    def of(self, watched: Watched) -> Iterator[Watched]:
        """The figure itself, where it is watched, and what can be said now that it is known."""
        yield from self._with_changes(watched)
        if watched.figure in self._ratios:
            self._kept[watched.figure].take(watched.end_ns, watched.value, watched.coverage)
            for ratio in self._ratios[watched.figure]:
                divided = self._divided(ratio, watched)
                if divided is not None:
                    yield from self._with_changes(divided)

    def _divided(self, ratio: Figure, watched: Watched) -> Watched | None:
        """None: the other one has not come yet."""
        size = len(watched.assets)
        above = self._kept[ratio.itself].at(watched.end_ns, size)
        below = self._kept[_divisor(ratio)].at(watched.end_ns, size)
        if above is None or below is None:
            return None
        value = np.full(size, np.nan)
        np.divide(above[0], below[0], out=value, where=np.isfinite(below[0]) & (below[0] != 0))
        value[~np.isfinite(value)] = np.nan
        return Watched(ratio, watched.end_ns, value, np.minimum(above[1], below[1]), watched.assets)

    def _with_changes(self, watched: Watched) -> Iterator[Watched]:
        if watched.figure in self._wanted:
            yield watched
        for change in self._changes.get(watched.figure, ()):
            kept = self._kept[change]
            kept.take(watched.end_ns, watched.value, watched.coverage)
            yield self._change(change, watched.end_ns, watched)
            for end_ns in kept.ends_after(watched.end_ns):
                # What late readings revised is what a later window is compared with.
                if kept.end_near(end_ns - change.over_ns) == watched.end_ns:
                    yield self._change(change, end_ns, watched)

    def _change(self, change: Figure, end_ns: int, watched: Watched) -> Watched:
        kept, size = self._kept[change], len(watched.assets)
        then_ns = kept.end_near(end_ns - change.over_ns)
        now = kept.at(end_ns, size)
        then = None if then_ns is None or then_ns == end_ns else kept.at(then_ns, size)
        nothing = np.full(size, np.nan), np.zeros(size)
        value, coverage = nothing if now is None else now
        old_value, old_coverage = nothing if then is None else then
        return Watched(
            change, end_ns, value - old_value, np.minimum(coverage, old_coverage), watched.assets, watched.kind
        )

    def describe(self) -> list[Any]:
        """As `restore` takes it; the same for the same state."""
        return [[list(figure), self._kept[figure].describe()] for figure in sorted(self._kept)]

    def restore(self, saved: list[Any]) -> None:
        """What nobody asks for any more is forgotten."""
        for figure, windows in saved:
            kept = self._kept.get(Figure(*figure))
            if kept is not None:
                kept.restore(windows)


def _divisor(ratio: Figure) -> Figure:
    return Figure("", ratio.against, ratio.size)

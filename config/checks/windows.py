"""Windows and quantities: sizes that panes can make, ranges that histograms can use."""

from collections.abc import Iterator, Sequence
from itertools import combinations

from config.checks.finding import OTHER, Finding
from config.durations import format_duration
from config.locate import Path
from config.periods import TAGS, USUAL_NS, Period
from config.settings import Quantity, Settings, Window

MOST_OVERLAP = 1440
"""A day that hops by minutes. Each reading is part of so many windows, each of which is written."""


def check_windows(settings: Settings) -> Iterator[Finding]:
    for index, window in enumerate(settings.windows.sizes):
        yield from _hop(window, ("windows", "sizes", index))
        yield from _beside_civil_hour(window, index, settings.windows.civil)
    for (first, one), (second, other) in combinations(enumerate(settings.windows.sizes), 2):
        if one.size == other.size and (not one.kinds or not other.kinds or set(one.kinds) & set(other.kinds)):
            paths = tuple(("windows", "sizes", index, "size") for index in (second, first))
            yield Finding(
                f"{format_duration(other.size)} is {OTHER} too, for the same kinds; "
                "points are told apart by their size, so one of the two must go",
                paths,
            )


def _beside_civil_hour(window: Window, index: int, civil: Sequence[Period]) -> Iterator[Finding]:
    """Only this one would be called the same: a day of the clock is "1d", one of fixed 24 hours "24h"."""
    if window.size == USUAL_NS["hour"] and "hour" in civil:
        yield Finding(
            f"the hours of windows.civil are called {TAGS['hour']} too; points are told apart by their size, so one of "
            "the two must go",
            (("windows", "sizes", index, "size"), ("windows", "civil")),
        )


def _hop(window: Window, path: Path) -> Iterator[Finding]:
    if window.hop is None:
        return
    hop, size = format_duration(window.hop), format_duration(window.size)
    paths = ((*path, "hop"), (*path, "size"))
    if window.hop > window.size:
        yield Finding(f"hop {hop} must not exceed size {size}: readings between two windows would be lost", paths)
    elif window.size % window.hop:
        yield Finding(f"size {size} must be a multiple of hop {hop}", paths)
    elif (overlap := window.size // window.hop) > MOST_OVERLAP:
        yield Finding(
            f"with hop {hop} and size {size} each reading belongs to {overlap} windows; at most {MOST_OVERLAP}", paths
        )


def check_quantities(settings: Settings) -> Iterator[Finding]:
    for kind, entry in settings.kinds.items():
        for name, quantity in entry.quantities.items():
            yield from _range(quantity, ("kinds", kind, "quantities", name))
            yield from _statistics(quantity, ("kinds", kind, "quantities", name))


def _range(quantity: Quantity, path: Path) -> Iterator[Finding]:
    limits = ((*path, "min"), (*path, "max"))
    low, high = quantity.min, quantity.max
    if low is not None and high is not None and low >= high:
        yield Finding(f"min {low:g} must be less than max {high:g}", limits)
    if quantity.percentiles and (low is None or high is None):
        absent = " and ".join(name for name, limit in (("min", low), ("max", high)) if limit is None)
        asked = ", ".join(f"{percentile:g}" for percentile in quantity.percentiles)
        yield Finding(
            f"percentiles {asked} need min and max, the range of their histogram; {absent} is missing",
            ((*path, "percentiles"), *limits),
        )


def _statistics(quantity: Quantity, path: Path) -> Iterator[Finding]:
    if quantity.harmonic and quantity.kind != "gauge":
        yield Finding(
            f"harmonic = true needs kind 'gauge', not {quantity.kind!r}", ((*path, "harmonic"), (*path, "kind"))
        )
    if quantity.percentiles and quantity.kind not in ("gauge", "level"):
        yield Finding(
            f"percentiles need kind 'gauge' or 'level', not {quantity.kind!r}",
            ((*path, "percentiles"), (*path, "kind")),
        )

"""The newest indicators, arranged by zone."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Protocol

from config.durations import UNITS_NS
from config.periods import usual_size_ns
from processors.indicators.indicator_batch import CITY_ZONE

_LONGEST_NS = UNITS_NS["m"]
HOLD_WINDOWS = 3
"""How many windows a value stands for."""


class IndicatorRow(Protocol):
    """A point of measurement "indicator", as a store gives it."""

    @property
    def time_ns(self) -> int: ...
    @property
    def tags(self) -> Mapping[str, str]: ...
    @property
    def fields(self) -> Mapping[str, float]: ...


@dataclass(frozen=True)
class Figure:
    value: float | None
    """None: there are devices, but no data."""
    coverage: float
    """Share of the expected readings that came, 0 to 1."""


@dataclass(frozen=True)
class ZoneFigures:
    size: str
    """The window that all figures are of, such as "10s"."""
    end_ns: int
    """The newest end of a window among them, ns UTC."""
    zones: dict[str, dict[str, Figure]]
    """Zone -> indicator -> figure, the whole city first, then by name; a zone without devices of a kind lacks it."""


NO_DATA = Figure(None, 0.0)


def newest_figures(rows: Iterable[IndicatorRow], expected: Iterable[tuple[str, str]] = ()) -> ZoneFigures | None:
    """One window size for all: the longest up to a minute that has come, since longer ones lag behind; a shorter one
    while that holds less than half as much of what was expected, as it does after a start in the middle of a minute.

    A figure is the newest value within the last three windows, so that a device that reports less often than windows
    close does not flicker; a zone that has been silent for longer has no data. So has each (zone, indicator) of
    `expected` without a row: its devices exist and are silent.

    What is made in longer windows only, such as the rain of an hour, is taken from the shortest of them.
    """
    by_size: dict[str, list[IndicatorRow]] = {}
    for row in rows:
        by_size.setdefault(row.tags["size"], []).append(row)
    if not by_size:
        return None
    size = _chosen(by_size)
    end_ns = max(row.time_ns for row in by_size[size])
    figures = dict.fromkeys(expected, NO_DATA) | _standing(by_size[size], size)
    made = {row.tags["indicator"] for row in by_size[size]}
    for longer in sorted(by_size, key=usual_size_ns):
        only_there = [row for row in by_size[longer] if row.tags["indicator"] not in made]
        if only_there and usual_size_ns(longer) > usual_size_ns(size):
            figures |= _standing(only_there, longer)
            made |= {row.tags["indicator"] for row in only_there}
    return ZoneFigures(size, end_ns, _by_zone(figures))


def _standing(rows: list[IndicatorRow], size: str) -> dict[tuple[str, str], Figure]:
    """Of each (zone, indicator) the newest value that still stands, of windows of one size."""
    after_ns = max(row.time_ns for row in rows) - HOLD_WINDOWS * usual_size_ns(size)
    figures: dict[tuple[str, str], Figure] = {}
    for row in sorted(rows, key=lambda row: row.time_ns):
        place = row.tags["zone"], row.tags["indicator"]
        if "value" in row.fields and row.time_ns > after_ns:
            figures[place] = Figure(row.fields["value"], row.fields.get("coverage", 0.0))
        else:
            figures.setdefault(place, NO_DATA)
    return figures


def silenced(figures: ZoneFigures) -> ZoneFigures:
    """The same zones and indicators when no window has come for so long that no value stands."""
    return replace(figures, zones={zone: dict.fromkeys(found, NO_DATA) for zone, found in figures.zones.items()})


def _by_zone(figures: Mapping[tuple[str, str], Figure]) -> dict[str, dict[str, Figure]]:
    """The city, then the zones by name."""
    zones: dict[str, dict[str, Figure]] = {}
    for zone, indicator in sorted(figures, key=lambda place: (place[0] != CITY_ZONE, place)):
        zones.setdefault(zone, {})[indicator] = figures[zone, indicator]
    return zones


def _chosen(by_size: Mapping[str, list[IndicatorRow]]) -> str:
    longest = max(by_size, key=_preference)
    until_ns = usual_size_ns(longest)
    coverage = {size: _newest_coverage(rows) for size, rows in by_size.items() if usual_size_ns(size) <= until_ns}
    return max((size for size in coverage if coverage[size] >= max(coverage.values()) / 2), key=_preference)


def _newest_coverage(rows: list[IndicatorRow]) -> float:
    """The mean over the rows of the newest window."""
    end_ns = max(row.time_ns for row in rows)
    newest = [row.fields.get("coverage", 0.0) for row in rows if row.time_ns == end_ns]
    return sum(newest) / len(newest)


def _preference(size: str) -> tuple[bool, int]:
    """Sizes up to a minute before longer ones; of those the longest, of longer ones the shortest."""
    size_ns = usual_size_ns(size)
    short = size_ns <= _LONGEST_NS
    return short, size_ns if short else -size_ns

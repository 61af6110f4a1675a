"""What zones and cities had in the last steps: short histories of figures and sums, kept from window to window."""

from dataclasses import dataclass
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from processors.indicators.indicator_batch import ZoneWindows
from processors.indicators.memory import History
from processors.indicators.zone_sums import Column, Figure, ratio

Steps = NDArray[np.float64]
"""(s, r) the newest step first, one column for each row of a `ZoneSums`; NaN where nothing is known."""


class ZoneHistory:
    """One number for each row of a `ZoneSums` and each step.

    Zones are kept by their number among all zones and cities by theirs, so rows may come later. Where a change of the
    configuration gave a number to another zone, what was kept of it is forgotten.
    """

    def __init__(self, windows: ZoneWindows, name: str, steps: int) -> None:
        self._end_ns = windows.windows.end_ns
        size_ns = windows.windows.size_ns
        names = [*windows.zones]
        cities = list(dict.fromkeys(city for city, _ in names))
        known = np.flatnonzero(np.bincount(windows.zone, minlength=len(names)))
        here = dict.fromkeys(names[zone][0] for zone in known.tolist())
        self._rows = known, np.array([cities.index(city) for city in here], np.int64)
        # Twice as many, so that a step that late readings revise still has those before it.
        slots = 2 * steps
        self._histories: list[History] = []
        for suffix, words in (("zones", ["\0".join(place) for place in names]), ("cities", cities)):
            label = f"{name} of {suffix}"
            history = windows.memory.history(label, len(words), slots, size_ns, np.float32)
            marks = np.array([crc32(word.encode()) + 1 for word in words], np.int64)
            held = windows.memory.column(f"{label} marks", len(words), 0, np.int64)
            history.values[:, np.flatnonzero((held != 0) & (held != marks))] = np.nan
            held[:] = marks
            self._histories.append(history)

    def put(self, values: Column) -> None:
        """(r,) of the step that ends with the window."""
        zones, cities = self._histories
        of_zones, of_cities = self._rows
        zones.put(self._end_ns, of_zones, values[: len(of_zones)])
        cities.put(self._end_ns, of_cities, values[len(of_zones) :])

    def last(self, steps: int) -> Steps:
        """Up to the step that ends with the window."""
        parts = [
            history.until(self._end_ns, steps)[:, rows]
            for history, rows in zip(self._histories, self._rows, strict=True)
        ]
        return np.concatenate(parts, axis=1, dtype=np.float64)


@dataclass(frozen=True, slots=True)
class FigureSteps:
    """A figure in the last steps; all are (s, r)."""

    value: Steps
    coverage: Steps
    quality: Steps

    def mean_of(self, indicator: str, values: Steps) -> Figure:
        """The mean of the steps that are known.

        Coverage is the mean coverage of all steps, none where a step is not known; quality is weighed by coverage.
        """
        steps = len(values)
        known = np.isfinite(values)
        share = np.where(known, np.nan_to_num(self.coverage), 0.0)
        value = ratio(np.where(known, values, 0.0).sum(axis=0), known.sum(axis=0, dtype=np.float64))
        quality = ratio((share * np.nan_to_num(self.quality)).sum(axis=0), share.sum(axis=0))
        return trusted(indicator, value, share.sum(axis=0) / steps, quality)


class FigureHistory:
    """A figure of a step with its trust."""

    def __init__(self, windows: ZoneWindows, name: str, steps: int) -> None:
        self._steps = steps
        self._parts = [ZoneHistory(windows, f"{name} {part}", steps) for part in ("value", "coverage", "quality")]

    def put(self, figure: Figure) -> None:
        columns = (figure.value, figure.coverage, figure.quality)
        for part, values in zip(self._parts, columns, strict=True):
            part.put(values)

    def last(self, steps: int) -> FigureSteps:
        return FigureSteps(*(part.last(steps) for part in self._parts))


def trusted(indicator: str, value: Column, coverage: Column, quality: Column) -> Figure:
    """A figure with the trust that was found; none where there is no value."""
    known = np.isfinite(value)
    return Figure(
        indicator,
        np.where(known, value, np.nan),
        np.where(known, np.clip(np.nan_to_num(coverage), 0.0, 1.0), 0.0),
        np.where(known, np.clip(np.nan_to_num(quality), 0.0, 1.0), 0.0),
    )

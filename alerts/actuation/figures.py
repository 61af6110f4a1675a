"""The newest figures that interlocks and proofs speak of; all others are passed over."""

from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np

from config.actuators import Actuator, Interlock, Proof
from config.periods import usual_size_ns
from config.settings import City
from processors.indicators.indicator_batch import CITY_ZONE, IndicatorBatch

_FRESH_WINDOWS = 3
"""A figure whose window ended longer ago than so many of its windows says nothing of the street now."""


class FigureKey(NamedTuple):
    indicator: str
    zone: str
    size: str


class Figure(NamedTuple):
    end_ns: int
    """End of its window, event time."""
    value: float


def key_of(named: Interlock | Proof, actuator: Actuator) -> FigureKey:
    return FigureKey(named.indicator, named.zone or actuator.zone or CITY_ZONE, named.size)


class NewestFigures:
    def __init__(self, city: City, keys: Iterable[FigureKey]) -> None:
        self._asked = set(keys)
        self._names = {key.indicator for key in self._asked}
        self._sizes = {key.size for key in self._asked}
        # A configuration that does not name its city is about all that come.
        self._city = city.id if "id" in city.model_fields_set else ""
        self._newest: dict[FigureKey, Figure] = {}

    def hear(self, batch: IndicatorBatch) -> list[tuple[FigureKey, Figure]]:
        """Those of the batch that are asked for, known, and not older than what was heard before."""
        if batch.size not in self._sizes:
            return []
        heard = []
        for row, name in enumerate(batch.indicator):
            if name not in self._names or self._city not in ("", batch.city[row]):
                continue
            key = FigureKey(name, batch.zone[row], batch.size)
            known = bool(np.isfinite(batch.value[row])) and batch.coverage[row] > 0
            if key in self._asked and known and batch.end_ns >= self._newest.get(key, Figure(0, 0.0)).end_ns:
                self._newest[key] = Figure(batch.end_ns, float(batch.value[row]))
                heard.append((key, self._newest[key]))
        return heard

    def newest(self, key: FigureKey, now_ns: int) -> Figure | None:
        """None: unknown, or too old to speak of now."""
        figure = self._newest.get(key)
        if figure is None or now_ns - figure.end_ns > _FRESH_WINDOWS * usual_size_ns(key.size):
            return None
        return figure

    def describe(self) -> list[Any]:
        """As `restore` takes it."""
        return [[*key, *figure] for key, figure in sorted(self._newest.items())]

    def restore(self, saved: list[Any]) -> None:
        """What nobody asks for any more is left out."""
        for indicator, zone, size, end_ns, value in saved:
            key = FigureKey(indicator, zone, size)
            if key in self._asked:
                self._newest[key] = Figure(end_ns, value)

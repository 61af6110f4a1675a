"""Which columns the windows of one kind of device keep, made from its quantities."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from config.settings import Kind, Quantity
from processors.histogram import Bins

Values = NDArray[np.float64]

# A derived column has a name no payload field can collide with: quantities never hold the separator.
SEPARATOR = "\x1f"


def _sine(values: Values) -> Values:
    return np.sin(np.radians(values))


def _cosine(values: Values) -> Values:
    return np.cos(np.radians(values))


def _energy(values: Values) -> Values:
    return np.power(10.0, values / 10.0)


def _slowness(values: Values) -> Values:
    """1/v of moving vehicles; those that stand (v <= 0) have no place in a harmonic mean."""
    with np.errstate(divide="ignore"):
        return np.where(values > 0, 1.0 / values, np.nan)


@dataclass(frozen=True, slots=True)
class Derived:
    """A column whose mean yields a statistic of the quantity that the plain mean does not."""

    name: str
    source: int
    """Index of the quantity's own column."""
    transform: Callable[[Values], Values]


@dataclass(frozen=True, slots=True)
class Run:
    """A sum over the steps between consecutive readings: a counter's increase, or seconds in a state."""

    source: int
    state: float | None
    """The state whose time is summed; None: the increase of a counter."""


@dataclass(slots=True)
class TrackedColumns:
    """Append-only, so that panes made earlier stay valid: they only lack the newest columns."""

    kind: Kind
    names: list[str] = field(default_factory=list)
    quantities: dict[int, Quantity] = field(default_factory=dict)
    """Column -> quantity, for the columns that are no derived ones."""
    derived: dict[int, Derived] = field(default_factory=dict)
    runs: list[Run] = field(default_factory=list)
    bins: dict[int, Bins] = field(default_factory=dict)
    """Columns that keep a histogram."""

    def __len__(self) -> int:
        return len(self.names)

    def index(self, quantity: str) -> int:
        try:
            return self.names.index(quantity)
        except ValueError:
            return self._add(quantity)

    def indices(self, quantities: Sequence[str]) -> list[int]:
        return [self.index(quantity) for quantity in quantities]

    def matrix(self, quantities: Sequence[str], values: Values) -> Values:
        """(c, n) all tracked columns, derived ones included, of readings given as (q, n)."""
        rows = self.indices(quantities)
        if rows == list(range(len(self.names))):
            return values
        matrix = np.full((len(self.names), values.shape[1]), np.nan)
        matrix[rows] = values
        for column, derived in self.derived.items():
            matrix[column] = derived.transform(matrix[derived.source])
        return matrix

    def derived_of(self, source: int) -> Mapping[str, int]:
        """Name of the derived statistic -> its column."""
        return {derived.name: column for column, derived in self.derived.items() if derived.source == source}

    def _add(self, name: str) -> int:
        quantity = self.kind.quantities.get(name, Quantity())
        column = len(self.names)
        self.names.append(name)
        self.quantities[column] = quantity
        if quantity.percentiles and quantity.min is not None and quantity.max is not None:
            self.bins[column] = Bins(quantity.min, quantity.max, quantity.bins)
        if quantity.kind == "counter":
            self.runs.append(Run(column, None))
        if quantity.kind == "state":
            self.runs += [Run(column, float(state)) for state in quantity.states]
        if quantity.kind == "angle":
            self._derive(column, "sine", _sine)
            self._derive(column, "cosine", _cosine)
        if quantity.kind == "level":
            self._derive(column, "energy", _energy)
        if quantity.harmonic:
            self._derive(column, "slowness", _slowness)
        return column

    def _derive(self, source: int, statistic: str, transform: Callable[[Values], Values]) -> None:
        self.derived[len(self.names)] = Derived(statistic, source, transform)
        self.names.append(f"{self.names[source]}{SEPARATOR}{statistic}")

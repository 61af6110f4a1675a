"""What the windows of a simulation should hold: computed from its ground truth alone, reading by reading."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from config.settings import Quantity, QuantityKind
from denyut.truth import IntArray, Readings
from processors.ranges import without_implausible

UNREADABLE = ("malformed", "changed_shape")
Place = tuple[str, int]
"""(device, end of the window)"""


@dataclass(frozen=True, slots=True)
class Expected:
    sums: dict[Place, dict[str, tuple[int, float | None]]]
    """Quantity -> (count, mean); None: its windows hold no mean."""
    possible: set[Place]
    """Windows in which anything was sent, readable or not."""


def expected_windows(
    readings: Readings, size_ns: int, closing_ns: int, until_ns: int, quantities: Mapping[str, Quantity]
) -> Expected:
    """Of the windows that end until `until_ns`; `closing_ns`: how long after its end a window still takes readings."""
    end_ns = (readings.stated_ns // size_ns + 1) * size_ns
    judged = readings.sent & (end_ns <= until_ns)
    unreadable = np.any([readings.has(fault) for fault in UNREADABLE], axis=0)
    taken = judged & (readings.copy == 0) & ~unreadable & (readings.sent_ns < end_ns + closing_ns)
    names = list(readings.said)
    values, _ = without_implausible(names, np.stack([readings.said[name] for name in names]), quantities)
    sums: dict[Place, dict[str, tuple[int, float | None]]] = {}
    for name, column in zip(names, values, strict=True):
        kind = quantities.get(name, Quantity()).kind
        rows = np.flatnonzero(taken & np.isfinite(column))
        for place, count, mean in _means(readings.device[rows], end_ns[rows], column[rows], kind):
            sums.setdefault(place, {})[name] = (count, mean)
    rows = np.flatnonzero(judged)
    return Expected(sums, set(zip(readings.device[rows].tolist(), end_ns[rows].tolist(), strict=True)))


def _means(
    device: NDArray[np.str_], end_ns: IntArray, values: NDArray[np.float64], kind: QuantityKind
) -> list[tuple[Place, int, float | None]]:
    if not len(values):
        return []
    devices, number = np.unique(device, return_inverse=True)
    unique, which, count = np.unique(np.stack([number, end_ns]), axis=1, return_inverse=True, return_counts=True)
    # Sound levels add up as energies, IEC 61672-1.
    mean = np.bincount(which, 10.0 ** (values / 10.0) if kind == "level" else values) / count
    if kind == "level":
        mean = 10.0 * np.log10(mean)
    means: list[float | None] = mean.tolist() if kind in ("gauge", "level") else [None] * len(count)
    places = [(str(devices[place]), end) for place, end in unique.T.tolist()]
    return list(zip(places, count.tolist(), means, strict=True))

"""What the windows of a simulation should hold: computed from its ground truth alone, reading by reading."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from config.settings import Quantity, QuantityKind, Settings
from config.timezones import UTC
from denyut.scoring.truth import FloatArray, IntArray, Readings
from processors.ranges import without_implausible
from processors.window_plan import plan_of

Place = tuple[str, int]
"""(device, end of the window)"""


@dataclass(frozen=True, slots=True)
class Closing:
    """How long after its end a window still takes readings, ns."""

    after_ns: int
    slack_ns: int
    """A message may arrive so long after it was sent, and a window go so long after its time."""
    until_ns: int
    """Of the windows that end until then."""


def closing_of(settings: Settings, kind: str, slack_ns: int, until_ns: int) -> Closing:
    """Windows go where a pane ends: the lateness is rounded up to whole panes."""
    windows = settings.windows
    plan = plan_of(windows.sizes, kind, windows.civil, UTC)
    pane_ns = 1 if plan is None else plan.pane_ns
    whole_panes = -(-windows.lateness // pane_ns)
    return Closing(windows.delay + whole_panes * pane_ns, slack_ns, until_ns)


@dataclass(frozen=True, slots=True)
class Expected:
    fields: dict[Place, dict[str, float]]
    possible: set[Place]
    """Windows in which anything was sent, readable or not."""
    uncertain: set[Place]
    """Those in which a reading may have arrived in time or not; they are not in `fields`."""


def expected_windows(
    readings: Readings, size_ns: int, closing: Closing, quantities: Mapping[str, Quantity]
) -> Expected:
    end_ns = (readings.stated_ns // size_ns + 1) * size_ns
    judged = readings.sent & (end_ns <= closing.until_ns)
    gone_ns = end_ns + closing.after_ns
    # In another shape its quantities have other names.
    taken = judged & (readings.copy == 0) & ~readings.has("malformed", "changed_shape")
    near = taken & (readings.sent_ns + closing.slack_ns >= gone_ns) & (readings.sent_ns < gone_ns + closing.slack_ns)
    uncertain = set(_places(readings, end_ns, near))
    taken &= readings.sent_ns < gone_ns
    names = list(readings.said)
    values, _ = without_implausible(names, np.stack([readings.said[name] for name in names]), quantities)
    fields: dict[Place, dict[str, float]] = {}
    for name, column in zip(names, values, strict=True):
        kind = quantities.get(name, Quantity()).kind
        rows = np.flatnonzero(taken & np.isfinite(column))
        rows = rows[np.lexsort((readings.stated_ns[rows], end_ns[rows], readings.device.number[rows]))]
        first = _beginnings(readings.device.number[rows], end_ns[rows])
        statistics = {f"{name}_{what}": each.tolist() for what, each in _statistics(column[rows], first, kind).items()}
        places = _places(readings, end_ns, rows[first])
        for place, *numbers in zip(places, *statistics.values(), strict=True):
            if place not in uncertain:
                fields.setdefault(place, {}).update(zip(statistics, numbers, strict=True))
    return Expected(fields, set(_places(readings, end_ns, judged)), uncertain)


def _places(readings: Readings, end_ns: IntArray, rows: NDArray[np.bool_] | IntArray) -> list[Place]:
    names = readings.device.names
    return [
        (names[device], end)
        for device, end in zip(readings.device.number[rows].tolist(), end_ns[rows].tolist(), strict=True)
    ]


def _beginnings(device: IntArray, end_ns: IntArray) -> IntArray:
    """(w,) where each window begins among rows that are in order."""
    if not len(device):
        return np.zeros(0, np.int64)
    new = (np.diff(device) != 0) | (np.diff(end_ns) != 0)
    return np.concatenate([[0], np.flatnonzero(new) + 1])


def _statistics(values: FloatArray, first: IntArray, kind: QuantityKind) -> dict[str, FloatArray]:
    """(w,) each, of the values from `first` to the next, in the order of their times."""
    if not len(first):
        return {}
    count = np.diff(first, append=len(values))
    last = values[first + count - 1]
    statistics = {
        "count": count.astype(np.float64),
        "min": np.minimum.reduceat(values, first),
        "max": np.maximum.reduceat(values, first),
        "first": values[first],
        "last": last,
    }
    mean = np.add.reduceat(values, first) / count
    if kind != "angle":
        deviation = values - np.repeat(mean, count)
        statistics["std"] = np.sqrt(np.add.reduceat(deviation * deviation, first) / count)
        # Sound levels add up as energies, IEC 61672-1.
        energy = np.add.reduceat(10.0 ** (values / 10.0), first) / count if kind == "level" else count
        statistics["mean"] = 10.0 * np.log10(energy) if kind == "level" else mean
    return statistics

"""The sensors of all kinds together, from the figures of each kind."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from processors.indicators.pillars import Row, nothing
from processors.indicators.sensor_health import ALIVE, KNOWN, WORST_AGE
from processors.indicators.zone_sums import Column, ratio

_OF_A_KIND = tuple(f"_{name}" for name in (KNOWN, ALIVE, WORST_AGE))


def is_of_a_kind(indicator: str) -> bool:
    return indicator.endswith(_OF_A_KIND)


def all_sensors(found: Mapping[str, Row], places: int) -> dict[str, Row]:
    """`sensors_known`, `sensors_alive_share` and `freshness_worst_s`: each sensor counts once, of whatever kind.

    A median of all kinds is not made: some report each second and some each hour.
    """
    kinds = sorted(name.removesuffix(f"_{KNOWN}") for name in found if name.endswith(f"_{KNOWN}"))
    if not kinds:
        return {}
    absent = nothing(places)
    known = [found[f"{kind}_{KNOWN}"].value for kind in kinds]
    shares = [found.get(f"{kind}_{ALIVE}", absent) for kind in kinds]
    judged = [_number(count) * share.coverage for count, share in zip(known, shares, strict=True)]
    alive = [count * _number(share.value) for count, share in zip(judged, shares, strict=True)]
    sensors = np.add.reduce([_number(count) for count in known])
    worst = np.fmax.reduce([found.get(f"{kind}_{WORST_AGE}", absent).value for kind in kinds])
    revision = np.zeros(places, np.int32)
    share = ratio(np.add.reduce(alive), np.add.reduce(judged))
    coverage = np.nan_to_num(ratio(np.add.reduce(judged), sensors))
    return {
        KNOWN: _row(np.where(sensors > 0, sensors, np.nan), np.ones(places), revision),
        ALIVE: _row(share, coverage, revision),
        WORST_AGE: _row(worst, coverage, revision),
    }


def _number(column: Column) -> Column:
    return np.nan_to_num(column)


def _row(value: Column, coverage: Column, revision: NDArray[np.int32]) -> Row:
    known = np.isfinite(value)
    return Row(value, np.where(known, coverage, 0.0), known.astype(np.float64), revision)

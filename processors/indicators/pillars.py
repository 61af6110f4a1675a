"""Scores from 0 to 100: indicators on their scales, weighed into pillars, and the pillars into the city."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from config.pillars import Scores, inputs_of
from processors.indicators.zone_sums import Column, ratio

CITY = "city"
_SLACK = 1e-9
"""Three inputs of five that are complete are a coverage of 0.6, whatever the sum of their floats."""


@dataclass(frozen=True, slots=True)
class Row:
    """One figure of `p` places; all columns are (p,)."""

    value: Column
    """NaN: no data."""
    coverage: Column
    quality: Column
    revision: NDArray[np.int32]


def scores(settings: Scores, found: Mapping[str, Row], places: int) -> dict[str, Row]:
    """`score_<pillar>` of each pillar that is not left out, and `score_city`; `found` are the indicators by name.

    An indicator that nobody computes is one without data.
    """
    absent = nothing(places)
    pillars: dict[str, Row] = {}
    for name, inputs in inputs_of(settings).items():
        scaled = [_scaled(found.get(each.indicator, absent), each.points) for each in inputs]
        pillars[name] = weigh(scaled, [each.weight for each in inputs], settings.min_coverage)
    if not pillars:
        return {}
    weights = [float(getattr(settings, name).weight) for name in pillars]
    city = weigh(list(pillars.values()), weights, settings.min_coverage)
    return {f"score_{name}": row for name, row in {**pillars, CITY: city}.items()}


def nothing(places: int) -> Row:
    return Row(np.full(places, np.nan), np.zeros(places), np.zeros(places), np.zeros(places, np.int32))


def weigh(rows: Sequence[Row], weights: Sequence[float], min_coverage: float) -> Row:
    """Their weighted mean over those with data; its coverage is the weighted mean of all, no data counting 0.

    Below the least coverage there is no data.
    """
    weight = np.array(weights)[:, np.newaxis]  # axes: figure, place
    value = np.array([row.value for row in rows])
    known = np.isfinite(value)
    given = np.where(known, weight, 0.0)
    present = given.sum(axis=0)
    coverage = (given * np.array([row.coverage for row in rows])).sum(axis=0) / weight.sum()
    quality = ratio((given * np.array([row.quality for row in rows])).sum(axis=0), present)
    mean = ratio((given * np.where(known, value, 0.0)).sum(axis=0), present)
    enough = (coverage >= min_coverage - _SLACK) & (present > 0)
    revision = np.where(known, np.array([row.revision for row in rows]), 0).max(axis=0)
    return Row(
        np.where(enough, mean, np.nan),
        np.where(enough, np.minimum(coverage, 1.0), 0.0),
        np.where(enough, np.minimum(quality, 1.0), 0.0),
        revision.astype(np.int32),
    )


def _scaled(row: Row, points: Sequence[tuple[float, float]]) -> Row:
    values, marks = zip(*points, strict=True)
    return Row(np.interp(row.value, values, marks), row.coverage, row.quality, row.revision)

"""The six pillars of a smart city, after Gerakan Menuju Smart City, and the indicators that each is scored by.

The pillars are the programme's. Which figures of sensors stand for one, on which scale and with which weight, no
regulation says: what is shipped here is a beginning that works without configuration, and each city's own to change.
"""

from collections.abc import Mapping
from itertools import pairwise
from typing import Annotated

from pydantic import AfterValidator, Field

from config.durations import SECOND_NS, format_duration
from config.section import Duration, Name, Section

QUARTER_NS = 900 * SECOND_NS
PILLARS = ("governance", "branding", "economy", "living", "society", "environment")


def _checked_points(points: tuple[tuple[float, float], ...]) -> tuple[tuple[float, float], ...]:
    if len(points) < 2:
        raise ValueError("a scale needs at least two points [value, score]")
    for (before, _), (after, _) in pairwise(points):
        if before >= after:
            raise ValueError(f"the values of a scale must ascend; {after:g} follows {before:g}")
    for value, score in points:
        if not 0 <= score <= 100:
            raise ValueError(f"a score lies from 0 to 100, not {score:g} (at {value:g})")
    return points


def _checked_step(every_ns: int) -> int:
    if QUARTER_NS % every_ns or every_ns < 10 * SECOND_NS:
        raise ValueError(
            f"{format_duration(every_ns)} is no step of the scores: a quarter of an hour must be a whole number of "
            'them, each at least 10s; write "15m", "5m" or "1m"'
        )
    return every_ns


class ScoreInput(Section):
    """An indicator that a pillar is scored by."""

    indicator: Name
    points: Annotated[tuple[tuple[float, float], ...], AfterValidator(_checked_points)]
    """[value of the indicator, score 0 to 100], the values ascending; straight lines between them, level beyond."""
    weight: Annotated[float, Field(gt=0)] = 1.0


class Pillar(Section):
    weight: Annotated[float, Field(gt=0)] = 1.0
    """In the score of the city."""
    indicators: tuple[ScoreInput, ...] | None = None
    """Absent: those of `SHIPPED`; empty: the pillar is left out."""


class Scores(Section):
    enabled: bool = True
    every: Annotated[Duration, AfterValidator(_checked_step)] = QUARTER_NS
    min_coverage: Annotated[float, Field(ge=0, le=1)] = 0.5
    """Share of its weight, times its coverage, below which a pillar has no data."""
    governance: Pillar = Pillar()
    branding: Pillar = Pillar()
    economy: Pillar = Pillar()
    living: Pillar = Pillar()
    society: Pillar = Pillar()
    environment: Pillar = Pillar()


def _input(indicator: str, weight: float, *points: tuple[float, float]) -> ScoreInput:
    return ScoreInput(indicator=indicator, weight=weight, points=points)


# Minutes from an alert to the first officer who answers.
_RESPONSE = ((5, 100), (15, 80), (60, 40), (240, 0))

SHIPPED: Mapping[str, tuple[ScoreInput, ...]] = {
    "governance": (
        # A city that does not look after its sensors cannot answer for what it does not see.
        _input("sensors_alive_share", 3, (0.5, 0), (0.8, 60), (1, 100)),
        _input("alert_response", 1, *_RESPONSE),
        _input("satisfaction_index", 1, (0, 0), (100, 100)),
    ),
    "branding": (
        # What a visitor meets first: a place to stop at, and how people speak of the city.
        _input("parking_above_target", 2, (0, 100), (1, 0)),
        _input("satisfaction_index", 1, (0, 0), (100, 100)),
    ),
    "economy": (
        # Stands for trade at the kerb: best near the target of 85 %, where spaces earn and customers still find one.
        _input("parking_occupancy", 1, (0, 0), (0.6, 80), (0.85, 100), (1, 60)),
    ),
    "living": (
        _input("traffic_time_index", 1, (1, 100), (1.5, 60), (2.5, 0)),
        # Where no free speed is known: from a walk to the usual limit of a city street.
        _input("traffic_speed", 1, (5, 0), (20, 50), (40, 100)),
        _input("heat_risk", 1, (0, 100), (1, 75), (2, 50), (4, 0)),
    ),
    "society": (
        _input("satisfaction_index", 3, (0, 0), (100, 100)),
        _input("alert_response", 1, *_RESPONSE),
        # Siaga 4 is normal, Siaga 1 the most dangerous.
        _input("water_siaga", 1, (1, 0), (2, 30), (3, 70), (4, 100)),
    ),
    "environment": (
        # The categories of the ISPU: Baik from 80, Sedang from 50, Tidak Sehat from 20.
        _input("ispu_indicative", 2, (0, 100), (50, 80), (100, 50), (200, 20), (300, 0)),
        _input("noise_over_limit_indicative", 1, (0, 100), (0.5, 0)),
    ),
}


def inputs_of(scores: Scores) -> dict[str, tuple[ScoreInput, ...]]:
    """Pillar -> its indicators, without the pillars that are left out."""
    found = {}
    for name in PILLARS:
        configured = getattr(scores, name).indicators
        found[name] = SHIPPED[name] if configured is None else configured
    return {name: inputs for name, inputs in found.items() if inputs}

"""The backend watches itself: what a run measures of its own becomes figures of the zone "denyut"."""

from collections.abc import Mapping

import numpy as np

from config.durations import UNITS_NS
from processors.indicators.indicator_batch import IndicatorBatch

ZONE = "denyut"
KIND = "denyut"
"""As offices and routes name it: what is about the backend itself."""
PREFIX = "denyut_"
"""Of its indicators."""
SIZE_NS = UNITS_NS["m"]


def figures_of(city: str, figures: Mapping[str, float], at_ns: int) -> IndicatorBatch:
    """Indicators of the minute that ended last by the receive time `at_ns`, by their names."""
    names = sorted(figures)
    return IndicatorBatch(
        size_ns=SIZE_NS,
        end_ns=at_ns // SIZE_NS * SIZE_NS,
        city=[city] * len(names),
        zone=[ZONE] * len(names),
        indicator=names,
        value=np.array([figures[name] for name in names], np.float64),
        coverage=np.ones(len(names)),
        quality=np.ones(len(names)),
        revision=np.zeros(len(names), np.int32),
    )

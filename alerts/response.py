"""How soon people answer alerts."""

from collections.abc import Iterable
from statistics import median

import numpy as np

from config.durations import UNITS_NS
from processors.indicators.indicator_batch import CITY_ZONE, IndicatorBatch

RESPONSE = "alert_response"
RESPONSE_NS = 24 * UNITS_NS["h"]
"""Alerts that fired in this time make the figure."""

Wait = tuple[int, int, str, str]
"""(learned_ns, answered_ns, city, zone) of an alert."""


def response(waits: Iterable[Wait], at_ns: int) -> IndicatorBatch:
    """`alert_response` of each zone, and of each city as a whole: the median of the minutes until an answer."""
    minutes: dict[tuple[str, str], list[float]] = {}
    for learned_ns, until_ns, city, zone in waits:
        for place in {(city, zone), (city, CITY_ZONE)}:
            minutes.setdefault(place, []).append((until_ns - learned_ns) / UNITS_NS["m"])
    places = sorted(minutes)
    return IndicatorBatch(
        size_ns=RESPONSE_NS,
        end_ns=at_ns,
        city=[city for city, _ in places],
        zone=[zone for _, zone in places],
        indicator=[RESPONSE] * len(places),
        value=np.array([median(minutes[place]) for place in places]),
        coverage=np.ones(len(places)),
        quality=np.ones(len(places)),
        revision=np.zeros(len(places), np.int32),
    )

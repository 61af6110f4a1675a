"""An accident on a road: less room for a while, and a queue that grows back over the roads that lead there."""

from collections.abc import Iterator
from typing import Annotated

import numpy as np
from pydantic import Field

from config.durations import UNITS_NS
from config.section import Duration, Name
from simulators.draws import FloatArray
from simulators.events.courses import Swell
from simulators.events.event import Event
from simulators.events.influences import Influence, IntArray
from simulators.events.stage import Stage, km_between, nearness
from simulators.roster import Roster

_MINUTE_NS, _HOUR_NS = UNITS_NS["m"], UNITS_NS["h"]
_QUEUE_KMH = 12.0
"""How fast a queue grows backwards; own choice, of the size of a shock wave from free flow into a jam."""
_SPILLS = 0.6
"""How much of what a road loses the next one up the stream loses: some turn off."""
_NEXT_NS = 5 * _MINUTE_NS
"""From one registered station to the next where no travel time says it."""
_FARTHEST = 6
"""Stations up the stream."""


class Accident(Event):
    device: Name
    """The traffic station nearest to it."""
    share: Annotated[float, Field(gt=0, le=1)] = 0.5
    """Of the road's capacity that is gone; 1: closed."""
    lasts: Duration = 30 * _MINUTE_NS
    """Until the road is free again."""
    clears: Duration = 15 * _MINUTE_NS
    """How long the queue takes to go away."""
    reach: Annotated[float, Field(gt=0, le=50)] = 0.5
    """km at which the queue is felt a third as much, where no station says which one lies downstream of it."""


def influences(accident: Accident, stage: Stage) -> Iterator[Influence]:
    course = Swell(_MINUTE_NS, accident.lasts, accident.clears)
    roads = stage.of("traffic")
    here = roads.ids.index(accident.device)
    lost, delay_ns = _queue(roads, here, accident.reach)
    yield stage.later("traffic", "road_capacity", -accident.share * lost, accident.begin, course, delay_ns)
    for kind in ("noise", "air", "pm"):
        near = nearness(km_between(stage.of(kind), (roads[here],)), accident.reach / 2.0)
        yield stage.at(kind, "road_demand", -accident.share * _SPILLS * near, accident.begin, course)


def _queue(roads: Roster, here: int, reach_km: float) -> tuple[FloatArray, IntArray]:
    """(d,) how much of the loss each station has, and after which time, ns."""
    chain = list(_upstream(roads, here))
    if chain:
        lost, delay_ns = np.zeros(len(roads)), np.zeros(len(roads), dtype=np.int64)
        lost[here] = 1.0
        for row, number, after_ns in chain:
            lost[row], delay_ns[row] = _SPILLS**number, after_ns
        return lost, delay_ns
    km = km_between(roads, (roads[here],))
    lost = _SPILLS * nearness(km, reach_km)
    lost[here] = 1.0
    return lost, (np.where(lost > 0, km, 0.0) / _QUEUE_KMH * _HOUR_NS).astype(np.int64)


def _upstream(roads: Roster, here: int) -> Iterator[tuple[int, int, int]]:
    """Row, how many stations away, and the time that a queue takes to it, of all that lead here."""
    known = {here}
    front = [(here, 0)]
    for number in range(1, _FARTHEST + 1):
        found = []
        for below, after_ns in front:
            for row, road in enumerate(roads.registered):
                if road.downstream == roads[below].id and row not in known:
                    known.add(row)
                    found.append((row, after_ns + (road.travel_time or _NEXT_NS)))
        yield from ((row, number, after_ns) for row, after_ns in found)
        front = found

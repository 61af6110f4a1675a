"""A flood wave: the water at one gauge rises and falls, and then at those down the river, later, lower and longer."""

from collections.abc import Iterator
from typing import Annotated, Literal

import numpy as np
from pydantic import Field

from config.durations import SECOND_NS, UNITS_NS
from config.section import Duration, Name, Wait
from simulators.events.courses import Course, Swell, crest_and_width
from simulators.events.event import Event
from simulators.events.influences import Influence
from simulators.events.recorded_waves import KATULAMPA_2020
from simulators.events.stage import Stage
from simulators.roster import Roster


class FloodWave(Event):
    device: Name
    """The gauge."""
    amount: Annotated[float, Field(gt=0, le=10_000)]
    """cm above where the water would stand."""
    shape: Literal["even", "katulampa-2020"] = "even"
    """even: it rises, stands and falls as said below; else as a wave that was recorded."""
    rises: Duration = 30 * SECOND_NS
    """How long it rises, stands and falls."""
    stands: Wait = 0
    falls: Duration = 30 * SECOND_NS
    spread: Duration = 20 * UNITS_NS["m"]
    """How much the river evens it out on its way: the storage time of one reach of a chain of linear reservoirs."""


def influences(wave: FloodWave, stage: Stage) -> Iterator[Influence]:
    gauges = stage.of("water")
    here = gauges.ids.index(wave.device)
    course = course_of(wave)
    crest_ns, width_ns = crest_and_width(course)
    weight, delay_ns, stretch = np.zeros(len(gauges)), np.zeros(len(gauges), dtype=np.int64), np.ones(len(gauges))
    for row, on_the_way_ns in downstream(gauges, here):
        longer = _stretch(on_the_way_ns, crest_ns, width_ns, wave.spread)
        # As much water passes: what is longer is lower. The crest comes after the registered time.
        weight[row], stretch[row] = wave.amount / longer, longer
        delay_ns[row] = on_the_way_ns - round(crest_ns * (longer - 1.0))
    begin_ns = stage.start_ns + wave.begin + delay_ns
    yield Influence("water", "level_cm", weight, begin_ns, course, stretch)


def course_of(wave: FloodWave) -> Course:
    if wave.shape == "katulampa-2020":
        return KATULAMPA_2020
    return Swell(wave.rises, wave.stands, wave.falls)


def downstream(gauges: Roster, here: int) -> Iterator[tuple[int, int]]:
    """Row of each gauge that the water of `here` reaches, this one first, and ns until then."""
    rows = {gauge.id: row for row, gauge in enumerate(gauges.registered)}
    seen, row, on_the_way_ns = set[int](), here, 0
    while row not in seen:
        seen.add(row)
        yield row, on_the_way_ns
        gauge = gauges[row]
        if gauge.travel_time is None or gauge.downstream not in rows:
            return
        row, on_the_way_ns = rows[gauge.downstream], on_the_way_ns + gauge.travel_time


def _stretch(on_the_way_ns: int, crest_ns: float, width_ns: float, storage_ns: int) -> float:
    """How many times as long a wave gets on its way: variances add up, and its front runs ahead of no water.

    A reach of travel time T made of linear reservoirs of storage time K adds T x K to the variance in time of what
    runs through it (Nash 1957; Kalinin and Milyukov 1957).
    """
    longer = float(np.sqrt(1.0 + on_the_way_ns * storage_ns / width_ns**2))
    return min(longer, 1.0 + on_the_way_ns / crest_ns)

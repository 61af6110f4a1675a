"""Smoke of far fires over the city, for hours or days."""

from collections.abc import Iterator
from typing import Annotated

from pydantic import Field

from config.durations import UNITS_NS
from config.section import Duration, Name, Wait
from simulators.events.courses import Swell
from simulators.events.event import Event
from simulators.events.influences import Influence
from simulators.events.stage import Stage, within

BREATHING = ("air", "pm")
"""Kinds of devices that feel smoke."""
_DIMMED = -1.0 / 200.0
"""Degrees Celsius for each ug/m3: the sun is dimmed; own choice."""


class Haze(Event):
    amount: Annotated[float, Field(gt=0, le=5000)]
    """ug/m3 of PM2.5 at its height in air that is mixed as usual: more at dawn and in calm air, less after noon."""
    zones: tuple[Name, ...] = ()
    """Absent: over the whole city."""
    rises: Duration = 6 * UNITS_NS["h"]
    stands: Wait = 24 * UNITS_NS["h"]
    falls: Duration = 6 * UNITS_NS["h"]


def influences(haze: Haze, stage: Stage) -> Iterator[Influence]:
    course = Swell(haze.rises, haze.stands, haze.falls)
    for kind in BREATHING:
        over = within(stage.of(kind), haze.zones)
        yield stage.at(kind, "smoke", haze.amount * over, haze.begin, course)
    over = within(stage.of("weather"), haze.zones)
    yield stage.at("weather", "heat", max(haze.amount * _DIMMED, -2.0) * over, haze.begin, course)

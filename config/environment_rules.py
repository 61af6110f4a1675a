"""Rules of the indicators of air, noise, weather and water, each with what holds where nothing is configured."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from config.durations import SECOND_NS
from config.section import Section, Wait

Parameter = Literal["pm25", "pm10", "o3", "so2", "no2", "co", "hc"]
Share = Annotated[float, Field(gt=0, le=1)]
Hour = Annotated[int, Field(ge=0, le=23)]
Hours = Annotated[int, Field(ge=1, le=24)]


def _ascending(edges: tuple[float, ...]) -> tuple[float, ...]:
    if list(edges) != sorted(set(edges)):
        raise ValueError(f"{list(edges)} must ascend")
    return edges


class EnvironmentRules(Section):
    hour_completeness: Share = 0.75
    """Share of the readings of an hour that make a mean of it."""
    day_completeness: Share = 0.75
    """Share of the hours behind a figure of a longer time; with less it is provisional, and is not judged."""
    ispu_hours: dict[Parameter, Hours] = Field(default={})
    """Hours of the mean behind the ISPU of a parameter, where they are not the 24 of the regulation."""
    lden_begins: Annotated[tuple[Hour, Hour, Hour], AfterValidator(_ascending)] = (7, 19, 23)
    """Hours of the city's clock at which day, evening and night begin for Lden; some states have 6, 18 and 22."""
    rain_day_begins: Hour = 7
    """Hour of the city's clock at which the day of rain begins; that of BMKG's observers is 07:00."""
    rain_dasarian: Annotated[tuple[float, float, float], AfterValidator(_ascending)] = (50.0, 150.0, 300.0)
    """mm in ten days from which rain is middling, high and very high."""
    siaga_deadband: Annotated[float, Field(ge=0)] = 10.0
    """cm that the water must fall below a threshold before its stage ends."""
    siaga_up_readings: Annotated[int, Field(ge=1, le=100)] = 2
    """Readings in a row at a threshold after which Siaga 3 or 2 holds."""
    siaga_1_up_readings: Annotated[int, Field(ge=1, le=100)] = 1
    """The same for Siaga 1."""
    siaga_up_time: Wait | None = None
    """Or so long at the threshold, where that is earlier."""
    siaga_down_time: Wait = 900 * SECOND_NS
    """How long the water must stay below threshold and dead band before a stage ends."""
    siaga_stale: Annotated[float, Field(ge=1)] = 3.0
    """Intervals of a gauge without a reading after which nobody knows how the water stands."""
    rise_alarm: Annotated[float, Field(gt=0)] = 20.0
    """cm in 10 minutes from which water rises alarmingly fast."""


KINDS_OF_RULE: dict[str, tuple[str, ...]] = {
    "hour_completeness": ("air", "noise", "weather"),
    "day_completeness": ("air", "noise", "weather"),
    "ispu_hours": ("air",),
    "lden_begins": ("noise",),
    "rain_day_begins": ("weather",),
    "rain_dasarian": ("weather",),
    "siaga_deadband": ("water",),
    "siaga_up_readings": ("water",),
    "siaga_1_up_readings": ("water",),
    "siaga_up_time": ("water",),
    "siaga_down_time": ("water",),
    "siaga_stale": ("water",),
    "rise_alarm": ("water",),
}
"""Rule -> the kinds of device that it speaks of."""

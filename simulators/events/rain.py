"""Rain of a scenario: one storm over the whole city, as the sky brings them."""

from typing import Annotated
from zoneinfo import ZoneInfo

import numpy as np
from pydantic import Field

from config.civil_time import utc_to_civil
from config.durations import UNITS_NS
from config.section import Duration
from simulators.events.event import Event
from simulators.sky import Storm

WET = ("weather", "water", "traffic", "noise", "air", "pm", "bin")
"""Kinds of devices that feel rain."""


class Rain(Event):
    amount: Annotated[float, Field(gt=0, le=1000)]
    """mm in all; it swells and fades, so that its strongest is twice the mean."""
    lasts: Duration = 2 * UNITS_NS["h"]


def storm(rain: Rain, start_ns: int, zone: ZoneInfo) -> Storm:
    """`start_ns`: of the scenario, ns UTC."""
    begin_ns = utc_to_civil(np.array([start_ns + rain.begin]), zone)
    return Storm(int(begin_ns[0]), rain.lasts, rain.amount)

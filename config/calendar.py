"""Civil time in the configuration: days of the week, times of day, and holidays."""

from datetime import date
from typing import Annotated, Any, Literal, get_args

from pydantic import BeforeValidator, Field

from config.durations import UNITS_NS
from config.section import Section

Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
DAYS: tuple[Day, ...] = get_args(Day)
"""Monday is 0, as in `datetime.weekday`."""


def _time_of_day(value: Any) -> int:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    hours, _, minutes = value.partition(":") if isinstance(value, str) else ("", "", "")
    digits = len(hours) == len(minutes) == 2 and (hours + minutes).isascii() and (hours + minutes).isdigit()
    if not digits or int(minutes) > 59 or int(hours) * 60 + int(minutes) > 24 * 60:
        raise ValueError(f'must be a time of day from "00:00" to "24:00", not {value!r}')
    return int(hours) * UNITS_NS["h"] + int(minutes) * UNITS_NS["m"]


TimeOfDay = Annotated[int, BeforeValidator(_time_of_day), Field(ge=0, le=24 * UNITS_NS["h"])]
"""Integer nanoseconds since the midnight of the city's clock; in a file written as "07:30"."""


class Hours(Section):
    """Times that come again. [begin, end) by the city's clock; an end that is not later lies on the next day."""

    days: tuple[Day, ...] = ()
    """On which it begins; empty: all."""
    begin: TimeOfDay = 0
    end: TimeOfDay = 24 * UNITS_NS["h"]
    holidays: Literal["too", "only", "never"] = "too"
    """Whether it also holds on holidays, on these alone, or on none of them."""


class Holiday(Section):
    day: date
    name: str = ""


class Calendar(Section):
    country: Annotated[str, Field(pattern="^([A-Z]{2})?$")] = "ID"
    """ISO 3166 code whose public holidays count; empty: none."""
    collective_leave: bool = True
    """Also days of collective leave (cuti bersama), where the country has them."""
    holidays: tuple[Holiday, ...] = ()
    """Further ones, such as the anniversary of the regency."""
    workdays: tuple[date, ...] = ()
    """Days that are no holidays here, whatever the country says."""

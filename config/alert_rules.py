"""Rules of alerts: what is watched, from which value on, for how long, and how grave it is."""

from typing import Annotated, Literal

from pydantic import AfterValidator, ConfigDict, Field

from config.actuators import Comparison, Order
from config.calendar import Hours
from config.periods import usual_size_ns
from config.section import Duration, Name, Section, Wait

Severity = Literal["info", "warning", "critical"]


def _size(name: str) -> str:
    if name:
        usual_size_ns(name)
    return name


Size = Annotated[str, AfterValidator(_size)]
SILENCES = ("silent_intervals", "silent_s")
"""Fields that every device has in every window, also and above all where it sent nothing: since its newest reading."""


class Words(Section):
    """A text in both languages; an empty one is taken from the other."""

    id: str = ""
    en: str = ""


class Rule(Section):
    """What is watched is one of these, and each zone, or each device, is an asset of its own.

    `indicator`: a figure of zones; with `against` its ratio to another one.
    `field`: of the windows of each device, of one `kind` or of all, such as "battery_last", "pm25_anomaly",
    "silent_intervals".
    `kind` and `quantity`: each reading at once, before any window closes.
    `all` or `any`: other rules, and whether they are firing in the same zone.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False, populate_by_name=True)

    id: Name
    indicator: Name | None = None
    against: Name | None = None
    """Indicator by which the first is divided; where it is 0 nothing is said."""
    kind: Name | None = None
    field: Name | None = None
    """A statistic of a quantity in windows: "battery_last"; or "silent_s", the seconds since a device's newest reading,
    and "silent_intervals", so many of its usual intervals. An absent kind means devices of all kinds."""
    quantity: Name | None = None
    every: Annotated[tuple[Name, ...], Field(alias="all")] = ()
    some: Annotated[tuple[Name, ...], Field(alias="any")] = ()
    over: Duration | None = None
    """Then the change of the figure within this time is watched, its newest value less that of so long before."""
    size: Size = ""
    """Of the windows that are watched, as in the tag of their points: "1m", "15m", "1d"."""
    zones: tuple[Name, ...] = ()
    """Only these; empty: all zones, and not the city as a whole, which is the zone "all"."""
    devices: tuple[Name, ...] = ()
    when: Comparison = ">"
    enter: float = 0.5
    """Needed, but for `all` and `any`, which are 1 where they hold and 0 elsewhere."""
    exit: float | None = None
    """Where an alert ends; absent: at `enter`. Between the two nothing changes."""
    lasting: Annotated[Wait, Field(alias="for")] = 0
    """How long it must hold, in event time, before the alert fires."""
    keep: Wait = 0
    """How long it must be over before the alert is resolved."""
    severity: Severity = "warning"
    min_coverage: Annotated[float, Field(ge=0, le=1)] = 0.0
    """A figure with less coverage says nothing: neither that something is wrong nor that all is well."""
    stale_after: Duration | None = None
    """An alert of which nothing was heard for so long is stale; absent: three windows, of readings three hours."""
    hours: Hours | None = None
    """The rule holds at these times of the city's clock alone; outside them it begins nothing and its alerts end."""
    title: Words = Words()
    advice: Words = Words()
    """What to do."""
    unit: str = ""
    cause: str = ""
    """A word by which alerts of different rules are grouped, such as "power"."""
    orders: tuple[Order, ...] = ()
    """Commands to actuators."""

    @property
    def ways(self) -> tuple[str, ...]:
        """The keys that say what is watched, as they are written; one, where the rule is right."""
        named = {
            "indicator": self.indicator,
            "field": self.field,
            "quantity": self.quantity,
            "all": self.every,
            "any": self.some,
        }
        return tuple(key for key, value in named.items() if value)

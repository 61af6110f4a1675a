"""Rules of alerts: what is watched, from which value on, for how long, and how grave it is."""

from typing import Annotated, Literal

from pydantic import AfterValidator, ConfigDict, Field

from config.periods import usual_size_ns
from config.section import Duration, Name, Section, Wait

Comparison = Literal[">", ">=", "<", "<="]
Severity = Literal["info", "warning", "critical"]


def _size(name: str) -> str:
    usual_size_ns(name)
    return name


Size = Annotated[str, AfterValidator(_size)]


class Rule(Section):
    """Of an `indicator` each zone is an asset of its own, of a `field` of windows each device of the `kind`."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False, populate_by_name=True)

    id: Name
    indicator: Name | None = None
    kind: Name | None = None
    field: Name | None = None
    """A statistic of a quantity in the kind's windows: "battery_last"."""
    size: Size
    """Of the windows that are watched, as in the tag of their points: "1m", "15m", "1d"."""
    zones: tuple[Name, ...] = ()
    """Only these; empty: all zones, and not the city as a whole, which is the zone "all"."""
    devices: tuple[Name, ...] = ()
    when: Comparison = ">"
    enter: float
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
    """An alert of which nothing was heard for so long is stale; absent: three windows."""

"""What befalls a simulated city beside its daily rhythm: faults of devices and floods, on a time line."""

from typing import Annotated, Literal, get_args

from pydantic import Field

from config.alert_rules import Words
from config.durations import SECOND_NS, UNITS_NS
from config.section import Duration, Name, Section, Wait

FaultKind = Literal[
    "lost",
    "duplicated",
    "delayed",
    "offline",
    "dead",
    "clock_offset",
    "clock_drift",
    "clock_jump",
    "stuck",
    "spike",
    "drift",
    "wrong_unit",
    "malformed",
    "changed_shape",
]
FAULT_KINDS: tuple[FaultKind, ...] = get_args(FaultKind)
"""What each does stands in docs/scenarios.md."""


class Fault(Section):
    """Of a `share` of the readings, or with faults that last, of the devices; targets that are empty mean all."""

    kind: FaultKind
    share: Annotated[float, Field(gt=0, le=1)] = 1.0
    kinds: tuple[Name, ...] = ()
    zones: tuple[Name, ...] = ()
    devices: tuple[Name, ...] = ()
    gateways: tuple[Name, ...] = ()
    begin: Wait = 0
    """Since the beginning of the scenario."""
    end: Duration | None = None
    """Absent: its end."""
    time: Duration = 30 * SECOND_NS
    """delayed: mean delay; offline: how long; clock_offset, clock_jump: how far at most, either way."""
    quantity: str = ""
    """stuck, spike, drift, wrong_unit: of which; empty: each."""
    amount: float = 10.0
    """spike, wrong_unit: factor; drift: what is added each hour; clock_drift: seconds each hour."""


class FloodWave(Section):
    """It is true: not what a gauge says wrongly, but where the water stands."""

    device: Name
    """The gauge."""
    amount: Annotated[float, Field(gt=0, le=10_000)]
    """cm above where the water would stand."""
    begin: Wait = 0
    """Since the beginning of the scenario."""
    rises: Duration = 30 * SECOND_NS
    """How long it rises, stands and falls."""
    stands: Wait = 0
    falls: Duration = 30 * SECOND_NS
    title: Words = Words()
    """For those who watch: why it rises."""


class Scenario(Section):
    name: str = ""
    lasts: Duration = UNITS_NS["h"]
    faults: tuple[Fault, ...] = ()
    flood_waves: tuple[FloodWave, ...] = ()

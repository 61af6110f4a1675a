"""What befalls a simulated city beside its daily rhythm: faults of devices and floods, on a time line."""

from typing import Annotated

from pydantic import Field

from config.alert_rules import Words
from config.durations import SECOND_NS, UNITS_NS
from config.section import Duration, Name, Section, Wait
from simulators.faults.fault import Fault


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

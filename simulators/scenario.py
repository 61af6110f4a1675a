"""What befalls a simulated city beside its daily rhythm: events, and faults of devices, on a time line."""

from pathlib import Path

from pydantic import PrivateAttr

from config.durations import UNITS_NS
from config.section import Duration
from simulators.actuator.conduct import Conduct
from simulators.events.script import Script
from simulators.faults.fault import Fault

SHIPPED = Path(__file__).parent / "scenarios"


class Scenario(Script):
    name: str = ""
    lasts: Duration = UNITS_NS["h"]
    faults: tuple[Fault, ...] = ()
    actuators: tuple[Conduct, ...] = ()
    """How things on the street take their commands."""
    _file: Path | None = PrivateAttr(None)

    @property
    def file(self) -> Path | None:
        """Where it was read from."""
        return self._file

    @property
    def is_shipped(self) -> bool:
        return self._file is not None and self._file.parent == SHIPPED

    def read_from(self, file: Path) -> "Scenario":
        scenario = self.model_copy()
        scenario._file = file
        return scenario

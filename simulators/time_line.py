"""When something of a scenario begins and ends."""

from typing import Self

from pydantic import model_validator

from config.durations import format_duration
from config.section import Duration, Section, Wait


class Timed(Section):
    begin: Wait = 0
    """Since the beginning of the scenario."""
    end: Duration | None = None
    """Absent: with the scenario."""

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> Self:
        if self.end is not None and self.end <= self.begin:
            end, begin = format_duration(self.end), format_duration(self.begin)
            raise ValueError(f"it ends after {end}, which is not after its begin ({begin})")
        return self

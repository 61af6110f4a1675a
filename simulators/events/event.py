"""What every event of a scenario says, and what is told of it afterwards."""

from dataclasses import dataclass

from config.alert_rules import Words
from config.section import Section, Wait


class Event(Section):
    """It is true, unlike a fault: devices report rightly what it changes around them."""

    begin: Wait = 0
    """Since the beginning of the scenario."""
    title: Words = Words()
    """For those who watch: why it is so."""


@dataclass(frozen=True, slots=True)
class Happening:
    """One event as it took place."""

    kind: str
    """The name of its table in the scenario ("accidents")."""
    title: Words
    place: str
    """The device or the zones that the scenario names; empty: the whole city."""
    begin_ns: int
    """ns UTC, when the first device feels it."""
    end_ns: int
    """ns UTC, when no device feels it any more."""
    devices: tuple[str, ...]
    """Ids of all that feel it."""

"""Things on the street that obey: signs, sirens, pumps and barriers."""

from typing import Annotated, Any, Literal

from pydantic import Field

from config.durations import SECOND_NS, UNITS_NS
from config.section import Duration, Name, Section, Wait, between

Comparison = Literal[">", ">=", "<", "<="]


class Interlock(Section):
    """What must hold, else a command is refused: the newest confirmed command of another actuator, or a figure."""

    commands: tuple[Name, ...] = ()
    """Of the actuator's own; empty: all."""
    actuator: str = ""
    not_in: tuple[Name, ...] = ()
    """Commands that the other one must not have confirmed last, or be carrying out."""
    indicator: str = ""
    zone: str = ""
    size: str = "1m"
    when: Comparison = ">"
    value: float = 0.0
    """The newest figure must stand so, and be known."""
    why: str = ""


class Proof(Section):
    """The street has changed: the figure stands so within this time after the command was confirmed."""

    indicator: Name
    zone: str = ""
    """Empty: the actuator's."""
    size: str = "1m"
    when: Comparison = ">"
    value: float
    within: Duration = 10 * UNITS_NS["m"]


class Command(Section):
    payload: dict[str, Any] = Field(default={})
    """JSON object; the name as "command", the id as "id" and the time at which it is void as "expires" are added."""
    proof: Proof | None = None
    safe: bool = False
    """It makes things safe, such as a siren's silence: neither the rate limit nor another command keeps it back."""


class Actuator(Section):
    id: Name
    kind: str = ""
    name: str = ""
    zone: str = ""
    office: str = ""
    source: str = ""
    """Whose broker; empty: the first."""
    topic: Name
    """Where it listens for commands."""
    commands: Annotated[dict[str, Command], Field(min_length=1)]
    qos: Literal[0, 1, 2] = 1
    expires: Annotated[Duration, between(2 * SECOND_NS, UNITS_NS["h"])] = 30 * SECOND_NS
    """Unconfirmed for so long a command has expired; the broker does not deliver it later than that."""
    answers: bool = True
    """False: it says nothing back; what was sent counts as confirmed."""
    interlocks: tuple[Interlock, ...] = ()
    most: Annotated[int, Field(ge=1, le=10_000)] = 6
    """Commands within `within`."""
    within: Duration = UNITS_NS["h"]
    apart: Wait = 5 * SECOND_NS
    """At least so long between two commands."""
    officers: tuple[Name, ...] = ()
    """Who may command it beside operators."""
    offices: tuple[Name, ...] = ()
    """Whose officers may."""
    dry_run: bool = False
    """Commands are decided and recorded, and never sent."""


class Order(Section):
    """What a rule asks of an actuator."""

    actuator: Name
    command: Name
    on: Literal["firing", "resolved"] = "firing"

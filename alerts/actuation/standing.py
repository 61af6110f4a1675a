"""What each actuator does as far as anybody knows, how often it was commanded, and which alerts want what of it."""

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from alerts.actuation.command_state import CommandState


@dataclass(slots=True)
class Standing:
    """Of one actuator."""

    confirmed: str = ""
    """The newest command that it has confirmed."""
    number: int = 0
    """Of that command."""
    doubtful: dict[str, int] = field(default_factory=dict)
    """Command -> number of the newest that it may have carried out since then, although nothing confirmed it."""
    decided_ns: list[int] = field(default_factory=list)
    """When commands that count were decided, as many as the rate limit looks at."""
    last_ns: int = 0
    """When any was decided, but for rehearsals of one command."""
    newest: int = 0
    """Number of the newest command that was decided."""
    wanted: dict[int, str] = field(default_factory=dict)
    """Number of an alert that is firing -> what its rule ordered as it began."""

    @property
    def does(self) -> set[str]:
        """All that it may be doing now."""
        return {self.confirmed, *self.doubtful} - {""}

    def decided(self, state: CommandState, most: int, *, counts: bool) -> None:
        self.newest, self.last_ns = state.number, state.decided_ns
        if counts:
            self.decided_ns = [*self.decided_ns, state.decided_ns][-most:]

    def ordered(self, state: CommandState) -> None:
        self.doubtful[state.command] = state.number

    def confirm(self, state: CommandState) -> None:
        """Commands reach it in their order, so this one is what came of all before it."""
        if state.number > self.number:
            self.confirmed, self.number = state.command, state.number
        self.doubtful = {command: number for command, number in self.doubtful.items() if number > self.number}

    def not_done(self, state: CommandState) -> None:
        """It surely has not carried out this one."""
        if self.doubtful.get(state.command) == state.number:
            del self.doubtful[state.command]


class Standings:
    def __init__(self) -> None:
        self._of: defaultdict[str, Standing] = defaultdict(Standing)

    def __getitem__(self, actuator: str) -> Standing:
        return self._of[actuator]

    def keep_only(self, alerts: set[int]) -> None:
        """Of alerts that are gone nothing is wanted any more."""
        for standing in self._of.values():
            standing.wanted = {alert: command for alert, command in standing.wanted.items() if alert in alerts}

    def describe(self) -> dict[str, Any]:
        """As `restore` takes it."""
        names = tuple(Standing.__dataclass_fields__)
        return {
            actuator: {name: getattr(standing, name) for name in names}
            for actuator, standing in sorted(self._of.items())
        }

    def restore(self, saved: dict[str, Any]) -> None:
        for actuator, each in saved.items():
            wanted = {int(alert): command for alert, command in each["wanted"].items()}
            self._of[actuator] = Standing(**{**each, "wanted": wanted})

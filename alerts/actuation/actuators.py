"""The actuators as they are configured."""

from collections.abc import Iterable, Iterator

from alerts.actuation.command_state import CommandState, Denied, Refused
from alerts.actuation.figures import FigureKey, key_of
from config.actuators import Actuator, Command
from config.mistakes import did_you_mean
from config.settings import Settings


def with_dry_runs(settings: Settings) -> Settings:
    """For recorded data: what its alerts would have ordered is known, and nothing waits to be sent or answered."""
    rehearsed = (actuator.model_copy(update={"dry_run": True}) for actuator in settings.actuators)
    return settings.model_copy(update={"actuators": tuple(rehearsed)})


class Actuators:
    def __init__(self, actuators: Iterable[Actuator]) -> None:
        self._by_id = {actuator.id: actuator for actuator in actuators}

    def __iter__(self) -> Iterator[str]:
        return iter(self._by_id)

    def get(self, actuator: str) -> Actuator | None:
        return self._by_id.get(actuator)

    def unknown(self, actuator: str, command: str) -> Refused | None:
        """Whether there is no such actuator, or it knows no such command."""
        found = self._by_id.get(actuator)
        if found is None:
            hint = did_you_mean(actuator, self._by_id)
            return Refused(Denied.UNKNOWN, f"there is no actuator {actuator!r}{hint}")
        if command not in found.commands:
            hint = did_you_mean(command, found.commands)
            return Refused(Denied.UNKNOWN, f"{actuator!r} knows no command {command!r}{hint}")
        return None

    def configured(self, state: CommandState) -> tuple[Actuator, Command]:
        """What the configuration has no more asks for nothing and proves nothing."""
        actuator = self._by_id.get(state.actuator)
        command = None if actuator is None else actuator.commands.get(state.command)
        command = command or Command()
        return actuator or Actuator(id=state.actuator, topic="gone", commands={state.command: command}), command

    @property
    def figures(self) -> set[FigureKey]:
        """Those that interlocks and proofs speak of."""
        keys = set()
        for actuator in self._by_id.values():
            keys |= {key_of(interlock, actuator) for interlock in actuator.interlocks if interlock.indicator}
            keys |= {key_of(each.proof, actuator) for each in actuator.commands.values() if each.proof is not None}
        return keys

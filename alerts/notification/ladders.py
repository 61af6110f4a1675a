"""How an alert climbs while nobody answers: the configured ladders, and those that hold where none is."""

from config.durations import UNITS_NS
from config.duty import Ladder, Step
from config.settings import Settings

_SHIFT = Step(to=("shift",))
_OFFICE = Step(after=15 * UNITS_NS["m"], to=("office",))
_HEAD = Step(after=30 * UNITS_NS["m"], to=("head",))
DEFAULT_LADDERS: dict[str, Ladder] = {
    "info": Ladder(id="info", steps=(_SHIFT,)),
    "warning": Ladder(id="warning", steps=(_SHIFT, _OFFICE)),
    "critical": Ladder(id="critical", steps=(_SHIFT, _OFFICE, _HEAD)),
}
"""By severity. Own choice: no rule says how long an office may take."""


class Ladders:
    def __init__(self, settings: Settings) -> None:
        # One of a city's own with the name of a severity takes the place of that default.
        self._known = {**DEFAULT_LADDERS, **{ladder.id: ladder for ladder in settings.ladders}}
        self._named = {str(severity): name for severity, name in settings.notification.ladders.items()}

    def of(self, name: str, severity: str) -> Ladder:
        """The one that a route names, else that of the severity."""
        return self._known.get(name) or self._known.get(self._named.get(severity, "")) or self._known[severity]


def after_ns(ladder: Ladder, step: int) -> int | None:
    """How long after the beginning the step comes, counted from 0; beyond the last it is repeated. None: never."""
    steps = ladder.steps
    if step < len(steps):
        return steps[step].after
    if ladder.repeat is None:
        return None
    return steps[-1].after + (step - len(steps) + 1) * ladder.repeat


def next_step(ladder: Ladder, step: int, since_ns: int) -> int:
    """The one that follows `step`; repetitions that were missed, as nothing ran meanwhile, are not made up for."""
    if ladder.repeat is None or step + 1 < len(ladder.steps):
        return step + 1
    missed = (since_ns - ladder.steps[-1].after) // ladder.repeat
    return max(step + 1, len(ladder.steps) + missed)


def step_of(ladder: Ladder, step: int) -> Step:
    return ladder.steps[min(step, len(ladder.steps) - 1)]

"""How things on the street take commands: at once, late, never, as a scenario says."""

from collections.abc import Sequence
from typing import Annotated, Literal, Self

import numpy as np
from pydantic import AfterValidator, Field, model_validator

from config.durations import SECOND_NS, format_duration
from config.section import Duration, Name
from simulators.draws import Draws, key_of
from simulators.time_line import Timed

Behaviour = Literal["done", "late", "twice", "never", "refuses", "retained", "stranger", "garbage"]
MEANING: dict[Behaviour, str] = {
    "done": "answers at once that it has done it",
    "late": "does so after a while",
    "twice": "gives the same answer two times",
    "never": "hears, and does not answer",
    "refuses": "answers that it has not done it, for want of power",
    "retained": "leaves its answer on the broker, which hands it to whoever comes later",
    "stranger": "answers to a command that nobody gave",
    "garbage": "answers what nobody can read",
}


def _one_topic(topic: str) -> str:
    if set(topic) & set("+#\0"):
        raise ValueError(f"{topic!r} is not the topic of one thing: it must have neither + nor # nor NUL")
    return topic


class Conduct(Timed):
    """Of actuators of the configuration, all where none is named, and of things on topics that it does not know."""

    actuators: tuple[Name, ...] = ()
    topics: tuple[Annotated[Name, AfterValidator(_one_topic)], ...] = ()
    behaviour: Behaviour = "done"
    late: Duration = 5 * SECOND_NS
    """late: by the clock, not in event time."""
    share: Annotated[float, Field(gt=0, le=1)] = 1.0
    """Of the commands; the others are obeyed at once."""

    @model_validator(mode="after")
    def _says_what_it_uses(self) -> Self:
        if "late" in self.model_fields_set and self.behaviour != "late":
            raise ValueError(f"what is {self.behaviour!r} is never `late`; that goes with behaviour = 'late'")
        return self

    def __str__(self) -> str:
        words: str = self.behaviour
        words += f" by {format_duration(self.late)}" if self.behaviour == "late" else ""
        words += f", {self.share:.0%} of commands" if self.share < 1 else ""
        words += f", from {format_duration(self.begin)}" if self.begin else ""
        return words + (f" until {format_duration(self.end)}" if self.end is not None else "")

    def holds_at(self, since_ns: int) -> bool:
        """`since_ns`: after the beginning of the scenario."""
        return since_ns >= self.begin and (self.end is None or since_ns < self.end)


OBEDIENT = Conduct()


class Conducts:
    """Of one actuator: the first that holds for a command decides. The same commands meet with the same each time."""

    def __init__(self, conducts: Sequence[Conduct], name: str, seed: int) -> None:
        self._conducts = tuple(conducts)
        self._keys = [key_of(seed, f"conduct {number}", name) for number in range(len(conducts))]
        self._heard = 0

    def next(self, since_ns: int) -> Conduct:
        """For one command more, which came so long after the beginning of the scenario."""
        number, self._heard = self._heard, self._heard + 1
        for conduct, key in zip(self._conducts, self._keys, strict=True):
            if conduct.holds_at(since_ns) and _draw(key, number) < conduct.share:
                return conduct
        return OBEDIENT

    def __str__(self) -> str:
        return "; ".join(map(str, self._conducts)) or str(OBEDIENT)


def _draw(key: int, number: int) -> float:
    return float(Draws(np.array([key], np.uint64), np.array([number], np.int64)).uniform(1)[0])

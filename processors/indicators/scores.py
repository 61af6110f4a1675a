"""Figures that are made of the figures of all kinds of device: the scores of the city, and its sensors as a whole.

They are made at the end of each step, once every kind has closed what ended there. A figure counts at the steps from
its window's end to before the end of the next window of its size; of several sizes the longest up to the step's, else
the shortest.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from config.pillars import Scores, inputs_of
from processors.checkpoints.arrays import Pack, Unpack
from processors.indicators.all_sensors import all_sensors, is_of_a_kind
from processors.indicators.indicator_batch import IndicatorBatch
from processors.indicators.pillars import Row, nothing, scores

Key = TypeVar("Key", str, tuple[str, str])
KEPT = 16
"""Steps that late readings can still revise."""
_NEVER = -(2**62)


@dataclass(frozen=True, slots=True)
class Figures:
    """Of windows of one size that ended together; one row for each (place, name), all columns (n,)."""

    place: NDArray[np.int32]
    name: NDArray[np.int32]
    value: NDArray[np.float64]
    coverage: NDArray[np.float64]
    quality: NDArray[np.float64]
    revision: NDArray[np.int32]

    def columns(self) -> tuple[NDArray[Any], ...]:
        return self.place, self.name, self.value, self.coverage, self.quality, self.revision

    def followed_by(self, later: "Figures") -> "Figures":
        """Both; where both have a figure the later one stands."""
        joined = [np.concatenate(pair) for pair in zip(self.columns(), later.columns(), strict=True)]
        identity = joined[0].astype(np.int64) << 32 | joined[1]
        _, newest = np.unique(identity[::-1], return_index=True)
        chosen = len(identity) - 1 - newest
        return Figures(*(column[chosen] for column in joined))


class ScoreState:
    """What is remembered from step to step; part of the processor's state."""

    def __init__(self) -> None:
        self.places: list[tuple[str, str]] = []
        """(city, zone), in the order in which they were first heard of."""
        self.names: list[str] = []
        self.held: dict[tuple[int, int], Figures] = {}
        """(size, end) in ns of their windows -> figures."""
        self.scored_until_ns = _NEVER
        self.revised: set[int] = set()
        """Steps that were made and whose figures have changed since."""

    def describe(self, pack: Pack) -> dict[str, Any]:
        return {
            "places": [list(place) for place in self.places],
            "names": self.names,
            "held": [[*key, *map(pack, figures.columns())] for key, figures in sorted(self.held.items())],
            "scored_until_ns": self.scored_until_ns,
            "revised": sorted(self.revised),
        }

    @classmethod
    def restore(cls, saved: Mapping[str, Any], unpack: Unpack) -> "ScoreState":
        state = cls()
        state.places = [(city, zone) for city, zone in saved["places"]]
        state.names = list(saved["names"])
        state.held = {(size, end): Figures(*map(unpack, columns)) for size, end, *columns in saved["held"]}
        state.scored_until_ns = saved["scored_until_ns"]
        state.revised = set(saved["revised"])
        return state


class CityFigures:
    def __init__(self, settings: Scores, state: ScoreState) -> None:
        self._settings = settings
        self._state = state
        self._every_ns = settings.every
        asked = {each.indicator for inputs in inputs_of(settings).values() for each in inputs}
        self._asked = asked if settings.enabled else set()
        self._places = {place: number for number, place in enumerate(state.places)}
        self._names = {name: number for number, name in enumerate(state.names)}
        # The steps of the last run may have been others.
        state.revised = {end_ns for end_ns in state.revised if end_ns % settings.every == 0}

    def take(self, batch: IndicatorBatch) -> None:
        """Keep what the scores are made of. Figures may come in any order, a revised one after what it revises."""
        first_ns = self._step_from(batch.end_ns)
        until_ns = batch.end_ns + batch.size_ns
        if first_ns >= until_ns or until_ns <= self._oldest_ns():
            return
        chosen = [at for at, name in enumerate(batch.indicator) if name in self._asked or is_of_a_kind(name)]
        if not chosen:
            return
        state = self._state
        figures = self._figures(batch, chosen)
        held = state.held.get((batch.size_ns, batch.end_ns))
        state.held[batch.size_ns, batch.end_ns] = figures if held is None else held.followed_by(figures)
        first_ns = self._step_from(max(first_ns, self._oldest_ns() + 1))
        state.revised.update(range(first_ns, min(state.scored_until_ns, until_ns - 1) + 1, self._every_ns))

    def close(self, until_ns: int) -> list[IndicatorBatch]:
        """The steps that end by then, and those that were revised; to be called when all that ended by then is in."""
        state = self._state
        batches = [self._made(end_ns) for end_ns in self._due(until_ns)]
        state.revised.clear()
        state.scored_until_ns = max(state.scored_until_ns, until_ns // self._every_ns * self._every_ns)
        oldest_ns = self._oldest_ns()
        state.held = {key: figures for key, figures in state.held.items() if sum(key) > oldest_ns}
        return batches

    def _step_from(self, time_ns: int) -> int:
        """The first end of a step from there on."""
        return -(-time_ns // self._every_ns) * self._every_ns

    def _oldest_ns(self) -> int:
        """Steps up to here are not revised any more."""
        return self._state.scored_until_ns - KEPT * self._every_ns

    def _due(self, until_ns: int) -> list[int]:
        """Ends of steps. Windows up to the step's length make one; a longer one counts at those, and makes its own end.

        So nothing is made where nobody watched: after the end of a recording, at each step of its last month.
        """
        steps: set[int] = set()
        for size_ns, end_ns in self._state.held:
            first_ns = self._step_from(end_ns)
            last_ns = end_ns + size_ns - 1 if size_ns <= self._every_ns else first_ns
            steps.update(range(first_ns, min(last_ns, until_ns) + 1, self._every_ns))
        return sorted(
            end_ns for end_ns in steps if end_ns > self._state.scored_until_ns or end_ns in self._state.revised
        )

    def _figures(self, batch: IndicatorBatch, chosen: list[int]) -> Figures:
        places = [_number(self._places, self._state.places, (batch.city[at], batch.zone[at])) for at in chosen]
        names = [_number(self._names, self._state.names, batch.indicator[at]) for at in chosen]
        return Figures(
            place=np.array(places, np.int32),
            name=np.array(names, np.int32),
            value=batch.value[chosen],
            coverage=batch.coverage[chosen],
            quality=batch.quality[chosen],
            revision=batch.revision[chosen],
        )

    def _made(self, end_ns: int) -> IndicatorBatch:
        state = self._state
        order = sorted(range(len(state.places)), key=state.places.__getitem__)
        found = self._found(end_ns, np.array(order))
        sensors = all_sensors(found, len(order))
        scored = scores(self._settings, {**found, **sensors}, len(order)) if self._settings.enabled else {}
        made = {**scored, **sensors}
        rows = list(made.values())
        return IndicatorBatch(
            size_ns=self._every_ns,
            end_ns=end_ns,
            city=[state.places[at][0] for at in order] * len(rows),
            zone=[state.places[at][1] for at in order] * len(rows),
            indicator=[name for name in made for _ in order],
            value=np.concatenate([row.value for row in rows]),
            coverage=np.concatenate([row.coverage for row in rows]),
            quality=np.concatenate([row.quality for row in rows]),
            revision=np.concatenate([row.revision for row in rows]),
        )

    def _found(self, end_ns: int, order: NDArray[np.int64]) -> dict[str, Row]:
        """By name the figures that count at that step, their places in the order given."""
        place_at = np.empty(len(order), np.int64)
        place_at[order] = np.arange(len(order))
        found: dict[str, Row] = {}
        for key in sorted((key for key in self._state.held if key[1] <= end_ns < sum(key)), key=self._preference):
            figures = self._state.held[key]
            for number in np.unique(figures.name).tolist():
                chosen = np.flatnonzero(figures.name == number)
                row = found.setdefault(self._state.names[number], nothing(len(order)))
                at = place_at[figures.place[chosen]]
                row.value[at], row.coverage[at] = figures.value[chosen], figures.coverage[chosen]
                row.quality[at], row.revision[at] = figures.quality[chosen], figures.revision[chosen]
        return found

    def _preference(self, key: tuple[int, int]) -> tuple[bool, int, int]:
        """The best comes last."""
        size_ns, end_ns = key
        within = size_ns <= self._every_ns
        return within, size_ns if within else -size_ns, end_ns


def _number(numbers: dict[Key, int], listed: list[Key], key: Key) -> int:
    """Its place in the list, to which it is appended where it is new."""
    number = numbers.setdefault(key, len(listed))
    if number == len(listed):
        listed.append(key)
    return number

"""Rules about other rules: whether all, or any, of them are firing in a zone."""

from collections.abc import Callable, Iterator, Sequence
from graphlib import TopologicalSorter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from alerts.assets import ZoneAssets
from alerts.figures.figure import Figure, Watched
from alerts.lifecycle import Lifecycle
from config.alert_rules import Rule

Firing = Callable[[str], NDArray[np.int64]]
"""Rule -> numbers of the zones in which it is firing, or a device of theirs is."""


class Composites:
    """Judged after the others of the same closing, those that others are made of first."""

    def __init__(self, rules: Sequence[Rule], zones: ZoneAssets) -> None:
        self._zones = zones
        by_id = {rule.id: rule for rule in rules}
        parts = {rule.id: members_of(rule) for rule in rules if members_of(rule)}
        ordered = [rule for rule in TopologicalSorter(parts).static_order() if rule in parts]
        self.lives = [Lifecycle(by_id[rule]) for rule in ordered]
        self._made_of: dict[str, set[str]] = {}
        """Rule -> the composites that it is part of."""
        for composite, members in parts.items():
            for member in members:
                self._made_of.setdefault(member, set()).add(composite)
        self._of_readings = {
            composite
            for composite, members in parts.items()
            if any(member in by_id and by_id[member].quantity is not None for member in members)
        }
        """No window of their own tells that time goes on."""
        self._due: set[str] = set()

    def note(self, rule: str) -> None:
        """It was judged, so what is made of it is to be judged as well."""
        self._due |= self._made_of.get(rule, set())

    def of(self, end_ns: int, firing: Firing) -> Iterator[tuple[Lifecycle, Watched]]:
        """What is to be judged by the windows that ended then; whoever takes one judges it before asking on.

        Of windows that come later than those of a later end, the next closing tells.
        """
        self._due |= self._of_readings
        for life in self.lives:
            if life.rule.id in self._due and end_ns > life.newest_ns:
                self._due.remove(life.rule.id)
                yield life, self._watched(life.rule, end_ns, firing)
                self.note(life.rule.id)

    def _watched(self, rule: Rule, end_ns: int, firing: Firing) -> Watched:
        places = [firing(member) for member in members_of(rule)]
        hits = np.zeros(len(self._zones), np.int64)
        for zones in places:
            hits[zones] += 1
        wanted = len(places) if rule.every else 1
        value = (hits >= wanted).astype(np.float64)
        return Watched(Figure("", rule.id, rule.size), end_ns, value, np.ones(len(value)), self._zones)

    def describe(self) -> list[str]:
        """As `restore` takes it."""
        return sorted(self._due)

    def restore(self, saved: list[Any]) -> None:
        self._due = {*saved} & {life.rule.id for life in self.lives}


def members_of(rule: Rule) -> tuple[str, ...]:
    return tuple(dict.fromkeys(rule.every or rule.some))

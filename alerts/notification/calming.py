"""Those who were told that something comes and goes, until they can be told that it is calm."""

from collections.abc import Container, Iterable
from dataclasses import replace
from typing import Any

from alerts.book import packed, unpacked
from alerts.notification.flapping import Key
from alerts.notification.telling import Told


class Calming:
    def __init__(self) -> None:
        self._told: dict[Key, list[str]] = {}
        """Ids of recipients."""
        self._last: dict[Key, Told] = {}
        """Of the same: the alert that they were told of, then each one that ended since."""

    def flaps(self, told: Told, recipients: Iterable[str]) -> None:
        """These are told of it."""
        self._told[told.alert.key] = list(recipients)
        self._last[told.alert.key] = _as_it_is(told)

    def ends(self, told: Told) -> None:
        """Once more, and nobody is told of that."""
        if told.alert.key in self._told:
            self._last[told.alert.key] = _as_it_is(told)

    def take(self, key: Key) -> tuple[Told, list[str]] | None:
        """The alert that ended last and those to be told; None: nobody was told that it flaps."""
        recipients = self._told.pop(key, None)
        return None if recipients is None else (self._last.pop(key), recipients)

    def describe(self) -> list[Any]:
        """As `restore` takes it."""
        return [
            [packed(self._last[key].alert), self._last[key].ended_ns, recipients]
            for key, recipients in self._told.items()
        ]

    def restore(self, saved: list[Any], rules: Container[str]) -> None:
        """Without those whose rule is gone."""
        for content, ended_ns, recipients in saved:
            alert = unpacked(content)
            if alert.rule in rules:
                self.flaps(Told(alert, ended_ns), recipients)


def _as_it_is(told: Told) -> Told:
    """What is kept is what was told, also over a restart: the alert itself may go on and change."""
    return Told(replace(told.alert, told=list(told.alert.told)), told.ended_ns)

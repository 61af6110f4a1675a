"""Alerts that have ended, and whose end waits in a group to be told."""

from collections.abc import Container
from typing import Any

import msgspec

from alerts.book import packed, unpacked
from alerts.causes import Cause
from alerts.consequences import Reason
from alerts.notification.telling import Told


class Leaving:
    def __init__(self) -> None:
        self._waiting: dict[int, tuple[Told, Reason]] = {}
        """By number."""

    def add(self, told: Told, reason: Reason) -> None:
        self._waiting[told.alert.number] = told, reason

    def take(self, number: int) -> tuple[Told, Reason] | None:
        return self._waiting.pop(number, None)

    def describe(self) -> list[Any]:
        """As `restore` takes it."""
        return [
            [packed(told.alert), told.ended_ns, told.detail, reason.value, msgspec.to_builtins(told.cause)]
            for told, reason in self._waiting.values()
        ]

    def restore(self, saved: list[Any], rules: Container[str]) -> None:
        """Without those whose rule is gone."""
        for content, ended_ns, detail, reason, *further in saved:
            alert = unpacked(content)
            if alert.rule in rules:
                cause = msgspec.convert(further[0], Cause | None) if further else None
                self.add(Told(alert, ended_ns, detail, cause), Reason(reason))

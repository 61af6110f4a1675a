"""What a frame of the live view shows of alerts; every text is in the viewer's language."""

from collections.abc import Iterable
from dataclasses import dataclass

SEVERITIES = ("critical", "warning", "info")
"""The gravest first."""


@dataclass(frozen=True, slots=True)
class Firing:
    """An alert that has not ended."""

    number: int
    severity: str
    level: str
    """The word for the severity."""
    title: str
    place: str
    since_ns: int
    office: str
    """Which answers for it; empty: none."""
    office_id: str = ""
    told: tuple[str, ...] = ()
    """Who has been told, in the order of telling."""
    acknowledged_by: str = ""
    is_held_back: bool = False
    """Nobody is told at present: a silence, works, or a graver alert that says the same."""


@dataclass(frozen=True, slots=True)
class Heard:
    """A notice as it came over MQTT."""

    at_ns: int
    to: str
    text: str


@dataclass(frozen=True, slots=True)
class Happening:
    """A change of an alert, a notice, or a command: told once, in one line."""

    number: int
    """Ascending from 1."""
    at_ns: int
    text: str


@dataclass(frozen=True, slots=True)
class AlertScene:
    script: tuple[str, ...] = ()
    """What is played to the city, and is therefore not real."""
    firing: tuple[Firing, ...] = ()
    """The gravest first, of these the newest."""
    began: int = 0
    """Alerts that have fired since the start."""
    notices: int = 0
    """That came over MQTT, each counted once."""
    dry_commands: int = 0
    """Decided and not sent."""
    heard: tuple[Heard, ...] = ()
    """The newest first, some of them."""
    happenings: tuple[Happening, ...] = ()
    """The oldest first, the newest of them."""


def gravest_first(alerts: Iterable[Firing]) -> tuple[Firing, ...]:
    """A severity that nobody knows stands last."""

    def grave(alert: Firing) -> tuple[int, int]:
        known = alert.severity in SEVERITIES
        return SEVERITIES.index(alert.severity) if known else len(SEVERITIES), -alert.since_ns

    return tuple(sorted(alerts, key=grave))

"""What was learned of too late to tell anybody: it is on record, until a window that is known in time shows it too."""

from alerts.book import Alert
from config.durations import format_duration

_BEGIN = "backlog:"
"""Of the reason why nobody is told."""


def late_by_ns(happened_ns: int, learned_ns: int, limit_ns: int) -> int:
    """By how much, where that is more than `limit_ns`; else 0."""
    late_ns = learned_ns - happened_ns
    return late_ns if late_ns > limit_ns else 0


def note_backlog(alert: Alert, limit_ns: int) -> None:
    """Say of a new alert that nobody is told, where it was learned of too late."""
    if late_ns := late_by_ns(alert.fired_ns, alert.learned_ns, limit_ns):
        alert.never = f"{_BEGIN} learned {format_duration(late_ns // 10**9 * 10**9)} after it happened"


def is_backlog(alert: Alert) -> bool:
    return alert.never.startswith(_BEGIN)

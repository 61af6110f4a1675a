"""Alerts that belong together: the first is told at once, what joins it is told together."""

from dataclasses import dataclass, field
from typing import Any

from alerts.book import Alert
from config.alert_rules import Rule
from config.duty import GroupBy

Key = tuple[str, ...]


def group_key(by: tuple[GroupBy, ...], alert: Alert, rule: Rule, kind: str, office: str, gateway: str) -> Key:
    """What the alert has in common with the others of its group; nothing: it stands for itself.

    `gateway`: as `Gateways.nearest` says it, so that a gateway and its devices are one group; what has none stands for
    itself, as does a rule without a cause.
    """
    asset = alert.asset
    parts = {
        "rule": alert.rule,
        "zone": asset.zone,
        "kind": kind,
        "gateway": gateway or "/".join(asset),
        "cause": rule.cause or alert.rule,
        "office": office,
        "severity": alert.severity,
        "city": asset.city,
    }
    return tuple(parts[name] for name in by) or (alert.rule, *asset)


@dataclass(slots=True)
class _Group:
    due_ns: int
    """When those that wait are told; with nobody waiting the group is over then."""
    waiting: dict[int, None] = field(default_factory=dict)
    """Numbers of alerts, in the order in which they came."""


class Groups:
    """Times given must not step back. A storm costs a number for each alert that waits."""

    def __init__(self, interval_ns: int) -> None:
        self._interval_ns = interval_ns
        self._groups: dict[Key, _Group] = {}
        """The one that is due first stands first: all wait as long, and one that goes on is put behind."""
        self._group_of: dict[int, Key] = {}
        """Of each alert that waits."""

    def join(self, key: Key, alert: int, now_ns: int) -> bool:
        """Whether the alert is told at once; else it waits for `advance`."""
        group = self._groups.get(key)
        if group is None or (not group.waiting and group.due_ns <= now_ns):
            self._groups.pop(key, None)
            if self._interval_ns:
                self._groups[key] = _Group(now_ns + self._interval_ns)
            return True
        group.waiting[alert] = None
        self._group_of[alert] = key
        return False

    def waits(self, alert: int) -> bool:
        return alert in self._group_of

    def leave(self, alert: int) -> bool:
        """It has ended, or is muted, before it was told; whether it waited."""
        key = self._group_of.pop(alert, None)
        if key is None:
            return False
        del self._groups[key].waiting[alert]
        return True

    def advance(self, now_ns: int) -> list[list[int]]:
        """The alerts that are to be told now, those of each group together."""
        told = []
        while self._groups:
            key = next(iter(self._groups))
            group = self._groups[key]
            if group.due_ns > now_ns:
                break
            del self._groups[key]
            if group.waiting:
                told.append(list(group.waiting))
                for alert in group.waiting:
                    del self._group_of[alert]
                self._groups[key] = _Group(now_ns + self._interval_ns)
        return told

    def next_due_ns(self) -> int | None:
        """At the latest when those of the next group are told; None: nobody waits."""
        return next(iter(self._groups.values())).due_ns if self._group_of else None

    def describe(self) -> list[Any]:
        """As `restore` takes it."""
        return [[list(key), group.due_ns, list(group.waiting)] for key, group in self._groups.items()]

    def restore(self, saved: list[Any]) -> None:
        for key, due_ns, waiting in saved:
            self._groups[tuple(key)] = _Group(due_ns, dict.fromkeys(waiting))
            self._group_of.update(dict.fromkeys(waiting, tuple(key)))

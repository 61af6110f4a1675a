"""Which alerts are meant: by a silence, planned works, a route."""

from dataclasses import dataclass
from typing import Protocol

from alerts.book import Alert


class Names(Protocol):
    """What a configured section or an act names."""

    @property
    def rules(self) -> tuple[str, ...]: ...
    @property
    def zones(self) -> tuple[str, ...]: ...
    @property
    def kinds(self) -> tuple[str, ...]: ...
    @property
    def devices(self) -> tuple[str, ...]: ...


@dataclass(frozen=True, slots=True)
class Scope:
    """What is empty fits all; what is not must hold the alert's own."""

    rules: frozenset[str]
    zones: frozenset[str]
    kinds: frozenset[str]
    devices: frozenset[str]

    @classmethod
    def of(cls, names: Names) -> "Scope":
        return cls(frozenset(names.rules), frozenset(names.zones), frozenset(names.kinds), frozenset(names.devices))

    def fits(self, alert: Alert, kind: str) -> bool:
        """`kind`: of the device, or of the devices of which the zone's figure is made."""
        asset = alert.asset
        return (
            (not self.rules or alert.rule in self.rules)
            and (not self.zones or asset.zone in self.zones)
            and (not self.kinds or kind in self.kinds)
            and (not self.devices or asset.device in self.devices)
        )

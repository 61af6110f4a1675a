"""Through which devices others are heard, as the registry says it."""

from collections.abc import Iterable

from config.settings import Device

_FARTHEST = 8
"""Gateways behind gateways that are followed."""


class Gateways:
    def __init__(self, devices: Iterable[Device]) -> None:
        self._gateway: dict[tuple[str, str], str] = {}
        self._behind: dict[str, str] = {}
        """Id of a device -> its gateway, whatever its kind: a gateway is named by its id alone."""
        self._ids: set[str] = set()
        for device in devices:
            if device.gateway:
                self._gateway[device.kind, device.id] = device.gateway
                self._behind.setdefault(device.id, device.gateway)
                self._ids.add(device.gateway)

    def of(self, kind: str, device: str) -> tuple[str, ...]:
        """The nearest first; of a zone none."""
        found: list[str] = []
        gateway = self._gateway.get((kind, device), "")
        while gateway and gateway not in found and len(found) < _FARTHEST:
            found.append(gateway)
            gateway = self._behind.get(gateway, "")
        return tuple(found)

    def nearest(self, kind: str, device: str) -> str:
        """The device itself where others are heard through it, else its gateway; empty: neither."""
        return device if device in self._ids else self._gateway.get((kind, device), "")

"""The devices seen or registered so far; a batch names a device by its row here."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from config.settings import Device

UNASSIGNED = "unassigned"
"""The zone of a device that the configuration does not place."""


@dataclass(frozen=True, slots=True)
class DeviceIdentity:
    city: str
    kind: str
    device: str
    zone: str


class DeviceTable:
    """Append-only: a row, once given, stays. Rows are in order of registration, so they are equal after a replay."""

    def __init__(self, registered: Iterable[Device] = ()) -> None:
        self.identities: list[DeviceIdentity] = []
        self._rows: dict[tuple[str, str, str], int] = {}
        self._registry = {(device.kind, device.id): device for device in registered}

    def __len__(self) -> int:
        return len(self.identities)

    def row(self, city: str, kind: str, device: str, zone: str = "") -> int:
        """The device's row, made on first sight. The registry's zone wins over the one a topic names."""
        key = (city, kind, device)
        row = self._rows.get(key)
        if row is None:
            entry = self._registry.get((kind, device))
            place = (entry.zone if entry else "") or zone or UNASSIGNED
            row = self._rows[key] = len(self.identities)
            self.identities.append(DeviceIdentity(city, kind, device, place))
        return row

    def registration(self, row: int) -> Device | None:
        """What the configuration says of the device, if anything."""
        identity = self.identities[row]
        return self._registry.get((identity.kind, identity.device))

    def column(self, rows: NDArray[np.int32], name: str) -> list[str]:
        """One attribute of `DeviceIdentity` for each of `rows`."""
        return [getattr(self.identities[row], name) for row in rows.tolist()]

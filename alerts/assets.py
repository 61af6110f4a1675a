"""What an alert is about: a zone, or a device."""

from typing import NamedTuple

from ingest.devices import DeviceTable


class Asset(NamedTuple):
    city: str
    zone: str
    kind: str = ""
    """Of device; empty for a zone."""
    device: str = ""


class ZoneAssets:
    """Zones in the order in which figures of them were first seen: append-only, so a number stays."""

    def __init__(self) -> None:
        self.names: list[tuple[str, str]] = []
        self._numbers: dict[tuple[str, str], int] = {}

    def __len__(self) -> int:
        return len(self.names)

    def number(self, city: str, zone: str) -> int:
        number = self._numbers.setdefault((city, zone), len(self.names))
        if number == len(self.names):
            self.names.append((city, zone))
        return number

    def __getitem__(self, number: int) -> Asset:
        return Asset(*self.names[number])


class DeviceAssets:
    """The devices of one kind, in the order of the `DeviceTable`."""

    def __init__(self, kind: str, devices: DeviceTable) -> None:
        self._kind = kind
        self._devices = devices
        self._met: dict[int, Asset] = {}
        """Those that were asked for: in a storm each of them is, by many rules."""

    def __len__(self) -> int:
        return len(self._devices.rows_of_kind.get(self._kind, ()))

    def __getitem__(self, number: int) -> Asset:
        asset = self._met.get(number)
        if asset is None:
            city, kind, device, zone = self._devices.identity(self._devices.rows_of_kind[self._kind][number])
            asset = self._met[number] = Asset(city, zone, kind, device)
        return asset

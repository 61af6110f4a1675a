"""The devices seen or registered so far; a batch names a device by its row here."""

from array import array
from collections.abc import Iterable, Sequence
from sys import intern
from typing import NamedTuple

from config.settings import Device

UNASSIGNED = "unassigned"
"""The zone of a device that the configuration does not place."""


class DeviceIdentity(NamedTuple):
    city: str
    kind: str
    device: str
    zone: str


class DeviceTable:
    """Append-only: a row, once given, stays. Rows are in order of registration, so they are equal after a replay.

    Columns instead of objects, and words that repeat stand once: a million devices take some 150 MiB.
    """

    def __init__(self, registered: Iterable[Device] = ()) -> None:
        self._rows: dict[tuple[str, str], dict[str, int]] = {}
        """(city, kind) -> device -> row."""
        self._names: list[str] = []
        self._kinds: list[str] = []
        self.zones: list[tuple[str, str]] = []
        """(city, zone), in order of first sight."""
        self._zone_of_place: dict[tuple[str, str], int] = {}
        self.zone_numbers = array("i")
        """Of each row, an index into `zones`."""
        self.rows_of_kind: dict[str, array[int]] = {}
        """Ascending, as 32-bit integers."""
        self._registry = {(device.kind, device.id): device for device in registered}

    def __len__(self) -> int:
        return len(self._names)

    @property
    def identities(self) -> Sequence[DeviceIdentity]:
        """All rows in order; made anew at each call, so ask `identity` for a single one."""
        return [
            DeviceIdentity(self.zones[number][0], kind, name, self.zones[number][1])
            for number, kind, name in zip(self.zone_numbers, self._kinds, self._names, strict=True)
        ]

    def identity(self, row: int) -> DeviceIdentity:
        city, zone = self.zones[self.zone_numbers[row]]
        return DeviceIdentity(city, self._kinds[row], self._names[row], zone)

    def row(self, city: str, kind: str, device: str, zone: str = "") -> int:
        """The device's row, made on first sight. The registry's zone wins over the one a topic names."""
        rows = self._rows.get((city, kind))
        if rows is None:
            rows = self._rows[city, kind] = {}
        row = rows.get(device)
        return self._add(city, kind, rows, device, zone) if row is None else row

    def known(self, city: str, kind: str, device: str) -> DeviceIdentity | None:
        """Where the device is now; None: it was never seen."""
        row = self.row_of(city, kind, device)
        return None if row is None else self.identity(row)

    def row_of(self, city: str, kind: str, device: str) -> int | None:
        """None: it was never seen."""
        return self._rows.get((city, kind), {}).get(device)

    def registration(self, row: int) -> Device | None:
        """What the configuration says of the device, if anything."""
        return self._registry.get((self._kinds[row], self._names[row])) if self._registry else None

    def _add(self, city: str, kind: str, rows: dict[str, int], device: str, zone: str) -> int:
        entry = self._registry.get((kind, device)) if self._registry else None
        place = (city, (entry.zone if entry else "") or zone or UNASSIGNED)
        row = rows[device] = len(self._names)
        self._names.append(device)
        self._kinds.append(intern(kind))
        number = self._zone_of_place.get(place)
        if number is None:
            number = self._zone_of_place[place] = len(self.zones)
            self.zones.append(place)
        self.zone_numbers.append(number)
        self.rows_of_kind.setdefault(kind, array("i")).append(row)
        return row

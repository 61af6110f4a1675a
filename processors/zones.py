"""What is known of all devices of a kind, beside those that a window holds."""

import numpy as np
from numpy.typing import NDArray

from ingest.devices import DeviceTable
from processors.cadence import Cadences
from processors.indicators.indicator_batch import ZoneWindows
from processors.window_batch import WindowBatch


class KnownDevices:
    """The devices of one kind, ascending by row of the `DeviceTable`; grows with the table."""

    def __init__(self) -> None:
        self.device: list[int] = []
        self.zone: list[int] = []
        self.capacity: list[float] = []
        self.zones: dict[tuple[str, str], int] = {}

    def add(self, table: DeviceTable, row: int) -> None:
        identity = table.identities[row]
        registered = table.registration(row)
        self.device.append(row)
        self.zone.append(self.zones.setdefault((identity.city, identity.zone), len(self.zones)))
        self.capacity.append(float("nan") if registered is None or registered.capacity is None else registered.capacity)


class Zones:
    def __init__(self, table: DeviceTable, cadences: Cadences) -> None:
        self._table = table
        self._cadences = cadences
        self._known: dict[str, KnownDevices] = {}
        self._taken_in = 0

    def around(self, windows: WindowBatch) -> ZoneWindows:
        """The window with every known device of its kind beside it."""
        self._take_in()
        known = self._known[windows.kind]
        device = np.array(known.device, np.int64)
        self._cadences.reserve(len(self._table))
        interval_ns: NDArray[np.float64] = self._cadences.interval_ns[device]
        return ZoneWindows(
            windows=windows,
            row=np.searchsorted(device, windows.device),
            zone=np.array(known.zone, np.int32),
            zones=tuple(known.zones),
            expected=windows.size_ns / interval_ns,
            interval_ns=interval_ns,
            capacity=np.array(known.capacity),
        )

    def _take_in(self) -> None:
        for row in range(self._taken_in, len(self._table)):
            kind = self._table.identities[row].kind
            self._known.setdefault(kind, KnownDevices()).add(self._table, row)
        self._taken_in = len(self._table)

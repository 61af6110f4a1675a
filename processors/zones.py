"""What is known of all devices of a kind, beside those that a window holds."""

import numpy as np
from numpy.typing import NDArray

from ingest.devices import DeviceTable
from processors.cadence import Cadences
from processors.indicators.indicator_batch import ZoneWindows
from processors.window_batch import WindowBatch


class Zones:
    def __init__(self, table: DeviceTable, cadences: Cadences) -> None:
        self._table = table
        self._cadences = cadences
        self._capacities: dict[str, NDArray[np.float64]] = {}
        """Kind -> capacity of its devices, as far as they were looked up."""

    def around(self, windows: WindowBatch) -> ZoneWindows:
        """The window with every known device of its kind beside it."""
        device = np.array(self._table.rows_of_kind[windows.kind], np.int64)
        self._cadences.reserve(len(self._table))
        interval_ns: NDArray[np.float64] = self._cadences.interval_ns[device]
        return ZoneWindows(
            windows=windows,
            row=np.searchsorted(device, windows.device),
            zone=np.array(self._table.zone_numbers, np.int32)[device],
            zones=tuple(self._table.zones),
            expected=windows.size_ns / interval_ns,
            interval_ns=interval_ns,
            capacity=self._capacity(windows.kind, device),
        )

    def _capacity(self, kind: str, device: NDArray[np.int64]) -> NDArray[np.float64]:
        """(d,) spaces, NaN where the configuration says nothing."""
        known = self._capacities.get(kind, np.zeros(0))
        new = device[len(known) :].tolist()
        if new:
            entries = map(self._table.registration, new)
            found = [entry.capacity if entry and entry.capacity is not None else np.nan for entry in entries]
            known = self._capacities[kind] = np.concatenate([known, found])
        return known

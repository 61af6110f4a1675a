"""What is known of all devices of a kind, beside those that a window holds."""

import numpy as np
from numpy.typing import NDArray

from config.settings import Device
from ingest.devices import DeviceTable
from processors.cadence import Cadences
from processors.indicators.indicator_batch import ZoneWindows
from processors.tracked import TrackedColumns
from processors.window_batch import WindowBatch

ROAD_SETTINGS = ("road_number", "lanes", "free_speed", "detector_length", "emp_heavy", "emp_motorcycle")
SETTINGS = ("capacity", "noise_limit", "siaga_3", "siaga_2", "siaga_1", *ROAD_SETTINGS)
"""Settings of a device that indicators ask for."""
_NOTHING = (np.nan,) * len(SETTINGS)


class Zones:
    def __init__(self, table: DeviceTable, cadences: Cadences) -> None:
        self._table = table
        self._cadences = cadences
        self._registered: dict[str, NDArray[np.float64]] = {}
        """Kind -> (settings, d) what is registered of its devices, as far as they were looked up."""

    def around(self, windows: WindowBatch, tracked: TrackedColumns) -> ZoneWindows:
        """The window with every known device of its kind beside it; `tracked` are the kind's columns."""
        device = np.array(self._table.rows_of_kind[windows.kind], np.int64)
        self._cadences.reserve(len(self._table))
        interval_ns: NDArray[np.float64] = self._cadences.interval_ns[device]
        registered = dict(zip(SETTINGS, self._settings(windows.kind, device), strict=True))
        return ZoneWindows(
            windows=windows,
            row=np.searchsorted(device, windows.device),
            zone=np.array(self._table.zone_numbers, np.int32)[device],
            zones=tuple(self._table.zones),
            expected=windows.size_ns / interval_ns,
            interval_ns=interval_ns,
            capacity=registered["capacity"],
            units={tracked.names[column]: quantity.unit for column, quantity in tracked.quantities.items()},
            registered=registered,
            rules=tracked.kind.indicators,
        )

    def _settings(self, kind: str, device: NDArray[np.int64]) -> NDArray[np.float64]:
        """(settings, d) NaN where the configuration says nothing."""
        known = self._registered.get(kind, np.zeros((len(SETTINGS), 0)))
        new = device[known.shape[1] :].tolist()
        if new:
            entries = map(self._table.registration, new)
            found = [_numbers(entry) if entry else _NOTHING for entry in entries]
            known = self._registered[kind] = np.concatenate([known, np.array(found).T], axis=1)
        return known


def _numbers(entry: Device) -> tuple[float, ...]:
    settings = (getattr(entry, name) for name in SETTINGS)
    return tuple(np.nan if value is None else float(value) for value in settings)

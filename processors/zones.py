"""What is known of all devices of a kind, beside those that a window holds."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from config.settings import Device
from ingest.devices import DeviceTable
from processors.cadence import Cadences
from processors.indicators.indicator_batch import ZoneWindows
from processors.indicators.zone_layout import ZoneLayout, lay_out
from processors.tracked import TrackedColumns
from processors.window_batch import WindowBatch

ROAD_SETTINGS = ("road_number", "lanes", "free_speed", "detector_length", "emp_heavy", "emp_motorcycle")
ROUTE_SETTINGS = ("length", "free_travel_time")
STAGE_SETTINGS = ("siaga_3", "siaga_2", "siaga_1", "siaga_3_inclusive", "siaga_2_inclusive", "siaga_1_inclusive")
SETTINGS = ("capacity", "noise_limit", *STAGE_SETTINGS, "travel_time", *ROAD_SETTINGS, *ROUTE_SETTINGS)
"""Settings of a device that indicators ask for."""
DOWNSTREAM = "downstream"
"""Column of positions among the known devices of the kind: which of them lies downstream of each."""

Columns = dict[str, NDArray[np.float64]]
"""Setting -> (d,) its values, NaN where the configuration says nothing; no column where it says so of no device."""


@dataclass(frozen=True, slots=True)
class _Known:
    """Devices of a kind."""

    device: NDArray[np.int64]
    """(d,) rows in the device table."""
    zone: NDArray[np.int32]
    layout: ZoneLayout


class Zones:
    def __init__(self, table: DeviceTable, cadences: Cadences) -> None:
        self._table = table
        self._cadences = cadences
        self._registered: dict[str, tuple[int, Columns]] = {}
        """Kind -> how many of its devices were looked up, and what is registered of them."""
        self._known: dict[str, _Known] = {}

    def around(self, windows: WindowBatch, tracked: TrackedColumns) -> ZoneWindows:
        """The window with every known device of its kind beside it; `tracked` are the kind's columns."""
        known = self._devices_of(windows.kind)
        device = known.device
        self._cadences.reserve(len(self._table))
        interval_ns: NDArray[np.float64] = self._cadences.interval_ns[device]
        registered = self._settings(windows.kind, device)
        return ZoneWindows(
            windows=windows,
            row=np.searchsorted(device, windows.device),
            zone=known.zone,
            zones=tuple(self._table.zones),
            layout=known.layout,
            expected=windows.size_ns / interval_ns,
            interval_ns=interval_ns,
            capacity=registered.get("capacity", np.full(len(device), np.nan)),
            units={tracked.names[column]: quantity.unit for column, quantity in tracked.quantities.items()},
            registered=registered,
            rules=tracked.kind.indicators,
        )

    def _devices_of(self, kind: str) -> _Known:
        """A device, once known, keeps its row and its zone, so only their number tells whether some are new."""
        rows = self._table.rows_of_kind[kind]
        known = self._known.get(kind)
        if known is None or len(known.device) < len(rows):
            device = np.array(rows, np.int64)
            zone = np.array(self._table.zone_numbers, np.int32)[device]
            known = self._known[kind] = _Known(device, zone, lay_out(zone, tuple(self._table.zones)))
        return known

    def _settings(self, kind: str, device: NDArray[np.int64]) -> Columns:
        looked_up, columns = self._registered.get(kind, (0, {}))
        if looked_up < len(device):
            new = enumerate(device[looked_up:].tolist(), looked_up)
            found = [(at, entry) for at, row in new if (entry := self._table.registration(row)) is not None]
            linked = DOWNSTREAM in columns or any(entry.downstream for _, entry in found)
            said = {name: _said(name, found) for name in SETTINGS}
            columns = {
                name: _extended(columns.get(name), places, len(device))
                for name, places in said.items()
                if places or name in columns
            }
            if linked:
                columns[DOWNSTREAM] = self._downstream(device)
            self._registered[kind] = len(device), columns
        return columns

    def _downstream(self, device: NDArray[np.int64]) -> NDArray[np.float64]:
        """(d,) NaN where none is named, or where the one that is named is not known."""
        identities = [self._table.identity(row) for row in device.tolist()]
        position = {(known.city, known.device): float(at) for at, known in enumerate(identities)}
        entries = [self._table.registration(row) for row in device.tolist()]
        return np.array(
            [
                position.get((known.city, entry.downstream), np.nan) if entry is not None else np.nan
                for known, entry in zip(identities, entries, strict=True)
            ],
            np.float64,
        )


def _said(name: str, found: list[tuple[int, Device]]) -> dict[int, float]:
    """Position -> value of the setting, where the configuration says it."""
    return {at: value for at, entry in found if (value := getattr(entry, name)) is not None}


def _extended(column: NDArray[np.float64] | None, said: dict[int, float], devices: int) -> NDArray[np.float64]:
    extended = np.full(devices, np.nan)
    if column is not None:
        extended[: len(column)] = column
    extended[list(said)] = list(said.values())
    return extended

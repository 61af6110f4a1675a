"""What the processors hand out, as points of the measurements window, indicator and reading."""

import numpy as np
from numpy.typing import NDArray

from ingest.devices import DeviceTable
from ingest.readings import ReadingBatch
from processors.indicators.indicator_batch import IndicatorBatch
from processors.window_batch import WindowBatch
from storage.points import PointBatch, SeriesTable

_UNKNOWN = -1


class PointShaper:
    """Knows which series each device writes to, so that only a device's first window costs Python work."""

    def __init__(self, devices: DeviceTable, table: SeriesTable | None = None) -> None:
        self.table = table if table is not None else SeriesTable()
        self._devices = devices
        self._device_series: dict[tuple[str, str], NDArray[np.int32]] = {}
        """(measurement, size) -> (devices,) series of each row of the device table."""
        self._indicator_series: dict[tuple[str, str, str, str], int] = {}
        """(city, zone, indicator, size) -> series."""

    def windows(self, batch: WindowBatch) -> PointBatch:
        """A window's time is its end."""
        series = self._series_of("window", batch.size, batch.device)
        fields = {**batch.fields, "revision": batch.revision.astype(np.float64)}
        return PointBatch(self.table, series, np.full(len(batch), batch.end_ns, dtype=np.int64), fields)

    def indicators(self, batch: IndicatorBatch) -> PointBatch:
        """An indicator without data keeps its coverage and quality and has no value."""
        tags = list(zip(batch.city, batch.zone, batch.indicator, strict=True))
        size, known = batch.size, self._indicator_series
        series = [known.get((*names, size), _UNKNOWN) for names in tags]
        if _UNKNOWN in series:
            series = [self._series_of_indicator(*names, size) for names in tags]
        fields = {
            "value": batch.value,
            "coverage": batch.coverage,
            "quality": batch.quality,
            "revision": batch.revision.astype(np.float64),
        }
        time_ns = np.full(len(series), batch.end_ns, dtype=np.int64)
        return PointBatch(self.table, np.array(series, dtype=np.int32), time_ns, fields)

    def readings(self, batch: ReadingBatch) -> PointBatch:
        """Raw values at their event time."""
        series = self._series_of("reading", "", batch.device)
        fields = dict(zip(batch.quantities, batch.values, strict=True))
        return PointBatch(self.table, series, batch.time_ns, fields)

    def _series_of_indicator(self, city: str, zone: str, indicator: str, size: str) -> int:
        tags = {"city": city, "zone": zone, "indicator": indicator, "size": size}
        index = self._indicator_series[city, zone, indicator, size] = self.table.index("indicator", tags)
        return index

    def _series_of(self, measurement: str, size: str, device: NDArray[np.int32]) -> NDArray[np.int32]:
        known = self._device_series.get((measurement, size), np.empty(0, dtype=np.int32))
        if len(known) < len(self._devices):
            # The next power of two: the table grows by single devices, the array must not.
            grown = np.full(1 << (len(self._devices) - 1).bit_length(), _UNKNOWN, dtype=np.int32)
            grown[: len(known)] = known
            known = self._device_series[measurement, size] = grown
        new = np.unique(device[known[device] == _UNKNOWN])
        if len(new):
            self._register(measurement, size, new, known)
        return known[device]

    def _register(self, measurement: str, size: str, rows: NDArray[np.int32], series: NDArray[np.int32]) -> None:
        """Gives the devices of these rows their series; those of one zone at once."""
        families: dict[tuple[str, str, str], tuple[list[int], list[str]]] = {}
        for row in rows.tolist():
            city, kind, device, zone = self._devices.identity(row)
            members, names = families.setdefault((city, kind, zone), ([], []))
            members.append(row)
            names.append(device)
        for (city, kind, zone), (members, names) in families.items():
            tags = {"city": city, "kind": kind, "zone": zone, "size": size}
            made = self.table.extend(measurement, tags, "device", names)
            series[members] = np.arange(made.start, made.stop)

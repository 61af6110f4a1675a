"""What the processors hand out, as points of the measurements window, indicator and reading."""

import numpy as np
from numpy.typing import NDArray

from config.durations import format_duration
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

    def windows(self, batch: WindowBatch) -> PointBatch:
        """A window's time is its end."""
        series = self._series_of("window", format_duration(batch.size_ns), batch.device)
        fields = {**batch.fields, "revision": batch.revision.astype(np.float64)}
        return PointBatch(self.table, series, np.full(len(batch), batch.end_ns, dtype=np.int64), fields)

    def indicators(self, batch: IndicatorBatch) -> PointBatch:
        """An indicator without data keeps its coverage and quality and has no value."""
        size = format_duration(batch.size_ns)
        tags = zip(batch.city, batch.zone, batch.indicator, strict=True)
        series = [
            self.table.index("indicator", {"city": city, "zone": zone, "indicator": indicator, "size": size})
            for city, zone, indicator in tags
        ]
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

    def _series_of(self, measurement: str, size: str, device: NDArray[np.int32]) -> NDArray[np.int32]:
        known = self._device_series.get((measurement, size), np.empty(0, dtype=np.int32))
        if len(known) < len(self._devices):
            # The next power of two: the table grows by single devices, the array must not.
            grown = np.full(1 << (len(self._devices) - 1).bit_length(), _UNKNOWN, dtype=np.int32)
            grown[: len(known)] = known
            known = self._device_series[measurement, size] = grown
        new = np.unique(device[known[device] == _UNKNOWN])
        known[new] = [self._register(measurement, size, row) for row in new.tolist()]
        return known[device]

    def _register(self, measurement: str, size: str, row: int) -> int:
        identity = self._devices.identities[row]
        tags = {"city": identity.city, "kind": identity.kind, "zone": identity.zone, "device": identity.device}
        return self.table.index(measurement, {**tags, "size": size})

"""Devices of one kind whose readings go through a processor as recorded data, and the figures that come out."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

import numpy as np

from config.default_kinds import DEFAULT_KINDS
from config.indicator_rules import IndicatorRules
from config.settings import Device, Quantity
from ingest.devices import DeviceTable
from processors.indicators.indicator_batch import CITY_ZONE
from processors.processor import Output, Processor, TimeBase
from processors.state import dump, load
from tests.processors.batches import SECOND_NS, Row, batch, windows

MINUTE_NS = 60 * SECOND_NS
HOUR_NS = 60 * MINUTE_NS
JAKARTA = ZoneInfo("Asia/Jakarta")
CITY = "c"

Figure = tuple[float, float, float]
"""Value, coverage and quality."""


def at(text: str, zone: ZoneInfo = JAKARTA) -> int:
    """A moment such as "2025-11-22 07:00" of the city's clock in ns UTC."""
    return round(datetime.fromisoformat(text).replace(tzinfo=zone).timestamp()) * SECOND_NS


@dataclass
class RecordedCity:
    kind: str
    devices: Sequence[Device]
    sizes: tuple[str, ...] = ("15m",)
    zone: ZoneInfo = JAKARTA
    rules: IndicatorRules = field(default_factory=IndicatorRules)
    units: Mapping[str, str] = field(default_factory=dict)
    time_base: TimeBase = "event"
    outputs: list[Output] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.table = DeviceTable(self.devices)
        self.rows = {device.id: self.table.row(CITY, self.kind, device.id) for device in self.devices}
        kind = DEFAULT_KINDS[self.kind]
        quantities = {
            name: Quantity(**{**quantity.model_dump(), "unit": self.units.get(name, quantity.unit)})
            for name, quantity in kind.quantities.items()
        }
        self.kinds = {self.kind: kind.model_copy(update={"quantities": quantities, "indicators": self.rules})}
        self.settings = windows(*self.sizes, lateness="1h")
        self._start(None)

    def hear(self, device: str, time_ns: int, **values: float) -> None:
        """One reading, and what it closes."""
        self.hear_all([(device, time_ns, values)])

    def hear_all(self, readings: Iterable[tuple[str, int, Mapping[str, float]]]) -> None:
        rows = [Row(self.rows[device], time_ns, dict(values)) for device, time_ns, values in readings]
        self.processor.process(batch(rows, max(row.time_ns for row in rows), self.kind))
        self.outputs.append(self.processor.advance())

    def tick(self, time_ns: int) -> None:
        """The clock goes on, for live data."""
        self.outputs.append(self.processor.advance(time_ns))

    def finish(self) -> None:
        self.outputs.append(self.processor.finish())

    def restart(self) -> None:
        """Through bytes and back."""
        self._start(dump(self.processor.state))

    def figures(self, indicator: str, zone: str = CITY_ZONE) -> dict[int, Figure]:
        """End of the window -> the newest figure there."""
        found: dict[int, Figure] = {}
        for output in self.outputs:
            for each in output.indicators:
                for index, name in enumerate(each.indicator):
                    if name == indicator and each.zone[index] == zone:
                        columns = (each.value, each.coverage, each.quality)
                        found[each.end_ns] = tuple(float(column[index]) for column in columns)  # type: ignore[assignment]
        return found

    def last(self, indicator: str, zone: str = CITY_ZONE) -> Figure:
        figures = self.figures(indicator, zone)
        return figures[max(figures)]

    def value(self, indicator: str, zone: str = CITY_ZONE) -> float:
        return self.last(indicator, zone)[0]

    def names(self) -> set[str]:
        return {name for output in self.outputs for each in output.indicators for name in each.indicator}

    def everything(self) -> list[object]:
        """All figures byte for byte."""
        return [
            (each.size_ns, each.end_ns, each.zone, each.indicator, each.value.tobytes(), each.coverage.tobytes())
            for output in self.outputs
            for each in output.indicators
        ]

    def _start(self, content: bytes | None) -> None:
        state = None if content is None else load(content, self.settings, self.kinds)
        self.processor = Processor(self.settings, self.kinds, self.table, self.time_base, state, self.zone)
        self.processor.expect(CITY, self.devices)


def hours_of(values: Sequence[float], device: str, name: str, begin_ns: int) -> list[tuple[str, int, dict[str, float]]]:
    """One reading in each hour, in the middle of it; NaN: none."""
    return [
        (device, begin_ns + hour * HOUR_NS + HOUR_NS // 2, {name: value})
        for hour, value in enumerate(values)
        if not np.isnan(value)
    ]

"""What closes, minute by minute, for rules to judge."""

from typing import Any

import msgspec
import numpy as np

from alerts.engine import AlertEvent, Engine
from ingest.devices import DeviceTable
from processors.cadence import Cadences
from processors.indicators.indicator_batch import IndicatorBatch
from processors.processor import Output
from processors.window_batch import ClosedWindow, WindowBatch

SECOND = 10**9
MINUTE = 60 * SECOND
NAN = float("nan")


def indicator(minute: int, name: str, coverage: float = 1.0, **zones: float) -> IndicatorBatch:
    """One indicator in a window of a minute; NaN is no data."""
    value = np.array(list(zones.values()))
    return IndicatorBatch(
        size_ns=MINUTE,
        end_ns=minute * MINUTE,
        city=["bjn"] * len(zones),
        zone=list(zones),
        indicator=[name] * len(zones),
        value=value,
        coverage=np.where(np.isfinite(value), coverage, 0.0),
        quality=np.ones(len(zones)),
        revision=np.zeros(len(zones), np.int32),
    )


def closed(minute: int, kind: str = "bin", field: str = "battery_last", **devices: float) -> ClosedWindow:
    """A window of a minute with the devices d0, d1, ... (rows of the table) that sent something."""
    rows = np.array([int(name[1:]) for name in devices], np.int32)
    window = WindowBatch(
        kind=kind,
        size_ns=MINUTE,
        end_ns=minute * MINUTE,
        device=rows,
        readings=np.ones(len(rows), np.int64),
        revision=np.zeros(len(rows), np.int32),
        fields={field: np.array(list(devices.values()))},
    )
    return ClosedWindow(window, window)


def output(*parts: IndicatorBatch | ClosedWindow, cadences: Cadences | None = None) -> Output:
    return Output(
        [part for part in parts if isinstance(part, ClosedWindow)],
        [part for part in parts if isinstance(part, IndicatorBatch)],
        cadences,
    )


def table(kind: str = "bin") -> DeviceTable:
    """Devices b0 and b1 in the north, b2 and b3 in the south."""
    devices = DeviceTable()
    for number in range(4):
        devices.row("bjn", kind, f"b{number}", "north" if number < 2 else "south")
    return devices


def told(events: list[AlertEvent]) -> list[str]:
    return [f"{event.rule.id} {event.asset.device or event.asset.zone} {event.change.value}" for event in events]


def begun_anew(engine: Engine, again: Engine) -> Engine:
    """The second one goes on where the first one is, as after a crash."""
    saved: dict[str, Any] = msgspec.msgpack.decode(msgspec.msgpack.encode(engine.describe()))
    assert again.restore(saved) == []
    assert again.describe() == engine.describe()
    return again

"""From readings to alerts through the processing itself: devices that fall silent, and values that are unusual."""

from typing import Any

import numpy as np

from alerts.engine import Engine
from config.alert_rules import Rule
from config.default_kinds import DEFAULT_KINDS
from config.settings import Device
from ingest.devices import DeviceTable
from processors.processor import Processor
from tests.processors.batches import SECOND_NS, Row, at, batch, windows

MINUTE = 60 * SECOND_NS
SILENT = Rule.model_validate(
    {"id": "silent", "field": "silent_intervals", "size": "1m", "when": ">=", "enter": 3, "exit": 1.5}
)
STRANGE = Rule.model_validate({"id": "strange", "kind": "air", "field": "pm25_anomaly", "size": "15m", "enter": 6})


class Street:
    """Devices a0 and a1, of which the registry says that they report each minute, and the clock beside them."""

    def __init__(self) -> None:
        registered = [Device(id=name, kind="air", zone="north", every=MINUTE) for name in ("a0", "a1")]
        devices = DeviceTable(registered)
        self._processor = Processor(windows("1m", delay="2s"), {}, devices)
        self._processor.expect("bjn", registered)
        self._engine = Engine([SILENT], devices)

    def minute(self, number: int, *speaking: int) -> list[str]:
        """These send a reading in the middle of it; what is told when it has ended."""
        begin = at("10:00:00") + number * MINUTE
        if speaking:
            rows = [Row(device, begin + 30 * SECOND_NS, {"pm25": 20.0 + number}) for device in speaking]
            self._processor.process(batch(rows, begin + 30 * SECOND_NS, kind="air"))
        now_ns = begin + MINUTE + 3 * SECOND_NS
        events = self._engine.observe(self._processor.advance(now_ns), now_ns)
        return [f"{event.asset.device} {event.change.value}" for event in events]


def test_a_device_that_stops_and_one_that_never_began_are_told_by_the_clock_alone() -> None:
    street = Street()
    assert [street.minute(number, 0) for number in range(3)] == [[], [], ["a1 firing"]]
    assert [street.minute(number) for number in range(3, 6)] == [[], [], ["a0 firing"]]
    assert street.minute(6, 1) == ["a1 resolved"]
    assert street.minute(7, 0, 1) == ["a0 resolved"]


def told(readings: Any, *rules: Rule) -> list[tuple[str, int, float]]:
    """(change, quarter of an hour, value) of one station; readings each five minutes."""
    devices = DeviceTable()
    devices.row("bjn", "air", "a0", "north")
    processor = Processor(windows("15m"), DEFAULT_KINDS, devices, "event")
    engine = Engine(rules, devices)
    begin = at("00:00:00")
    rows = [Row(0, begin + number * 5 * MINUTE, {"pm25": float(value)}) for number, value in enumerate(readings)]
    found = []
    for first in range(0, len(rows), 12):
        processor.process(batch(rows[first : first + 12], kind="air"))
        found += engine.observe(processor.advance(), None)
    return [(event.change.value, (event.event_ns - begin) // (15 * MINUTE), event.value) for event in found]


def test_a_value_far_from_what_is_usual_fires_in_its_window_and_ends_after_it() -> None:
    noise = np.random.default_rng(7).normal(0, 2, 288 * 4)
    usual = 30 + noise
    assert told(usual, STRANGE) == []
    strange = usual.copy()
    # The quarter that ends 312 quarters after the beginning: three days and six hours.
    strange[311 * 3 : 312 * 3] = 120
    (fired, ended) = told(strange, STRANGE)
    assert (fired[0], fired[1], ended[0], ended[1]) == ("firing", 312, "resolved", 313)
    assert fired[2] > 20

"""Devices of one zone that send a reading each minute, and what was said of them."""

from collections.abc import Mapping, Sequence

import numpy as np

from config.quality_rules import QualityRules
from config.settings import Kind, Quantity
from processors.processor import Processor
from tests.processors.batches import SECOND_NS, Fed, Row, at, windows

MINUTE_NS = 60 * SECOND_NS
BEGIN = at("10:00:00")
Sent = Sequence[float | None]
"""What each device sends in a minute; None: nothing."""


def station(
    quantity: Quantity, devices: int, *sizes: str, kind: str = "street", rules: QualityRules | None = None
) -> Fed:
    """Devices that send `v`, with windows of a minute where no others are named."""
    fed = Fed(windows(*(sizes or ("1m",)), lateness="1h"), {"v": quantity}, kind=kind, devices=devices)
    if rules is not None:
        fed.kinds = {kind: Kind(quantities=fed.quantities, quality=rules)}
        fed.processor = Processor(fed.settings, fed.kinds, fed.table)
    return fed


def send(fed: Fed, *minutes: Sent, first: int = 0) -> int:
    """Each minute closes before the next one is sent; returns the number of the minute after."""
    for number, values in enumerate(minutes, first):
        start_ns = BEGIN + number * MINUTE_NS
        rows = [
            Row(device, start_ns + SECOND_NS, {"v": value}) for device, value in enumerate(values) if value is not None
        ]
        if rows:
            fed.take(*rows, received=start_ns + 2 * SECOND_NS)
        fed.advance(start_ns + MINUTE_NS)
    return first + len(minutes)


def flags(fed: Fed, minute: int, device: int, minutes: int = 1) -> float:
    """Of the window that ends with the minute, 0 where nothing is flagged."""
    fields = fed.final[minutes * MINUTE_NS, BEGIN + (minute + 1) * MINUTE_NS, device]
    return fields.get("v_flags", 0.0)


def figures(fed: Fed, minute: int, minutes: int = 1, zone: str = "unassigned") -> Mapping[str, float]:
    """Indicator -> value of the zone in the window that ends with the minute."""
    found: dict[str, float] = {}
    for output in fed.outputs:
        for batch in output.indicators:
            if (batch.size_ns, batch.end_ns) == (minutes * MINUTE_NS, BEGIN + (minute + 1) * MINUTE_NS):
                rows = [row for row, name in enumerate(batch.zone) if name == zone]
                found |= {batch.indicator[row]: float(batch.value[row]) for row in rows}
    return found


def trembling(minute: int, devices: int, size: float = 1.0) -> list[float]:
    """Values around 100 that all move by up to `size`, each its own way."""
    phase = np.arange(devices) * 2.0 + minute * 1.7
    return [100.0 + size * float(value) for value in np.sin(phase)]

"""Devices of every sort of quantity, and of every way to say, or not to say, when and which reading it is."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from random import Random
from typing import Any

CONFIGURATION = """
[kinds.meter.quantities.energy]
kind = "counter"
[kinds.pump.quantities.mode]
kind = "state"
states = [0, 1]
[kinds.vane.quantities.direction]
kind = "angle"
[kinds.probe.quantities.level]
min = 0
max = 100
percentiles = [50, 95]
bins = 200
"""
"""What `denyut run` must be told of these kinds."""
BIN_WIDTH = 0.5
"""Of the percentiles above."""

Values = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Device:
    kind: str
    name: str
    timed: bool = True
    numbered: bool = True

    @property
    def topic(self) -> str:
        return f"city/c/{self.kind}/{self.name}"

    def payload(self, number: int, time_ms: int) -> bytes:
        """Reading `number` of the device; the same again wherever it is asked for."""
        fields: dict[str, Any] = dict(_MEASURED[self.kind](Random(f"{self.name}/{number}"), number))
        if self.timed:
            fields["ts"] = time_ms
        if self.numbered:
            fields["seq"] = number
        return json.dumps(fields).encode()


def _meter(random: Random, number: int) -> Values:
    """Rises by three and a little more, and begins anew after 97 readings."""
    count = number % 97
    return {"energy": 3 * count + count % 3}


def _pump(random: Random, number: int) -> Values:
    return {"mode": number // 4 % 3}


def _vane(random: Random, number: int) -> Values:
    return {"direction": random.randrange(300, 1500) / 10}


def _probe(random: Random, number: int) -> Values:
    level = random.randrange(0, 1001) / 10
    return {"level": level, "battery": 100 - level / 8} if number % 5 else {"level": level}


def _traffic(random: Random, number: int) -> Values:
    return {"vehicle_count": random.randrange(30), "speed": random.randrange(0, 900) / 10, "occupancy": 0.25}


def _button(random: Random, number: int) -> Values:
    return {"presses": number + 1}


def _bell(random: Random, number: int) -> Values:
    return {"rung": 1}


_MEASURED: Mapping[str, Callable[[Random, int], Values]] = {
    "meter": _meter, "pump": _pump, "vane": _vane, "probe": _probe, "traffic": _traffic, "button": _button,
    "knock": _button, "bell": _bell,
}  # fmt: skip


def fleet(of_each: int) -> list[Device]:
    """`of_each` devices of each kind.

    A button has no clock, a knock sensor neither clock nor number, and all that a bell ever says is the same.
    """
    kinds = {"button": (False, True), "knock": (False, False), "bell": (False, False)}
    return [
        Device(kind, f"{kind}-{number}", *kinds.get(kind, (True, True)))
        for number in range(of_each)
        for kind in _MEASURED
    ]

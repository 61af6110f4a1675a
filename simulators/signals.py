"""What devices of a city's own kinds measure: of each configured quantity a course within its range."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor, log10

import numpy as np

from config.civil_time import DAY_NS, HOUR_NS
from config.settings import Kind, Quantity
from simulators.conditions import Conditions
from simulators.draws import Draws, FloatArray, key_of
from simulators.true_values import TRUE

Sites = dict[str, FloatArray]
_SPAN, _FULL_CIRCLE, _METER = 100.0, 360.0, 1_000_000.0
"""From one end to the other where they are not configured: of gauges and levels, of angles, of counters."""
_WIDEST = 1e12
_EDGE = 0.01
"""Share of the range that is left out at both ends, so that no rounding leads out of it."""
_FEW = 10
"""Values of a state that are all taken, where both ends are known."""
_DAYS_A_ROUND = 1000
"""In which a counter has run through its range, give or take half."""


@dataclass(frozen=True, slots=True)
class Gauge:
    """About a level of each device's own, higher after noon, with a slow drift; one that may stay the same does."""

    name: str
    number: int
    """Of its draws, which depend on the name alone."""
    low: float
    high: float
    spread: float
    """What it uses of the range."""
    steady: bool

    @property
    def decimals(self) -> int:
        return _decimals(self.spread, 3)

    def sites(self, draws: Draws) -> Sites:
        middle = self.low / 2.0 + self.high / 2.0
        return {
            f"{self.name} level": middle + 0.2 * self.spread * (draws.uniform(self.number) - 0.5),
            f"{self.name} hour": 13.0 + 2.0 * draws.uniform(self.number + 1),
        }

    def values(self, conditions: Conditions, site: Sites) -> FloatArray:
        values = site[f"{self.name} level"]
        if not self.steady:
            daily = np.cos(2.0 * np.pi * (conditions.hour - site[f"{self.name} hour"]) / 24.0)
            slow = conditions.wander(self.number + 2, 2 * HOUR_NS)
            moves = 0.12 * daily + 0.07 * slow + 0.005 * conditions.draws.normal(self.number + 3)
            values = values + self.spread * moves
        return np.clip(values, self.low, self.high)


@dataclass(frozen=True, slots=True)
class State:
    """The first of its values for most of the time, now and then for a while another."""

    name: str
    number: int
    choices: tuple[float, ...]
    decimals: int = 0

    def sites(self, draws: Draws) -> Sites:
        return {
            f"{self.name} hours": 0.5 + 1.5 * draws.uniform(self.number),
            f"{self.name} phase": draws.uniform(self.number + 1),
        }

    def values(self, conditions: Conditions, site: Sites) -> FloatArray:
        spells = conditions.time_ns / (site[f"{self.name} hours"] * HOUR_NS) + site[f"{self.name} phase"]
        spell = Draws(conditions.draws.key, np.floor(spells).astype(np.int64))
        other = 1.0 + np.floor(spell.uniform(self.number + 2) * (len(self.choices) - 1))
        is_other = (spell.uniform(self.number + 3) < 0.15) & (len(self.choices) > 1)
        return np.array(self.choices)[np.where(is_other, other, 0.0).astype(np.int64)]


@dataclass(frozen=True, slots=True)
class Counter:
    """A running total, faster at one time of the day than at another; at its end it begins anew."""

    name: str
    number: int
    low: float
    span: float
    a_day: float

    @property
    def decimals(self) -> int:
        return _decimals(self.span, 6)

    def sites(self, draws: Draws) -> Sites:
        return {
            f"{self.name} a day": self.a_day * (0.5 + draws.uniform(self.number)),
            f"{self.name} begin": self.span * draws.uniform(self.number + 1),
            f"{self.name} phase": draws.uniform(self.number + 2),
        }

    def values(self, conditions: Conditions, site: Sites) -> FloatArray:
        # Not by the city's clock: where that is set back, a counter is not.
        day = conditions.time_ns / DAY_NS
        turned = 2.0 * np.pi * (day + site[f"{self.name} phase"])
        run = site[f"{self.name} begin"] + site[f"{self.name} a day"] * (day - 0.8 * np.sin(turned) / (2.0 * np.pi))
        return self.low + _floored(np.mod(run, self.span), self.decimals)


@dataclass(frozen=True, slots=True)
class Angle:
    """About a direction of each device's own; past one end it goes on at the other."""

    name: str
    number: int
    low: float
    high: float
    steady: bool

    @property
    def decimals(self) -> int:
        return _decimals(self.high - self.low, 3)

    def sites(self, draws: Draws) -> Sites:
        return {f"{self.name} heading": draws.uniform(self.number)}

    def values(self, conditions: Conditions, site: Sites) -> FloatArray:
        heading = site[f"{self.name} heading"]
        if not self.steady:
            slow = conditions.wander(self.number + 1, 3 * HOUR_NS)
            heading = heading + 0.08 * slow + 0.01 * conditions.draws.normal(self.number + 2)
        return self.low + (self.high - self.low) * np.mod(heading, 1.0)


Signal = Gauge | State | Counter | Angle


def signals_of(kind: Kind) -> list[Signal]:
    """Of each quantity; what is named like a true value could not be told from one in the truth."""
    return [
        _signal(name, key_of(0, "quantity", name), quantity)
        for name, quantity in kind.quantities.items()
        if not name.startswith(TRUE)
    ]


def _signal(name: str, number: int, quantity: Quantity) -> Signal:
    if quantity.kind == "state" or _is_switch(quantity):
        return State(name, number, _choices(quantity))
    if quantity.kind == "counter":
        low, high = _range(quantity, _METER)
        digits = _decimals(high - low, 6)
        low = -float(_floored(np.array([-low]), digits)[0])
        a_day = (high - low) / _DAYS_A_ROUND
        return Counter(name, number, low, high - low, min(a_day, 40.0 * (quantity.max_change or np.inf)))
    low, high = _range(quantity, _FULL_CIRCLE if quantity.kind == "angle" else _SPAN)
    low, high = low + _EDGE * (high - low), high - _EDGE * (high - low)
    if quantity.kind == "angle":
        return Angle(name, number, low, high, quantity.steady)
    # So little that no check of the quality of readings takes it for a fault.
    allowed = [2.0 * limit for limit in (quantity.max_change, quantity.drift) if limit is not None]
    return Gauge(name, number, low, high, min([high - low, *allowed]), quantity.steady)


def _is_switch(quantity: Quantity) -> bool:
    return quantity.kind == "gauge" and quantity.steady and (quantity.min, quantity.max) == (0, 1)


def _choices(quantity: Quantity) -> tuple[float, ...]:
    """The values of a state, those whose time is not measured first."""
    least, most = quantity.min, quantity.max
    if least is not None and most is not None and 0 <= floor(most) - ceil(least) < _FEW:
        possible = [float(value) for value in range(ceil(least), floor(most) + 1)]
    else:
        low, high = (-np.inf if least is None else least), (np.inf if most is None else most)
        within = [float(value) for value in (0, *quantity.states) if low <= value <= high]
        possible = within or [max(low, min(0.0, high))]
    return tuple(sorted(dict.fromkeys(possible), key=lambda value: value in quantity.states))


def _range(quantity: Quantity, span: float) -> tuple[float, float]:
    """Both ends, that far from each other where one is not known; from 0 on where it can be."""
    least, most = quantity.min, quantity.max
    if least is None:
        least = 0.0 if most is None or most > 0 else most - span
    if most is None:
        most = least + span
    middle, half = least / 2.0 + most / 2.0, min(most / 2.0 - least / 2.0, _WIDEST / 2.0)
    return middle - half, middle + half


def _decimals(span: float, digits: int) -> int:
    """So many that a span has about that many digits."""
    return min(9, max(0, digits - floor(log10(span)))) if span > 0 else 9


def _floored(values: FloatArray, decimals: int) -> FloatArray:
    scale = 10.0**decimals
    floored: FloatArray = np.floor(values * scale) / scale
    return floored


def sites(signals: Sequence[Signal], draws: Draws) -> Sites:
    """(d,) what is fixed of each device."""
    return {name: values for signal in signals for name, values in signal.sites(draws).items()}


def readings(signals: Sequence[Signal], conditions: Conditions, site: Sites) -> Sites:
    """(n,) each quantity."""
    return {signal.name: signal.values(conditions, site) for signal in signals}

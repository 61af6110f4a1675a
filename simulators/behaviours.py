"""How each kind of device behaves: what is fixed of a device, and what it reads under given conditions."""

from collections.abc import Callable
from dataclasses import dataclass

from config.settings import Kind, Quantity
from simulators import (
    air,
    light,
    litter_bin,
    low_cost_pm,
    noise,
    parking,
    satisfaction,
    signals,
    traffic,
    water,
    weather,
)
from simulators.conditions import Conditions
from simulators.draws import Draws, FloatArray
from simulators.roster import Roster

Sites = dict[str, FloatArray]
_BATTERY = "battery"


@dataclass(frozen=True, slots=True)
class Behaviour:
    """How one kind of device behaves: its fixed properties, and its readings under given conditions."""

    sites: Callable[[Roster, Kind, Draws], Sites]
    readings: Callable[[Conditions, Sites], dict[str, FloatArray]]
    decimals: dict[str, int]
    battery_share: float
    """Share of the devices that run on a battery and report its charge in %."""


BEHAVIOURS = {
    "parking": Behaviour(parking.sites, parking.readings, parking.DECIMALS, 0.4),
    "traffic": Behaviour(traffic.sites, traffic.readings, traffic.DECIMALS, 0.0),
    "air": Behaviour(air.sites, air.readings, air.DECIMALS, 0.3),
    "pm": Behaviour(low_cost_pm.sites, low_cost_pm.readings, low_cost_pm.DECIMALS, 0.5),
    "noise": Behaviour(noise.sites, noise.readings, noise.DECIMALS, 0.5),
    "water": Behaviour(water.sites, water.readings, water.DECIMALS, 0.6),
    "weather": Behaviour(weather.sites, weather.readings, weather.DECIMALS, 0.2),
    "light": Behaviour(light.sites, light.readings, light.DECIMALS, 0.0),
    "bin": Behaviour(litter_bin.sites, litter_bin.readings, litter_bin.DECIMALS, 1.0),
    "satisfaction": Behaviour(satisfaction.sites, satisfaction.readings, satisfaction.DECIMALS, 0.0),
}
"""Of the usual kinds."""


def behaviour_of(kind: str, known: Kind) -> Behaviour:
    """That of the usual kind, or of a city's own one whose quantities are `known`."""
    return BEHAVIOURS.get(kind) or _own(known)


def _own(known: Kind) -> Behaviour:
    has_charge = _is_charge(known.quantities.get(_BATTERY))
    reported = [signal for signal in signals.signals_of(known) if signal.name != _BATTERY or not has_charge]
    return Behaviour(
        sites=lambda _devices, _kind, draws: signals.sites(reported, draws),
        readings=lambda conditions, site: signals.readings(reported, conditions, site),
        decimals={signal.name: signal.decimals for signal in reported},
        battery_share=1.0 if has_charge else 0.0,
    )


def _is_charge(quantity: Quantity | None) -> bool:
    """In %, not in volts: what every battery of the city reports lies within its range."""
    if quantity is None or quantity.kind != "gauge":
        return False
    least, most = quantity.min, quantity.max
    return (least is None or least <= 0) and (most is None or most >= 100)

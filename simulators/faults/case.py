"""One fault of a scenario, as it may befall the devices of one kind; all draws depend on device, reading and fault."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

import numpy as np

from simulators.draws import Draws, FloatArray, KeyArray, key_of, keys_of, mix
from simulators.faults.fault import Fault
from simulators.faults.sent import IntArray, Mask, Sent
from simulators.roster import Roster

_MILLISECOND_NS = 1_000_000


@dataclass(frozen=True, slots=True)
class Case:
    fault: Fault
    keys: KeyArray
    """(d,) of the devices, other ones for each fault."""
    gateway_keys: KeyArray
    """(d,) of the gateway of each, the same for all that are heard through one, and for itself."""
    fault_keys: KeyArray
    """(d,) the same for all devices of all kinds."""
    behind_gateway: Mask
    """(d,) heard through a gateway, or one itself."""
    meant: Mask
    """(d,) targets."""
    begin_ns: int
    end_ns: int
    held: dict[str, FloatArray] = field(default_factory=dict)
    """Quantity -> (d,) where each device got stuck; NaN: it did not yet."""

    def during(self, sent: Sent) -> Mask:
        mask: Mask = self.meant[sent.device] & (sent.time_ns >= self.begin_ns) & (sent.time_ns < self.end_ns)
        return mask

    def some_readings(self, sent: Sent) -> Mask:
        return self.during(sent) & (self.each(sent).uniform(1) < self.fault.share)

    def some_devices(self, sent: Sent) -> Mask:
        return self.during(sent) & self.chosen[sent.device]

    @property
    def chosen(self) -> Mask:
        """(d,) targets that it does befall."""
        mask: Mask = self.meant & (self.fixed.uniform(1) < self.fault.share)
        return mask

    def each(self, sent: Sent) -> Draws:
        """Draws of each row."""
        return Draws(self.keys[sent.device], sent.sequence)

    @property
    def fixed(self) -> Draws:
        """Draws of each device."""
        return _fixed(self.keys)

    @property
    def by_gateway(self) -> Draws:
        return _fixed(self.gateway_keys)

    @property
    def at_once(self) -> Draws:
        """The same for all devices."""
        return _fixed(self.fault_keys)

    def moment_ns(self, draws: Draws, lasts_ns: int) -> IntArray:
        """(d,) from when on, that it may last so long before the fault ends."""
        room_ns = max(0, self.end_ns - self.begin_ns - lasts_ns)
        return self.begin_ns + whole_ms(draws.uniform(4) * room_ns)

    def quantities(self, sent: Sent) -> list[str]:
        return [name for name in sent.said if self.fault.quantity in ("", name) and name != "battery"]


class Targets:
    """The devices of one kind, with what the draws of all faults are made from."""

    def __init__(self, devices: Roster, gateways: Collection[str], seed: int) -> None:
        """`gateways`: all through which anything in the city is heard."""
        self._devices = devices
        self._keys = keys_of(devices.ids, seed, "fault", devices.kind)
        heard = [
            gateway or (device if device in gateways else "")
            for device, gateway in zip(devices.ids, devices.gateways, strict=True)
        ]
        names = sorted(set(heard))
        place = {name: number for number, name in enumerate(names)}
        self._gateway_keys = keys_of(names, seed, "gateway")[[place[name] for name in heard]]
        self._behind_gateway = np.array([bool(name) for name in heard], np.bool_)
        self._seed = seed

    def case(self, fault: Fault, number: int, start_ns: int, end_ns: int) -> Case:
        """Of the fault with that number in a scenario from `start_ns` to `end_ns`."""
        own = np.uint64(key_of(self._seed, f"fault {number}"))
        until_ns = end_ns if fault.end is None else start_ns + fault.end
        return Case(
            fault=fault,
            keys=mix(self._keys ^ own),
            gateway_keys=mix(self._gateway_keys ^ own),
            fault_keys=np.full(len(self._devices), own),
            behind_gateway=self._behind_gateway,
            meant=meant_by(fault, self._devices),
            begin_ns=start_ns + fault.begin,
            end_ns=min(until_ns, end_ns),
        )


def whole_ms(ns: FloatArray) -> IntArray:
    """Nanoseconds in whole milliseconds, so that a payload's time is exact."""
    whole: IntArray = (ns // _MILLISECOND_NS).astype(np.int64) * _MILLISECOND_NS
    return whole


def meant_by(fault: Fault, devices: Roster) -> Mask:
    """(d,) which devices the fault is aimed at."""
    meant = np.ones(len(devices), np.bool_)
    for names, column in ((fault.devices, devices.ids), (fault.zones, devices.zones)):
        if names:
            meant &= _among(column, names)
    if fault.gateways:
        through = _among(devices.gateways, fault.gateways)
        # What dies with its devices is the gateway, so itself too.
        meant &= through | _among(devices.ids, fault.gateways) if fault.kind == "gateway_death" else through
    return meant


def _among(column: Sequence[str], names: Sequence[str]) -> Mask:
    wanted = frozenset(names)
    return np.array([each in wanted for each in column], np.bool_)


def _fixed(keys: KeyArray) -> Draws:
    return Draws(keys, np.full(len(keys), -1, np.int64))

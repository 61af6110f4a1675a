"""A fleet whose readings meet with faults on their way: what is due comes out, what is late is held."""

from collections.abc import Iterator, Sequence

import numpy as np

from config.settings import Device
from simulators.draws import KeyArray, key_of
from simulators.faults.effects import EFFECTS, Case
from simulators.faults.sent import Sent
from simulators.fleet import Fleet
from simulators.scenario import Fault, Scenario


class TroubledFleet:
    """Spans are asked for in their order. The same seed and scenario give the same, however time is cut up."""

    def __init__(self, fleet: Fleet, scenario: Scenario, start_ns: int, seed: int) -> None:
        self.fleet = fleet
        end_ns = start_ns + scenario.lasts
        self._cases: dict[str, list[Case]] = {
            kind: [
                _case(fault, number, group.devices, start_ns, end_ns, seed)
                for number, fault in enumerate(scenario.faults)
                if not fault.kinds or kind in fault.kinds
            ]
            for kind, group in fleet.groups.items()
        }
        self._held: dict[str, Sent] = {}

    def due(self, start_ns: int, end_ns: int) -> Iterator[Sent]:
        """What is sent in [start, end), and what was measured then and is never sent; one for each kind."""
        found = {report.kind: self._befallen(Sent.of(report)) for report in self.fleet.reports(start_ns, end_ns)}
        for kind in self.fleet.groups:
            parts = [part for part in (self._held.pop(kind, None), found.get(kind)) if part is not None]
            if not parts:
                continue
            all_of = parts[0] if len(parts) == 1 else parts[0].and_then(parts[1])
            now = all_of.never | (all_of.sent_ns < end_ns)
            if not now.all():
                self._held[kind] = all_of.take(~now)
            if now.any():
                yield all_of.take(now)

    @property
    def held(self) -> int:
        """Readings that are still to be sent."""
        return sum(map(len, self._held.values()))

    def _befallen(self, sent: Sent) -> Sent:
        for case in self._cases[sent.kind]:
            sent = EFFECTS[case.fault.kind](sent, case)
        return sent


def _case(fault: Fault, number: int, devices: Sequence[Device], start_ns: int, end_ns: int, seed: int) -> Case:
    keys: KeyArray = np.array(
        [key_of(seed, f"fault {number}", device.kind, device.id) for device in devices], dtype=np.uint64
    )
    meant = np.array([_is_meant(fault, device) for device in devices], np.bool_)
    until_ns = end_ns if fault.end is None else start_ns + fault.end
    return Case(fault, keys, meant, start_ns + fault.begin, min(until_ns, end_ns))


def _is_meant(fault: Fault, device: Device) -> bool:
    if fault.devices and device.id not in fault.devices:
        return False
    if fault.gateways and device.gateway not in fault.gateways:
        return False
    return not fault.zones or device.zone in fault.zones

"""A fleet whose readings meet with faults on their way: what is due comes out, what is late is held."""

from collections.abc import Iterator

from simulators.faults.absences import ABSENCES, away
from simulators.faults.case import Case, Targets
from simulators.faults.effects import EFFECTS
from simulators.faults.sent import Mask, Sent
from simulators.fleet import Fleet
from simulators.scenario import Scenario
from simulators.uploads import Uploads


class TroubledFleet:
    """Spans are asked for in their order. The same seed and scenario give the same, however time is cut up."""

    def __init__(
        self, fleet: Fleet, scenario: Scenario, start_ns: int, seed: int, uploads: Uploads | None = None
    ) -> None:
        self.fleet = fleet
        self._uploads = uploads
        gateways = {gateway for group in fleet.groups.values() for gateway in group.devices.gateways} - {""}
        # A device that is away sends nothing, however late it would have been anyway.
        faults = sorted(enumerate(scenario.faults), key=lambda each: each[1].kind in ABSENCES)
        self._cases: dict[str, list[Case]] = {}
        for kind, group in fleet.groups.items():
            targets = Targets(group.devices, gateways, seed)
            self._cases[kind] = [
                targets.case(fault, number, start_ns, start_ns + scenario.lasts)
                for number, fault in faults
                if not fault.kinds or kind in fault.kinds
            ]
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

    def left(self) -> list[Sent]:
        """What is still held, of each kind: the end came before it was sent."""
        held, self._held = list(self._held.values()), {}
        return held

    @property
    def held(self) -> int:
        """Readings that are still to be sent."""
        return sum(map(len, self._held.values()))

    @property
    def waiting(self) -> list[Sent]:
        """They themselves."""
        return list(self._held.values())

    def away(self, time_ns: int) -> dict[str, Mask]:
        """Kind -> (d,) its devices that have no connection then; without kinds that no fault takes away."""
        cases = {kind: [case for case in cases if case.fault.kind in ABSENCES] for kind, cases in self._cases.items()}
        return {kind: away(found, time_ns) for kind, found in cases.items() if found}

    def _befallen(self, sent: Sent) -> Sent:
        if self._uploads is not None:
            sent = self._uploads.gathered(sent)
        for case in self._cases[sent.kind]:
            sent = EFFECTS[case.fault.kind](sent, case)
        return sent

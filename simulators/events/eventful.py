"""A fleet to which the events of a scenario happen."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import chain

import numpy as np

from config.civil_time import utc_to_civil
from config.settings import Settings
from simulators.draws import FloatArray
from simulators.events import accident, fire, flood_wave, gathering, haze, power_cut, rain
from simulators.events.event import Event, Happening
from simulators.events.influences import Influence, IntArray
from simulators.events.names import UnknownNamesError
from simulators.events.script import Script
from simulators.events.stage import Stage
from simulators.fleet import Fleet
from simulators.scenario import Scenario
from simulators.scenario_mistakes import refused

_UNTOLD_FREE = 0.3
"""Of a car park that counts at its gates and tells nothing else."""


class EventfulFleet(Fleet):
    """As `Fleet`; all that no event reaches is the same, byte for byte."""

    def __init__(self, settings: Settings, seed: int, count: int | None, scenario: Scenario, start_ns: int) -> None:
        """`start_ns`: of the scenario, ns UTC. Raises UnknownNamesError where it does not go with this city."""
        super().__init__(settings, seed, count)
        rosters = {kind: group.devices for kind, group in self.groups.items()}
        if wrong := refused(scenario, self.groups, [zone.id for zone in settings.zones]):
            raise UnknownNamesError(wrong, scenario.file)
        storms = tuple(rain.storm(each, start_ns, self._zone) for each in scenario.rains)
        self._sky = replace(self._sky, storms=storms)
        on_battery = {kind: group.on_battery for kind, group in self.groups.items()}
        self._stage = Stage(start_ns, rosters, on_battery, self._free_share)
        self._happenings: list[Happening] = []
        influences: list[Influence] = []
        for table in Script.model_fields:
            for event in getattr(scenario, table):
                found = [influence for influence in self._influences(event) if len(influence.rows)]
                influences += found
                self._happenings.append(self._happening(table, event, found))
        for kind, group in self.groups.items():
            group.influences = tuple(influence for influence in influences if influence.kind == kind)

    def happenings(self) -> Sequence[Happening]:
        """All events of the scenario, as they are in this city, by their begin."""
        return sorted(self._happenings, key=lambda happening: happening.begin_ns)

    def _influences(self, event: Event) -> Iterator[Influence]:
        match event:
            case accident.Accident():
                yield from accident.influences(event, self._stage)
            case gathering.Gathering():
                yield from gathering.influences(event, self._stage)
            case flood_wave.FloodWave():
                yield from flood_wave.influences(event, self._stage)
            case haze.Haze():
                yield from haze.influences(event, self._stage)
            case fire.Fire():
                yield from fire.influences(event, self._stage, self._wind_from(self._stage.start_ns + event.begin))
            case power_cut.PowerCut():
                yield from power_cut.influences(event, self._stage)

    def _wind_from(self, time_ns: int) -> float:
        return float(self._sky.wind_direction(utc_to_civil(np.array([time_ns]), self._zone))[0])

    def _free_share(self, time_ns: IntArray) -> FloatArray:
        """(t, d) of the car parks: what they would report then."""
        group = self.groups["parking"]
        share = np.ones((len(time_ns), len(group.devices)))
        for row, look_ns in enumerate(time_ns.tolist()):
            until_ns = look_ns + group.longest_interval_ns
            report = group.report(look_ns, until_ns, self._zone, self._sky, self._days)
            occupied, capacity = report.columns["occupied"], report.columns["capacity"]
            spaces = capacity - np.nan_to_num(report.columns["out_of_service"])
            free = np.where(np.isnan(capacity), 1.0 - occupied, (spaces - occupied) / capacity)
            np.minimum.at(share[row], report.device, np.nan_to_num(free, nan=_UNTOLD_FREE))
        return np.clip(share, 0.0, 1.0)

    def _happening(self, table: str, event: Event, found: list[Influence]) -> Happening:
        begin_ns = self._stage.start_ns + event.begin
        spans = [influence.span_ns for influence in found]
        ids = {kind: group.devices.ids for kind, group in self.groups.items()}
        felt = dict.fromkeys(ids[influence.kind][row] for influence in found for row in influence.rows.tolist())
        if isinstance(event, rain.Rain):
            felt = dict.fromkeys(chain.from_iterable(ids.get(kind, ()) for kind in rain.WET))
        ends_ns = [until for _, until in spans]
        if (lasts := getattr(event, "lasts", None)) is not None:
            ends_ns.append(begin_ns + lasts)
        return Happening(
            kind=table,
            title=event.title,
            place=_place(event),
            begin_ns=min([begin_ns, *(since for since, _ in spans)]),
            end_ns=max(ends_ns, default=begin_ns),
            devices=tuple(felt),
        )


def _place(event: Event) -> str:
    device: str = getattr(event, "device", "")
    names: tuple[str, ...] = (*getattr(event, "devices", ()), *getattr(event, "zones", ()))
    return device or " ".join((*names, *getattr(event, "gateways", ())))

"""How the readings of a city are said: on the topics and in the fields that its configuration reads."""

from collections.abc import Sequence
from dataclasses import replace
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from config.default_kinds import effective_kinds
from config.settings import Kind, Quantity, Settings, Source
from simulators.behaviours import behaviour_of
from simulators.draws import keys_of
from simulators.fleet import Reports
from simulators.payload_texts import Form, payload_texts
from simulators.roster import Roster
from simulators.spellings import MIXED, SAME_READINGS, SPELLINGS, FieldNames, Spelling
from simulators.topics import reachable, source_of, topics_of


class Wire:
    """Of one seed and one configuration."""

    def __init__(self, settings: Settings, payload: str = "flat", seed: int = 1) -> None:
        """`payload`: a name of `SPELLINGS`, or `MIXED`."""
        self._city = settings.city.id
        self._zone = ZoneInfo(settings.city.timezone)
        self._sources = reachable(settings)
        self._kinds = effective_kinds(settings)
        self._seed = seed
        self._names = SAME_READINGS if payload == MIXED else (payload,)
        self._forms: dict[str, list[Form]] = {}
        """Of each kind, by the number of the spelling."""
        self._spelling: dict[str, NDArray[np.int64]] = {}
        """Of each kind: (d,) the number of each device's."""

    def add(self, kind: str, devices: Roster) -> list[str]:
        """The topic of each of them. Raises ValueError where no source reads one."""
        source = source_of(self._sources, self._city, kind)
        if source is None:
            raise ValueError(f"no source of the configuration reads devices of kind {kind!r}")
        ids, zones = devices.ids, devices.zones
        spellings = self._spellings(source, kind, ids[0], zones[0])
        self._forms[kind] = [self._form(source, kind, spelling) for spelling in spellings]
        number = self._spelling[kind] = self._numbers(kind, ids, len(spellings))
        topics = topics_of(source, self._city, kind, ids, zones, deeper=spellings[0].deeper)
        deep = [place for place, spelling in enumerate(spellings) if spelling.deeper and place]
        for row in np.flatnonzero(np.isin(number, deep)).tolist():
            (topics[row],) = topics_of(source, self._city, kind, [ids[row]], [zones[row]], deeper=True)
        return topics

    def payloads(self, report: Reports) -> list[bytes]:
        """One for each reading."""
        forms = self._forms[report.kind]
        if len(forms) == 1:
            return payload_texts(report, forms[0])
        number = self._spelling[report.kind][report.device]
        payloads: list[bytes] = [b""] * len(number)
        for each in np.unique(number).tolist():
            rows = np.flatnonzero(number == each)
            for row, payload in zip(rows.tolist(), payload_texts(_taken(report, rows), forms[each]), strict=True):
                payloads[row] = payload
        return payloads

    def gathers(self, kind: str) -> NDArray[np.bool_]:
        """(d,) which devices send several readings at once."""
        gathered = np.array([form.spelling.gathered for form in self._forms[kind]], np.bool_)
        return gathered[self._spelling[kind]]

    @property
    def gathers_any(self) -> bool:
        return any(self.gathers(kind).any() for kind in self._forms)

    def fields_beside(self, kind: str) -> tuple[str, str]:
        """Where time and number stand in a payload: the outermost names."""
        names = self._forms[kind][0].names
        return names.time.split(".")[0], names.sequence.split(".")[0]

    def _spellings(self, source: Source, kind: str, device: str, zone: str) -> list[Spelling]:
        """In a mixture, a topic that cannot go on below the device does not."""
        chosen = [SPELLINGS[name] for name in self._names]
        if len(chosen) > 1:
            try:
                topics_of(source, self._city, kind, [device], [zone], deeper=True)
            except ValueError:
                return [spelling for spelling in chosen if not spelling.deeper]
        return chosen

    def _form(self, source: Source, kind: str, spelling: Spelling) -> Form:
        known = self._kinds.get(kind, Kind())
        decimals = behaviour_of(kind, known).decimals
        switches = frozenset(
            name for name, quantity in known.quantities.items() if _is_switch(quantity) and not decimals.get(name)
        )
        return Form(spelling, FieldNames.of_source(source), decimals, switches, self._zone)

    def _numbers(self, kind: str, ids: Sequence[str], count: int) -> NDArray[np.int64]:
        if count == 1:
            return np.zeros(len(ids), np.int64)
        return (keys_of(ids, self._seed, "spelling", kind) % np.uint64(count)).astype(np.int64)


def _is_switch(quantity: Quantity) -> bool:
    return (quantity.min, quantity.max) == (0, 1)


def _taken(report: Reports, rows: NDArray[np.int64]) -> Reports:
    columns = {name: values[rows] for name, values in report.columns.items()}
    taken = {name: getattr(report, name)[rows] for name in ("device", "time_ns", "sequence")}
    return replace(report, **taken, columns=columns)

"""Names in a scenario that this city does not have: each with its place in the file and the nearest that it has."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from config.locate import Path as KeyPath
from config.locate import written
from config.mistakes import did_you_mean
from simulators.roster import Roster
from simulators.scenario import Scenario

_DEVICE_KINDS = {
    "accidents": "traffic",
    "gatherings": "parking",
    "flood_waves": "water",
    "fires": "parking",
}
"""Table -> kind of the devices that it names; tables that are not listed may name any."""
_ZONED = ("gatherings", "hazes", "power_cuts", "faults")
_NAMING = (*_DEVICE_KINDS, "faults")
Misnamed = tuple[KeyPath, str]


class UnknownNamesError(ValueError):
    """A scenario names what is not here, or would befall nobody."""

    def __init__(self, misnamed: list[Misnamed], file: Path | None) -> None:
        super().__init__("\n".join(f"{written(place)}: {sentence}" for place, sentence in misnamed))
        self.misnamed = misnamed
        self.file = file


def misnamed(scenario: Scenario, rosters: Mapping[str, Roster], zones: Iterable[str]) -> list[Misnamed]:
    """All of them. `zones`: those of the configuration, beside the devices' own."""
    return [
        *_unknown_devices(scenario, rosters),
        *_unknown_zones(scenario, rosters, zones),
        *_unknown_gateways(scenario, rosters),
        *_unknown(_named(scenario, "faults", "kinds"), rosters, "kind of device"),
    ]


def _unknown_devices(scenario: Scenario, rosters: Mapping[str, Roster]) -> Iterator[Misnamed]:
    for table in _NAMING:
        kind = _DEVICE_KINDS.get(table)
        rosters_here = rosters.values() if kind is None else [rosters[kind]] if kind in rosters else []
        what = "device" if kind is None else f"{kind} device"
        named = [
            *_named(scenario, table, "device"),
            *_named(scenario, table, "devices"),
            *_named(scenario, table, "closes"),
        ]
        if named:
            known = [identifier for roster in rosters_here for identifier in roster.ids]
            yield from _unknown(named, known, what)


def _unknown_zones(scenario: Scenario, rosters: Mapping[str, Roster], zones: Iterable[str]) -> Iterator[Misnamed]:
    named = [place for table in _ZONED for place in _named(scenario, table, "zones")]
    if named:
        yield from _unknown(named, {*zones, *(zone for roster in rosters.values() for zone in roster.zones)}, "zone")


def _unknown_gateways(scenario: Scenario, rosters: Mapping[str, Roster]) -> Iterator[Misnamed]:
    named = [place for table in ("power_cuts", "faults") for place in _named(scenario, table, "gateways")]
    if named:
        known = {gateway for roster in rosters.values() for gateway in roster.gateways} - {""}
        yield from _unknown(named, known, "gateway of any device")


def _named(scenario: Scenario, table: str, key: str) -> Iterator[tuple[KeyPath, str]]:
    for number, row in enumerate(getattr(scenario, table)):
        names = getattr(row, key, ())
        if isinstance(names, str):
            yield (table, number, key), names
        else:
            yield from (((table, number, key, place), name) for place, name in enumerate(names))


def _unknown(named: Iterable[tuple[KeyPath, str]], known: Iterable[str], what: str) -> Iterator[Misnamed]:
    here = set(known)
    for place, name in named:
        if name not in here:
            yield place, f"{name!r} is no {what} here{did_you_mean(name, here)}"

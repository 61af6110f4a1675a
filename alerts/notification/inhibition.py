"""What is only a consequence disturbs nobody: a dead gateway hides the devices that are heard through it.

Open alerts are indexed by what they must have in common, so an alert costs a look-up for each inhibition, not a walk
over all that are open.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from graphlib import CycleError, TopologicalSorter
from itertools import product

from alerts.assets import Asset
from alerts.book import Alert
from alerts.notification.gateways import Gateways
from config.duty import Inhibition

_Place = tuple[str, ...]
"""What source and target agree in, the city always first."""


class Inhibitions:
    """All of it follows from the alerts that are open: `begin` each of them again after a restart."""

    def __init__(self, inhibitions: Sequence[Inhibition], gateways: Gateways, rules: Collection[str]) -> None:
        """`rules`: the ids of all of them."""
        self._inhibitions = inhibitions
        self._targets_of = [targets(inhibition, rules) for inhibition in inhibitions]
        self._gateways = gateways
        self._sources: list[dict[_Place, dict[int, Alert]]] = [{} for _ in inhibitions]
        """Of each inhibition, the open alerts that hide others, by what those must agree in."""
        self._targets: list[dict[_Place, dict[int, Alert]]] = [{} for _ in inhibitions]
        self._places: dict[int, _Places] = {}
        """Number of an open alert that takes part -> where it stands above."""
        self._is_circular = is_circular(inhibitions, rules)

    def begin(self, alert: Alert, kind: str) -> None:
        """It is firing. Take in all that fire at once before the first is told: the cause may come last.

        `kind`: of the device, or of the devices of which the zone's figure is made.
        """
        if places := self._found(alert, kind):
            self._places[alert.number] = places
            for index, place in places.source:
                self._sources[index].setdefault(place, {})[alert.number] = alert
            for index, place in places.target:
                self._targets[index].setdefault(place, {})[alert.number] = alert

    def end(self, alert: Alert) -> None:
        places = self._places.pop(alert.number, _Places())
        for index, place in places.source:
            _drop(self._sources[index], place, alert.number)
        for index, place in places.target:
            _drop(self._targets[index], place, alert.number)

    def hides(self, alert: Alert) -> list[int]:
        """Numbers of the open alerts that it may hide, ascending: to be judged again once it begins or ends.

        It must be among those that were begun, so ask before `end`.
        """
        places = self._places.get(alert.number, _Places())
        numbers = {number for index, place in places.source for number in self._targets[index].get(place, ())}
        return sorted(numbers - {alert.number})

    def mutes(self, alert: Alert) -> str:
        """The reason, "inhibition gateway: alert 7, silent of gw-1"; empty: nothing hides it.

        Of alerts that hide each other, also in a circle of several, the oldest stays.
        """
        for inhibition, source in self._hiding(alert):
            if not self._is_circular or _is_older(source, alert) or not self._is_behind(alert, source):
                asset = source.asset
                return f"{_said(inhibition)}alert {source.number}, {source.rule} of {asset.device or asset.zone}"
        return ""

    def is_of_gateway(self, reason: str) -> bool:
        """Whether `mutes` gave it for a device that is heard through another one."""
        return any("gateway" in each.equal and reason.startswith(_said(each)) for each in self._inhibitions)

    def awaits_gateway(self, alert: Alert) -> bool:
        """Whether its gateway may be found out by the same rule, a window later: then it is only a consequence.

        It must be among those that were begun.
        """
        return any(
            "gateway" in self._inhibitions[index].equal and alert.rule in self._inhibitions[index].source
            for index, _ in self._places.get(alert.number, _Places()).target
        )

    def _hiding(self, alert: Alert) -> Iterator[tuple[Inhibition, Alert]]:
        """The alerts that hide it, were it for them alone."""
        for index, place in self._places.get(alert.number, _Places()).target:
            for source in self._sources[index].get(place, {}).values():
                if source.number != alert.number:
                    yield self._inhibitions[index], source

    def _is_behind(self, alert: Alert, source: Alert) -> bool:
        """Whether `alert` hides `source`, itself or through others."""
        seen, ahead = {source.number}, [source]
        while ahead:
            for _, cause in self._hiding(ahead.pop()):
                if cause.number == alert.number:
                    return True
                if cause.number not in seen:
                    seen.add(cause.number)
                    ahead.append(cause)
        return False

    def _found(self, alert: Alert, kind: str) -> "_Places | None":
        asset = alert.asset
        own = {"zone": (asset.zone,), "kind": (kind,), "device": (asset.device,), "city": (asset.city,)}
        as_source = own | {"gateway": (asset.device,)}
        as_target = own | {"gateway": self._gateways.of(asset.kind, asset.device)}
        places = _Places()
        for index, inhibition in enumerate(self._inhibitions):
            if alert.rule in inhibition.source:
                places.source += [(index, place) for place in _each(inhibition, asset, as_source)]
            if alert.rule in self._targets_of[index]:
                places.target += [(index, place) for place in _each(inhibition, asset, as_target)]
        return places if places.source or places.target else None


@dataclass(slots=True)
class _Places:
    """(index of the inhibition, place) each."""

    source: list[tuple[int, _Place]] = field(default_factory=list)
    target: list[tuple[int, _Place]] = field(default_factory=list)


def targets(inhibition: Inhibition, rules: Iterable[str]) -> frozenset[str]:
    """The rules whose alerts it hides."""
    if inhibition.target:
        return frozenset(inhibition.target)
    # Behind a gateway stands another device, so there the same rule is another alert.
    return frozenset(rules) if "gateway" in inhibition.equal else frozenset(rules) - {*inhibition.source}


def _said(inhibition: Inhibition) -> str:
    return f"inhibition {inhibition.id}: "


def is_circular(inhibitions: Sequence[Inhibition], rules: Collection[str]) -> bool:
    """Whether an alert could hide itself by way of others."""
    graph: dict[str, set[str]] = {}
    for inhibition in inhibitions:
        for target in targets(inhibition, rules):
            graph.setdefault(target, set()).update(inhibition.source)
    try:
        TopologicalSorter(graph).prepare()
    except CycleError:
        return True
    return False


def _each(inhibition: Inhibition, asset: Asset, parts: Mapping[str, tuple[str, ...]]) -> Iterator[_Place]:
    """What is empty agrees with nothing: zones have no device, and most devices no gateway."""
    for place in product(*(parts[name] for name in inhibition.equal)):
        if all(place):
            kind = asset.kind if "device" in inhibition.equal else ""
            yield asset.city, kind, *place


def _drop(held: dict[_Place, dict[int, Alert]], place: _Place, number: int) -> None:
    del held[place][number]
    if not held[place]:
        del held[place]


def _is_older(one: Alert, other: Alert) -> bool:
    return (one.fired_ns, one.number) < (other.fired_ns, other.number)

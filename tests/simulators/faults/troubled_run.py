"""A small city with faults, all that it sends and all that is true of it."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

import numpy as np

from config.durations import UNITS_NS
from config.settings import City, Device, Kind, Settings
from simulators.faults.fault import Fault
from simulators.faults.payloads import TroubledEncoder
from simulators.faults.sent import IntArray, Sent
from simulators.faults.troubled import TroubledFleet
from simulators.fleet import Fleet
from simulators.payloads import Encoder
from simulators.scenario import Scenario
from simulators.wire import Wire

SECOND, MINUTE = UNITS_NS["s"], UNITS_NS["m"]
START = 1_772_406_000 * SECOND
SETTINGS = Settings(city=City(id="bojonegoro"))


class Run:
    """Of `lasts_s` of a scenario, and `after_s` more, in steps; without `devices` a made city of 40."""

    def __init__(
        self,
        *faults: Fault,
        step_s: int = 10,
        lasts_s: int = 300,
        after_s: int = 0,
        devices: Sequence[Device] = (),
        seed: int = 3,
        kinds: Mapping[str, Kind] | None = None,
    ) -> None:
        settings = SETTINGS.model_copy(update={"devices": tuple(devices), "kinds": dict(kinds or {})})
        fleet = Fleet(settings, seed=seed, count=None if devices else 40)
        self.troubled = TroubledFleet(fleet, Scenario(lasts=lasts_s * SECOND, faults=faults), START, seed=seed)
        self.groups = fleet.groups
        self.sent: list[Sent] = []
        self.numbers: list[IntArray] = []
        self.encoder = TroubledEncoder(Encoder(fleet, Wire(settings)), self.troubled, self._witness)
        spans = range(0, lasts_s + after_s, step_s)
        parts = [self.encoder.messages(START + at * SECOND, START + (at + step_s) * SECOND) for at in spans]
        self.topics = [topic for part in parts for topic in part.topics]
        self.payloads = [payload for part in parts for payload in part.payloads]
        self.time_ns = np.concatenate([part.time_ns for part in parts])
        self.retain = np.concatenate([part.retain for part in parts if part.retain is not None])

    @property
    def rows(self) -> int:
        return sum(map(len, self.sent))

    def by_device(self) -> dict[str, Sent]:
        """The rows of each device, "air/A1", in the order in which they were measured."""
        rows: dict[str, list[Sent]] = defaultdict(list)
        for sent in self.sent:
            for device in np.unique(sent.device).tolist():
                name = f"{sent.kind}/{self.groups[sent.kind].devices[device].id}"
                rows[name].append(sent.take(sent.device == device))
        return {name: _in_order(parts) for name, parts in rows.items()}

    def _witness(self, sent: Sent, number: IntArray) -> None:
        self.sent.append(sent)
        self.numbers.append(number)


def _in_order(parts: Sequence[Sent]) -> Sent:
    whole = parts[0]
    for part in parts[1:]:
        whole = whole.and_then(part)
    return whole.take(np.lexsort((whole.copy, whole.time_ns)))


def plain() -> int:
    """Messages of the made city without faults, in 300 s."""
    return len(Encoder(Fleet(SETTINGS, seed=3, count=40)).messages(START, START + 300 * SECOND))

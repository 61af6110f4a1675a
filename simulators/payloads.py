"""Reports as MQTT messages: by default on topic city/<city>/<kind>/<device>, with one JSON object as payload."""

from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate, chain

import numpy as np
from numpy.typing import NDArray

from config.settings import City, Settings
from simulators.fleet import Fleet
from simulators.wire import Wire


@dataclass(frozen=True, slots=True)
class Messages:
    """Messages in order of their event time."""

    topics: list[str]
    payloads: list[bytes]
    time_ns: NDArray[np.int64]
    retain: NDArray[np.bool_] | None = None
    """(n,) the broker is to keep it; None: nothing."""

    def __len__(self) -> int:
        return len(self.topics)


class Encoder:
    """Turns a fleet's reports into messages; each device's topic is written once."""

    def __init__(self, fleet: Fleet, wire: Wire | None = None) -> None:
        """Without a `wire` everything is as it is with no configuration. Raises what `Wire.add` raises."""
        self.fleet = fleet
        self.wire = wire or Wire(Settings(city=City(id=fleet.city)))
        self._topics = {kind: self.wire.add(kind, group.devices) for kind, group in fleet.groups.items()}
        self._all_topics = np.array([*chain.from_iterable(self._topics.values())], dtype=object)
        self._first = dict(zip(self._topics, accumulate(map(len, self._topics.values()), initial=0), strict=False))

    def topic(self, kind: str, device: int) -> str:
        """`device`: its index in the kind's `Group`."""
        return self._topics[kind][device]

    def kind_of(self, topic: str) -> str:
        return self._kinds[topic]

    @cached_property
    def _kinds(self) -> dict[str, str]:
        return {topic: kind for kind, topics in self._topics.items() for topic in topics}

    def messages(self, start_ns: int, end_ns: int) -> Messages:
        """All messages of [start, end), ordered by time, then by kind."""
        payloads: list[bytes] = []
        places, times = [np.empty(0, dtype=np.int64)], [np.empty(0, dtype=np.int64)]
        for report in self.fleet.reports(start_ns, end_ns):
            places.append(self._first[report.kind] + report.device)
            payloads += self.wire.payloads(report)
            times.append(report.time_ns)
        time_ns = np.concatenate(times)
        order = np.argsort(time_ns, kind="stable")
        topics = self._all_topics[np.concatenate(places)[order]]
        return Messages(topics.tolist(), np.array(payloads, dtype=object)[order].tolist(), time_ns[order])

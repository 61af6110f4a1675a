"""The actuators of a simulated city, side by side, and what each of them was told and did."""

import asyncio
import csv
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from config.actuators import Actuator
from config.mistakes import did_you_mean
from ingest.mqtt.options import ConnectionOptions
from simulators.actuator.conduct import Behaviour, Conduct, Conducts
from simulators.actuator.device import Heard, SimulatedActuator

COMMANDS = "commands.csv"
COLUMNS = ("actuator", "topic", "command", "id", "received_ns", "retained", "behaviour", "answered_ns")
"""`answered_ns` is empty where there was no answer; both times are by the clock of this machine."""


_OUTCOME: dict[Behaviour, str] = {
    "done": "obeyed",
    "late": "obeyed late",
    "twice": "obeyed and answered twice",
    "refuses": "refused",
    "retained": "obeyed, the answer left on the broker",
    "stranger": "answered for another",
    "garbage": "answered unreadably",
}


@dataclass(slots=True)
class Listener:
    """One actuator."""

    name: str
    topic: str
    source: str
    """Whose broker; empty: the first."""
    conducts: Conducts
    dry_run: bool = False
    heard: list[Heard] = field(default_factory=list)

    def __str__(self) -> str:
        hint = "; a dry run in the configuration, so nothing is sent to it" if self.dry_run else ""
        return f"{self.name} on {self.topic}: {self.conducts}{hint}"

    def course(self) -> str:
        """What it was told, and what became of it."""
        became = Counter(_OUTCOME[each.conduct.behaviour] if each.answered_ns else "unanswered" for each in self.heard)
        said = ", ".join(f"{count} {outcome}" for outcome, count in became.items())
        return f"{self.name}: {len(self.heard)} {'command' if len(self.heard) == 1 else 'commands'}" + (
            f": {said}" if said else ""
        )


def listeners_of(conducts: Sequence[Conduct], actuators: Sequence[Actuator], seed: int) -> list[Listener]:
    """Those that the conducts of a scenario mean. Raises ValueError where one means nothing that is there."""
    known = {actuator.id: actuator for actuator in actuators}
    meant: dict[str, list[Conduct]] = {}
    for conduct in conducts:
        names = conduct.actuators or (() if conduct.topics else tuple(known))
        if not names and not conduct.topics:
            raise ValueError("the scenario has actuators that obey, but the configuration has none; name their topics")
        for name in names:
            if name not in known:
                raise ValueError(f"the scenario names actuator {name!r}, which is not there{did_you_mean(name, known)}")
            meant.setdefault(name, []).append(conduct)
        for topic in conduct.topics:
            meant.setdefault(topic, []).append(conduct)
    return [_listener(name, known.get(name), found, seed) for name, found in meant.items()]


class Street:
    def __init__(
        self,
        listeners: Sequence[Listener],
        brokers: Mapping[str, ConnectionOptions],
        since_ns: Callable[[], int],
        note: Callable[[str], None],
    ) -> None:
        """`brokers`: by the name of the source, the first at "" too; `since_ns`: event time after the beginning."""
        self._listeners = tuple(listeners)
        self._brokers = brokers
        self._since_ns = since_ns
        self._note = note

    async def run(self) -> None:
        """Until it is cancelled."""
        for listener in self._listeners:
            self._note(f"actuator {listener}")
        await asyncio.gather(*(self._actuator(listener).run() for listener in self._listeners))

    def summary(self) -> Iterator[str]:
        for listener in self._listeners:
            yield f"actuator {listener.course()}"

    def write(self, folder: Path) -> None:
        """A row for each command, beside the truth. May raise OSError."""
        with (folder / COMMANDS).open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(COLUMNS)
            writer.writerows(row for listener in self._listeners for row in _rows(listener))

    def _actuator(self, listener: Listener) -> SimulatedActuator:
        broker = self._brokers[listener.source]
        return SimulatedActuator(
            broker, listener.topic, lambda: listener.conducts.next(self._since_ns()), listener.heard.append
        )


def _listener(name: str, actuator: Actuator | None, conducts: Sequence[Conduct], seed: int) -> Listener:
    found = Conducts(conducts, name, seed)
    if actuator is None:
        return Listener(name, name, "", found)
    return Listener(name, actuator.topic, actuator.source, found, actuator.dry_run)


def _rows(listener: Listener) -> Iterator[tuple[object, ...]]:
    for each in listener.heard:
        said = (each.content.get("command", ""), each.id, each.received_ns, int(each.retained))
        yield listener.name, listener.topic, *said, each.conduct.behaviour, each.answered_ns or ""

"""Readings written as rows, a processor fed with them, and the windows it gave, newest revision last."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from zoneinfo import ZoneInfo

import numpy as np

from config.durations import parse_duration
from config.periods import Period
from config.settings import Kind, Quantity, Window, Windows
from config.timezones import UTC
from ingest.devices import DeviceTable
from ingest.readings import NO_SEQUENCE, ReadingBatch
from processors.outcomes import Outcome
from processors.processor import Output, Processor, State, TimeBase
from processors.state import dump, load
from processors.window_batch import WindowBatch

DAY = "2025-11-22"
SECOND_NS = 1_000_000_000


def at(clock: str) -> int:
    """The time "10:00:09.5" of one day in ns UTC."""
    whole, _, fraction = clock.partition(".")
    seconds = round(datetime.fromisoformat(f"{DAY}T{whole}+00:00").timestamp())
    return seconds * SECOND_NS + int(fraction.ljust(9, "0") or 0)


@dataclass(frozen=True)
class Row:
    device: int
    time_ns: int
    values: dict[str, float]
    stream: int | None = None
    sequence: int = NO_SEQUENCE
    timed: bool = True
    message: int | None = None


def row(device: int, clock: str, **values: float) -> Row:
    return Row(device, at(clock), values)


def batch(rows: Sequence[Row], received_ns: int = 0, kind: str = "traffic", source: str = "mqtt") -> ReadingBatch:
    names = tuple(dict.fromkeys(name for each in rows for name in each.values))
    values = np.array([[each.values.get(name, np.nan) for each in rows] for name in names], np.float64)
    return ReadingBatch(
        source=source,
        kind=kind,
        quantities=names,
        device=np.array([each.device for each in rows], np.int32),
        stream=np.array([each.device if each.stream is None else each.stream for each in rows], np.int32),
        time_ns=np.array([each.time_ns for each in rows], np.int64),
        timed=np.array([each.timed for each in rows], np.bool_),
        sequence=np.array([each.sequence for each in rows], np.int64),
        values=values.reshape(len(names), len(rows)),
        message=np.array([i if each.message is None else each.message for i, each in enumerate(rows)], np.int64),
        received_ns=received_ns,
    )


def windows(
    *sizes: str, delay: str = "0s", lateness: str = "5m", memory: int = 192, civil: tuple[Period, ...] = ()
) -> Windows:
    """Sizes such as "10s", hopping ones as "10s/2s"."""
    made = []
    for size in sizes:
        whole, _, hop = size.partition("/")
        made.append(Window(size=parse_duration(whole), hop=parse_duration(hop) if hop else None))
    return Windows(
        sizes=tuple(made),
        delay=0 if delay == "0s" else parse_duration(delay),
        lateness=0 if lateness == "0s" else parse_duration(lateness),
        memory=memory,
        civil=civil,
    )


Key = tuple[int, int, int]
"""(size in ns, end, device)."""


@dataclass
class Fed:
    """A processor of one kind of device, and everything it gave so far."""

    settings: Windows
    quantities: dict[str, Quantity] = field(default_factory=dict)
    time_base: TimeBase = "received"
    kind: str = "street"
    devices: int = 10
    timezone: ZoneInfo = UTC
    outputs: list[Output] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.table = DeviceTable()
        for number in range(self.devices):
            self.table.row("c", self.kind, f"d{number}")
        self.kinds = {self.kind: Kind(quantities=self.quantities)}
        self.processor = Processor(self.settings, self.kinds, self.table, self.time_base, timezone=self.timezone)

    def take(
        self, *rows: Row, received: str | int | None = None, source: str = "mqtt", behind: bool = False
    ) -> list[Outcome]:
        """Received at the newest of their times where nothing else is said."""
        latest_ns = max(each.time_ns for each in rows)
        received_ns = at(received) if isinstance(received, str) else latest_ns if received is None else received
        outcomes = self.processor.process(replace(batch(rows, received_ns, self.kind, source), behind=behind))
        return [Outcome(outcome) for outcome in outcomes.tolist()]

    def advance(self, clock: str | int | None = None) -> list[WindowBatch]:
        """The rows to write of what closed or was revised."""
        return self._keep(self.processor.advance(at(clock) if isinstance(clock, str) else clock))

    def finish(self) -> list[WindowBatch]:
        return self._keep(self.processor.finish())

    def restart(
        self,
        settings: Windows | None = None,
        quantities: dict[str, Quantity] | None = None,
        timezone: ZoneInfo | None = None,
    ) -> None:
        """Through bytes and back, with another configuration where one is given."""
        content = dump(self.processor.state)
        self.settings = settings or self.settings
        self.kinds = {self.kind: Kind(quantities=self.quantities if quantities is None else quantities)}
        self.timezone = timezone or self.timezone
        self._start(load(content, self.settings, self.kinds, self.timezone))

    def _start(self, state: State) -> None:
        self.processor = Processor(self.settings, self.kinds, self.table, self.time_base, state, self.timezone)

    def _keep(self, output: Output) -> list[WindowBatch]:
        self.outputs.append(output)
        return [window.changed for window in output.windows if len(window.changed)]

    @property
    def written(self) -> list[WindowBatch]:
        return [window.changed for output in self.outputs for window in output.windows]

    @property
    def final(self) -> dict[Key, dict[str, float]]:
        """The newest fields of each window, `revision` and `readings` among them; NaN fields left out."""
        return final(self.written)


def final(written: Iterable[WindowBatch]) -> dict[Key, dict[str, float]]:
    newest: dict[Key, dict[str, float]] = {}
    for window in written:
        for index, device in enumerate(window.device.tolist()):
            key = (window.size_ns, window.end_ns, device)
            expected = newest[key]["revision"] + 1 if key in newest else 0
            assert window.revision[index] == expected, f"revision {window.revision[index]} of {key}, not {expected}"
            fields = {name: float(column[index]) for name, column in window.fields.items()}
            newest[key] = {name: value for name, value in fields.items() if not np.isnan(value)}
            newest[key] |= {"revision": int(window.revision[index]), "readings": int(window.readings[index])}
    return newest


def window(fed: Fed, size: str, end: str, device: int) -> dict[str, float]:
    return fed.final[parse_duration(size), at(end), device]

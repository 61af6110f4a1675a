"""A large city that lives minute by minute in this process, and how long its indicators take.

Taken is the processor time of this process, all threads together: what others do on the machine meanwhile is not in it.
"""

import os
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from benchmarks.large_city import FIRST_NS
from config.default_kinds import effective_kinds
from config.durations import SECOND_NS, format_duration
from config.settings import Settings
from ingest.decoding import SourceDecoder
from ingest.devices import DeviceTable
from ingest.messages import MessageBatch
from ingest.readings import ReadingBatch
from processors.indicators.indicator_batch import IndicatorBatch
from processors.kind_windows import KindWindows
from processors.processor import Processor
from processors.window_batch import ClosedWindow
from simulators.fleet import Fleet
from simulators.payloads import Encoder

MINUTE_NS = 60 * SECOND_NS
THREADS = 2
Steps = list[list[ReadingBatch]]
"""What came in each ten seconds, of each kind."""


class Stopwatch(Processor):
    """A processor that notes how long the indicators of each window take."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.taken: dict[tuple[str, int, str], float] = {}
        """(size, end of the window, kind) -> seconds."""

    def _indicators(self, windows: KindWindows, closed: list[ClosedWindow]) -> list[IndicatorBatch]:
        batches = []
        for each in closed:
            began = time.process_time()
            batches += super()._indicators(windows, [each])
            key = format_duration(each.whole.size_ns), each.whole.end_ns, windows.kind
            self.taken[key] = self.taken.get(key, 0.0) + time.process_time() - began
        return batches

    def _of_the_city(self, figures: list[IndicatorBatch], watermark_ns: int) -> list[IndicatorBatch]:
        began = time.process_time()
        batches = super()._of_the_city(figures, watermark_ns)
        key = "1m", watermark_ns // MINUTE_NS * MINUTE_NS, "city"
        self.taken[key] = self.taken.get(key, 0.0) + time.process_time() - began
        return batches


@dataclass(slots=True)
class Minutes:
    """Seconds, minute by minute, of those that count."""

    indicators: list[float] = field(default_factory=list)
    """Of the windows of one minute, all kinds."""
    by_kind: dict[str, list[float]] = field(default_factory=dict)
    ten_seconds: list[float] = field(default_factory=list)
    """Of the windows of ten seconds that end with the minute."""
    windows: list[float] = field(default_factory=list)
    """To take the readings of the minute in and to close all its windows, without any indicator."""
    polars: list[float] = field(default_factory=list)
    figures: int = 0
    """Of the last minute."""

    def note(self, end_ns: int, city: "LargeCity", whole_s: float, polars_s: float) -> None:
        taken = city.processor.taken
        of_minute = {kind: seconds for (size, end, kind), seconds in taken.items() if (size, end) == ("1m", end_ns)}
        self.indicators.append(sum(of_minute.values()))
        for kind, seconds in of_minute.items():
            self.by_kind.setdefault(kind, []).append(seconds)
        self.ten_seconds.append(sum(taken[key] for key in taken if key[:2] == ("10s", end_ns)))
        self.windows.append(whole_s - sum(taken.values()))
        self.polars.append(polars_s)
        self.figures = city.figures


class LargeCity:
    """A city that is simulated and processed in this process, by the clock of its own readings."""

    def __init__(self, settings: Settings) -> None:
        self._encoder = Encoder(Fleet(settings))
        kinds = effective_kinds(settings)
        self._table = DeviceTable(settings.devices)
        self._delay_ns = settings.windows.delay
        self._decoder = SourceDecoder(settings.sources[0], settings.city.id, self._table, kinds)
        timezone = ZoneInfo(settings.city.timezone)
        self.processor = Stopwatch(settings.windows, kinds, self._table, timezone=timezone, scores=settings.scores)
        self.processor.expect(settings.city.id, settings.devices)
        self.figures = 0

    def readings(self, start_ns: int) -> list[ReadingBatch]:
        """What all devices send in ten seconds, decoded."""
        messages = self._encoder.messages(start_ns, start_ns + 10 * SECOND_NS)
        topics = [topic.encode() for topic in messages.topics]
        kept = np.zeros(len(topics), np.bool_)
        received_ns = start_ns + 10 * SECOND_NS + self._delay_ns
        return self._decoder.decode(MessageBatch(topics, messages.payloads, kept, received_ns)).readings

    def live_through(self, steps: Steps) -> None:
        """Take in what came in each ten seconds, and close what is due."""
        self.processor.taken.clear()
        for batches in steps:
            for batch in batches:
                self.processor.process(batch)
            made = self.processor.advance(batches[0].received_ns).indicators
            while self.processor.due(batches[0].received_ns):
                made += self.processor.advance(batches[0].received_ns).indicators
        self.figures = sum(len(batch.value) for batch in made if batch.size_ns == MINUTE_NS)

    def polars_means(self, steps: Steps) -> object:
        """The plain way to one figure of each quantity and zone: a group-by of each kind's readings."""
        pl = _polars()
        zones = np.array(self._table.zone_numbers, np.int32)
        means = []
        for kind in {batch.kind for batches in steps for batch in batches}:
            parts = [
                pl.DataFrame({"zone": zones[batch.device], **dict(zip(batch.quantities, batch.values, strict=True))})
                for batches in steps
                for batch in batches
                if batch.kind == kind
            ]
            means.append(pl.concat(parts, how="diagonal").group_by("zone").mean())
        return means


def _polars() -> Any:
    # Its threads are counted when it is imported.
    os.environ["POLARS_MAX_THREADS"] = str(THREADS)
    import polars as pl

    return pl


def _seconds_of(work: Callable[[Steps], object], steps: Steps) -> float:
    began = time.process_time()
    work(steps)
    return time.process_time() - began


def live_minutes(city: LargeCity, minutes: int) -> Minutes:
    taken = Minutes()
    for minute in range(minutes):
        start_ns = FIRST_NS + minute * MINUTE_NS
        steps = [city.readings(start_ns + step * 10 * SECOND_NS) for step in range(6)]
        whole_s = _seconds_of(city.live_through, steps)
        polars_s = _seconds_of(city.polars_means, steps)
        if minute >= minutes // 2:
            taken.note(start_ns + MINUTE_NS, city, whole_s, polars_s)
    return taken

"""Readings in, closed windows and indicators out: a pure function of the readings and their receive times.

Nothing here reads a clock, the environment or a random number, so the same input gives the same output, byte for byte.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from config.pillars import Scores
from config.settings import Device, Kind, Windows
from config.timezones import UTC
from ingest.devices import DeviceTable
from ingest.readings import ReadingBatch
from processors.backlogs import Backlogs
from processors.cadence import Cadences
from processors.duplicates import SeenReadings
from processors.indicators.catalogue import CATALOGUE
from processors.indicators.indicator_batch import IndicatorBatch
from processors.indicators.memory import Memory
from processors.indicators.scores import CityFigures, ScoreState
from processors.indicators.sensor_health import sensor_health
from processors.kind_windows import CLOSED_AT_ONCE, KindWindows
from processors.outcomes import Outcome, Outcomes
from processors.quality.judges import Judges
from processors.quality.kept import Kept
from processors.ranges import without_implausible
from processors.sequences import Sequences
from processors.tracked import TrackedColumns
from processors.window_batch import ClosedWindow
from processors.window_plan import WindowPlan, plan_of
from processors.zones import Zones

TimeBase = Literal["received", "event"]
"""What moves the watermark: the receive time of live data, or the event time of recorded data."""

_NEVER = -(2**62)
_MEBIBYTE = 1 << 20
_UNCONFIGURED = Kind()
_QUIET = np.errstate(over="ignore", invalid="ignore")
"""Readings near the largest float have no finite variance: their field stays empty, and nobody is warned each time."""


@dataclass(slots=True)
class Output:
    windows: list[ClosedWindow] = field(default_factory=list)
    indicators: list[IndicatorBatch] = field(default_factory=list)
    cadences: Cadences | None = None
    """How often each device reports, and when it was heard last, at the moment of the closing."""


@dataclass(slots=True)
class State:
    """Everything a processor remembers; see `state.py` for its form in bytes."""

    kinds: dict[str, KindWindows] = field(default_factory=dict)
    seen: dict[str, SeenReadings] = field(default_factory=dict)
    sequences: dict[str, Sequences] = field(default_factory=dict)
    """By source, as `seen`."""
    cadences: Cadences = field(default_factory=Cadences)
    watermark_ns: int = _NEVER
    closed_until_ns: int = _NEVER
    """The watermark up to which windows were closed last."""
    implausible: Counter[tuple[str, str]] = field(default_factory=Counter)
    """(kind, quantity) -> values outside their plausible range."""
    backlogs: Backlogs = field(default_factory=Backlogs)
    memories: dict[tuple[str, str], Memory] = field(default_factory=dict)
    """(kind, size of window) -> what its indicators keep."""
    scores: ScoreState = field(default_factory=ScoreState)
    quality: dict[str, Kept] = field(default_factory=dict)
    """Kind -> what its readings are judged by."""


class Processor:
    def __init__(
        self,
        windows: Windows,
        kinds: Mapping[str, Kind],
        devices: DeviceTable,
        time_base: TimeBase = "received",
        state: State | None = None,
        timezone: ZoneInfo = UTC,
        scores: Scores | None = None,
    ) -> None:
        """Without `scores` no figures are made of all kinds together."""
        self.state = state if state is not None else State()
        self._windows = windows
        self._kinds = kinds
        self._devices = devices
        self._time_base = time_base
        self._plans: dict[str, WindowPlan | None] = {}
        self._zones = Zones(devices, self.state.cadences)
        self._judges = Judges(self.state.quality, windows, kinds, devices)
        self._timezone = timezone
        self._city = None if scores is None else CityFigures(scores, self.state.scores)

    def expect(self, city: str, devices: Iterable[Device]) -> None:
        """Registered devices count in coverage before they speak, and as often as the configuration says.

        To be called once, with all of them: those that an earlier configuration named learn their rhythm again.
        """
        self.state.cadences.release()
        for device in devices:
            row = self._devices.row(city, device.kind, device.id)
            self._kind_windows(device.kind)
            every = device.every or self._kinds.get(device.kind, _UNCONFIGURED).every
            if every is not None:
                self.state.cadences.fix(row, every)

    def fall_behind(self, source: str) -> None:
        """A backlog of the source begins or goes on: until it ends, or the clock moves the time, no other moves it."""
        if self._time_base == "received":
            self.state.backlogs.begin(source)

    @_QUIET
    def process(self, batch: ReadingBatch) -> Outcomes:
        """Take readings in; (n,) what became of each. Call `advance` to learn what they closed."""
        windows = self._kind_windows(batch.kind)
        outcomes = self._judge_times(batch, windows)
        values = self._judge_values(batch, outcomes)
        self._drop_duplicates(batch, outcomes)
        self._count_misread(batch, values, outcomes)
        self._move_watermark(batch, outcomes)
        accepted = outcomes <= Outcome.LATE
        self._add(batch, values, accepted, windows)
        return outcomes

    def due(self, received_ns: int) -> bool:
        """Whether `advance` would close, revise or fold anything: where it would not, it need not be called."""
        watermark_ns = self._watermark_by(received_ns)
        return any(windows.due(watermark_ns) for windows in self.state.kinds.values())

    def closes(self, received_ns: int) -> bool:
        """Whether `advance` would do more than revise windows, which may wait a little for more late readings."""
        watermark_ns = self._watermark_by(received_ns)
        return any(windows.closes(watermark_ns) for windows in self.state.kinds.values())

    def _watermark_by(self, received_ns: int) -> int:
        if self._time_base == "event":
            return self.state.watermark_ns
        return max(self.state.watermark_ns, received_ns - self._windows.delay)

    def advance(self, received_ns: int | None = None) -> Output:
        """Move the watermark to the receive time given (live data), close what it passed, compute the indicators.

        Of many devices some windows are left for the next call, as long as `due` says so.
        """
        if received_ns is not None and self._time_base == "received":
            self.state.backlogs.end_all()
            self._raise_watermark(received_ns)
        return self._close_until(self.state.watermark_ns)

    def finish(self) -> Output:
        """Recorded data has ended: close every window."""
        ends = [end_ns for windows in self.state.kinds.values() if (end_ns := windows.last_end()) is not None]
        self.state.watermark_ns = max([self.state.watermark_ns, *ends])
        output = self._close_until(self.state.watermark_ns, ended=True)
        while any(windows.due(self.state.watermark_ns) for windows in self.state.kinds.values()):
            closed = self._close_until(self.state.watermark_ns, ended=True)
            output.windows += closed.windows
            output.indicators += closed.indicators
        return output

    def newest_ns(self, device: NDArray[np.int32]) -> NDArray[np.int64]:
        """(n,) latest event time that was heard of each device so far, 0 before its first reading."""
        cadences = self.state.cadences
        cadences.reserve(int(device.max()) + 1 if len(device) else 0)
        return cadences.latest_ns[device]

    def hear(self, figures: IndicatorBatch) -> None:
        """Figures that others made of what this processor gave, such as `alert_response`: the scores count them in.

        To be called again with the same when the same readings are processed again.
        """
        if self._city is not None:
            self._city.take(figures)

    @_QUIET
    def _close_until(self, watermark_ns: int, ended: bool = False) -> Output:
        self.state.closed_until_ns = max(self.state.closed_until_ns, watermark_ns)
        output = Output(cadences=self.state.cadences)
        rows = 0
        for windows in sorted(self.state.kinds.values(), key=lambda windows: windows.sealed_until_ns):
            if rows >= CLOSED_AT_ONCE:
                break
            closed = windows.advance(watermark_ns, self._windows.lateness)
            if ended:
                # Nobody watched after the end of a recording: what is empty there was not silent.
                closed = [window for window in closed if len(window.whole)]
            rows += sum(len(window.whole) for window in closed)
            output.windows += closed
            output.indicators += self._indicators(windows, closed)
        if output.windows:
            self._keep_within_memory()
        output.indicators += self._of_the_city(output.indicators, watermark_ns)
        return output

    def _of_the_city(self, figures: list[IndicatorBatch], watermark_ns: int) -> list[IndicatorBatch]:
        """Nothing as long as some kind has windows left to close."""
        if self._city is None:
            return []
        for batch in figures:
            self._city.take(batch)
        if any(windows.due(watermark_ns) for windows in self.state.kinds.values()):
            return []
        return self._city.close(watermark_ns)

    def _indicators(self, windows: KindWindows, closed: list[ClosedWindow]) -> list[IndicatorBatch]:
        """Of each window all figures, in the order in which they closed: some go on from the ones before."""
        indicators = CATALOGUE.get(windows.kind)
        sizes_ns = tuple(sorted(shape.size_ns for shape in windows.plan.fixed if shape.is_tumbling))
        batches = []
        for each in closed:
            memory = self.state.memories.setdefault((windows.kind, each.whole.size), Memory())
            around = replace(
                self._zones.around(each.whole, windows.tracked),
                memory=memory,
                fresh=memory.begin(each.whole.end_ns),
                sizes_ns=sizes_ns,
                timezone=self._timezone,
            )
            batches += sensor_health(around)
            judged, figures = self._judges.judge(around, windows.tracked, each)
            if indicators is not None:
                batches.append(indicators(judged))
            batches += figures
        return batches

    def _judge_times(self, batch: ReadingBatch, windows: KindWindows | None) -> Outcomes:
        outcomes = np.zeros(len(batch), np.uint8)
        if windows is not None:
            outcomes[windows.is_late(batch.time_ns)] = Outcome.LATE
            outcomes[windows.is_too_late(batch.time_ns)] = Outcome.TOO_LATE
        if self._time_base == "received":
            # Where this machine's clock has stepped back, devices that are right seem ahead of it.
            now_ns = max(batch.received_ns, self.state.watermark_ns + self._windows.delay)
            outcomes[batch.time_ns > now_ns + self._windows.ahead] = Outcome.TIME_AHEAD
        return outcomes

    def _judge_values(self, batch: ReadingBatch, outcomes: Outcomes) -> NDArray[np.float64]:
        """(q, n) plausible values, NaN elsewhere; a reading of none is marked in `outcomes`."""
        quantities = self._kinds.get(batch.kind, _UNCONFIGURED).quantities
        values, implausible = without_implausible(batch.quantities, batch.values, quantities)
        for name, count in implausible.items():
            self.state.implausible[batch.kind, name] += count
        if implausible:
            emptied = np.isnan(values).all(axis=0) & ~np.isnan(batch.values).all(axis=0)
            outcomes[emptied] = Outcome.OUT_OF_RANGE
        return values

    def _count_misread(self, batch: ReadingBatch, values: NDArray[np.float64], outcomes: Outcomes) -> None:
        """What was not taken as it came tells of the device, unless it was this machine that was away."""
        if self._time_base == "received" and not batch.behind and not self.state.backlogs:
            self._judges.count_off_clock(batch, outcomes)
        if values is not batch.values:
            self._judges.count_outside(batch, values, outcomes)

    def _drop_duplicates(self, batch: ReadingBatch, outcomes: Outcomes) -> None:
        seen = self.state.seen.get(batch.source)
        if seen is None:
            seen = self.state.seen[batch.source] = SeenReadings()
        judged = outcomes <= Outcome.LATE
        if judged.all():
            duplicate, unknowable = seen.judge(batch)
            outcomes[unknowable] = Outcome.TOO_LATE
            outcomes[duplicate] = Outcome.DUPLICATE
            return
        chosen = np.flatnonzero(judged)
        duplicate, unknowable = seen.judge(batch.take(chosen))
        outcomes[chosen[unknowable]] = Outcome.TOO_LATE
        outcomes[chosen[duplicate]] = Outcome.DUPLICATE
        too_late = np.flatnonzero(outcomes == Outcome.TOO_LATE)
        outcomes[too_late[seen.known(batch.take(too_late))]] = Outcome.DUPLICATE

    def _move_watermark(self, batch: ReadingBatch, outcomes: Outcomes) -> None:
        accepted = outcomes <= Outcome.LATE
        backlogs = self.state.backlogs
        if self._time_base == "event":
            if accepted.any():
                self._raise_watermark(int(batch.time_ns[accepted].max()))
        elif batch.behind:
            backlogs.begin(batch.source)
            self._follow_backlog(batch, accepted & batch.timed)
        else:
            backlogs.end(batch.source)
            if not backlogs:
                self._raise_watermark(batch.received_ns)

    def _follow_backlog(self, batch: ReadingBatch, timed: NDArray[np.bool_]) -> None:
        """Readings without a time move nothing: theirs is the receive time, and would make the others late."""
        if not timed.any():
            return
        self.state.backlogs.follow(batch.source, batch.time_ns[timed], batch.message[timed])
        reached_ns = self.state.backlogs.reached()
        if reached_ns is not None:
            self._raise_watermark(min(batch.received_ns, reached_ns))

    def _raise_watermark(self, time_ns: int) -> None:
        # The clock of this machine may step back (NTP, somebody sets it); the watermark never does.
        self.state.watermark_ns = max(self.state.watermark_ns, time_ns - self._windows.delay)

    def _add(
        self,
        batch: ReadingBatch,
        values: NDArray[np.float64],
        accepted: NDArray[np.bool_],
        windows: KindWindows | None,
    ) -> None:
        device, time_ns = batch.device, batch.time_ns
        if not accepted.all():
            device, time_ns, values = device[accepted], time_ns[accepted], values[:, accepted]
        if not len(device):
            return
        self.state.cadences.observe(device, time_ns)
        if windows is not None:
            windows.add(device, time_ns, batch.quantities, values)

    def _kind_windows(self, kind: str) -> KindWindows | None:
        windows = self.state.kinds.get(kind)
        if windows is None:
            if kind not in self._plans:
                self._plans[kind] = plan_of(self._windows.sizes, kind, self._windows.civil, self._timezone)
            plan = self._plans[kind]
            if plan is None:
                return None
            windows = KindWindows(kind, TrackedColumns(self._kinds.get(kind, _UNCONFIGURED)), plan)
            if self._time_base == "received" and self.state.closed_until_ns > _NEVER:
                # A kind that was not heard of before is late by the same measure as the others.
                windows.start_at(self.state.closed_until_ns, self._windows.lateness)
            self.state.kinds[kind] = windows
        return windows

    def _keep_within_memory(self) -> None:
        limit = self._windows.memory * _MEBIBYTE
        held = sum(windows.closed_nbytes() for windows in self.state.kinds.values())
        while held > limit:
            candidates = [
                (*oldest, windows)
                for windows in self.state.kinds.values()
                if (oldest := windows.oldest_closed()) is not None
            ]
            _, key, windows = min(candidates, key=lambda candidate: (candidate[0], candidate[2].kind))
            held -= windows.windows[key].nbytes
            windows.drop(key)

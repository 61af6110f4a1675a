"""Mobility on whole recordings, against plain loops over their rows, uninterrupted and interrupted."""

import csv
import math
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from config.default_kinds import DEFAULT_KINDS
from config.settings import Device
from ingest.devices import DeviceTable
from processors.indicators.indicator_batch import IndicatorBatch
from processors.processor import Processor
from processors.state import dump, load
from tests.processors.batches import Row, batch, windows
from tests.simulators.recordings import whole

SECOND_NS = 1_000_000_000
TOGETHER = 12
"""Readings in a batch."""
Reading = tuple[int, str, dict[str, float]]
"""Seconds, device, values."""
Found = dict[tuple[str, str, str, int], tuple[float, float, float]]
"""(size, zone, indicator, second) -> value, coverage, quality."""


def rows(path: Path) -> Iterator[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        yield from csv.DictReader(file)


def second(text: str) -> int:
    """Written without an offset; taken as UTC."""
    return round(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())


@dataclass
class Recording:
    """What a run over readings gave; each device is a zone of its own."""

    kind: str
    sizes: tuple[str, ...]
    readings: list[Reading]
    settings: dict[str, float] = field(default_factory=dict)
    interrupted: bool = False
    batches: list[IndicatorBatch] = field(default_factory=list)

    def __post_init__(self) -> None:
        names = sorted({device for _, device, _ in self.readings})
        devices = [Device(id=name, kind=self.kind, zone=name, **self.settings) for name in names]
        table = DeviceTable(devices)
        number = {name: table.row("c", self.kind, name) for name in names}
        planned = windows(*self.sizes, lateness="0s")
        processor = Processor(planned, DEFAULT_KINDS, table, "event")
        processor.expect("c", devices)
        ordered = sorted(self.readings, key=lambda each: each[:2])
        for begin in range(0, len(ordered), TOGETHER):
            if self.interrupted and begin % (3 * TOGETHER) == 0:
                state = load(dump(processor.state), planned, DEFAULT_KINDS)
                processor = Processor(planned, DEFAULT_KINDS, table, "event", state)
                processor.expect("c", devices)
            together = ordered[begin : begin + TOGETHER]
            heard = [Row(number[device], at_s * SECOND_NS, values) for at_s, device, values in together]
            processor.process(batch(heard, 2**62, self.kind))
            self.batches += processor.advance().indicators
        self.batches += processor.finish().indicators

    def figures(self, *indicators: str) -> Found:
        return {
            (each.size, zone, name, each.end_ns // SECOND_NS): (value, coverage, quality)
            for each in self.batches
            for zone, name, value, coverage, quality in zip(
                each.zone,
                each.indicator,
                each.value.tolist(),
                each.coverage.tolist(),
                each.quality.tolist(),
                strict=True,
            )
            if name in indicators
        }

    def series(self, size: str, zone: str, indicator: str) -> dict[int, float]:
        found = self.figures(indicator)
        return {end: value for (of, place, _, end), (value, *_) in found.items() if (of, place) == (size, zone)}


def exactly(batches: list[IndicatorBatch]) -> list[object]:
    return [
        (each.size_ns, each.end_ns, each.zone, each.indicator, each.value.tobytes(), each.coverage.tobytes())
        for each in batches
    ]


def steps(readings: list[Reading], quantity: str, size_s: int) -> dict[str, dict[int, list[float]]]:
    """Device -> end of a step -> values, once for each time."""
    found: dict[str, dict[int, list[float]]] = defaultdict(lambda: defaultdict(list))
    seen = set()
    for at_s, device, values in sorted(readings, key=lambda each: each[:2]):
        if quantity in values and values[quantity] >= 0 and (at_s, device, str(values)) not in seen:
            seen.add((at_s, device, str(values)))
            found[device][at_s // size_s * size_s + size_s].append(values[quantity])
    return found


def mean(values: list[float]) -> float:
    return sum(values) / len(values)


def percentile(values: list[float], share: float) -> float:
    ordered = sorted(values)
    below, rest = divmod((len(ordered) - 1) * share, 1)
    above = min(int(below) + 1, len(ordered) - 1)
    return ordered[int(below)] + rest * (ordered[above] - ordered[int(below)])


def birmingham() -> list[Reading]:
    path = whole("parking_birmingham") / "birmingham_until_2016-11-14.csv"
    return [
        (
            second(row["LastUpdated"]),
            row["SystemCodeNumber"],
            {"occupied": float(row["Occupancy"]), "capacity": float(row["Capacity"])},
        )
        for row in rows(path)
        if row["SystemCodeNumber"] in {"BHMBRCBRG01", "BHMBRCBRG02", "BHMBCCPST01", "NIA North", "Bull Ring"}
    ]


def aarhus() -> list[Reading]:
    path = whole("parking_aarhus") / "aarhus_2014-06.csv"
    return [
        (
            second(row["updatetime"].split(".")[0]),
            row["garagecode"],
            {"occupied": float(row["vehiclecount"]), "capacity": float(row["totalspaces"])},
        )
        for row in rows(path)
        if "2014-06-10" <= row["updatetime"] < "2014-06-30"
    ]


@pytest.mark.parametrize("recording", [birmingham, aarhus])
def test_parking_of_a_recording_is_that_of_a_plain_loop(recording: Callable[[], list[Reading]]) -> None:
    readings = recording()
    size_s, day = 1800, 48
    run = Recording("parking", ("30m", "24h"), readings)
    taken = steps(readings, "occupied", size_s)
    spaces = {device: values["capacity"] for _, device, values in readings}
    assert any(max(each) > spaces[device] for device in taken for each in taken[device].values())
    for device, of_steps in taken.items():
        occupancy = {end: min(mean(each), spaces[device]) / spaces[device] for end, each in of_steps.items()}
        load = {end: mean(each) / 2 for end, each in of_steps.items()}
        loads = run.series("30m", device, "parking_load")
        assert {end: loads[end] for end in load} == pytest.approx(load)
        figures = run.figures("parking_occupancy")
        shares = run.figures("parking_above_target_day")
        for end in of_steps:
            known = [occupancy[back] for back in range(end - size_s * (day - 1), end + 1, size_s) if back in occupancy]
            expected = sum(each > 0.85 for each in known) / len(known)
            assert shares["30m", device, "parking_above_target_day", end][0] == pytest.approx(expected)
            found, _, trust = figures["30m", device, "parking_occupancy", end]
            assert found == pytest.approx(occupancy[end])
            if any(each > spaces[device] for each in of_steps[end]):
                assert trust == 0


def test_readings_below_zero_are_in_no_figure_and_lower_the_coverage() -> None:
    """NIA North has ten of them."""
    readings = birmingham()
    half_hours = [(at_s // 1800 + 1) * 1800 for at_s, device, values in readings if values["occupied"] < 0]
    assert len(half_hours) == 10
    others = steps(readings, "occupied", 1800)["NIA North"]
    below = [end for end in half_hours if end not in others]
    assert below
    found = Recording("parking", ("30m",), readings).figures("parking_occupancy", "parking_above_target_day")
    for end in below:
        assert math.isnan(found["30m", "NIA North", "parking_occupancy", end][0])
        assert found["30m", "NIA North", "parking_occupancy", end][1:] == (0, 0)
        assert found["30m", "NIA North", "parking_above_target_day", end][1] < 1


@dataclass
class Roads:
    """A month of travel times on one road in Aarhus, each five minutes, and what follows from them."""

    length_m = 1030.0
    free_kmh = 60.0

    @staticmethod
    def readings() -> list[Reading]:
        path = whole("traffic_aarhus") / "trafficData158324_2014-08.csv"
        return [
            (
                second(row["TIMESTAMP"]),
                row["REPORT_ID"],
                {"travel_time": float(row["avgMeasuredTime"]), "vehicle_count": float(row["vehicleCount"])},
            )
            for row in rows(path)
            if "2014-08-05" <= row["TIMESTAMP"] < "2014-08-12"
        ]


def test_travel_times_of_a_week_have_the_indices_of_a_plain_loop() -> None:
    readings = Roads.readings()
    (device,) = {device for _, device, _ in readings}
    run = Recording("traffic", ("15m", "1h"), readings, {"length": Roads.length_m, "free_speed": Roads.free_kmh})
    quarters = {end: mean(each) for end, each in steps(readings, "travel_time", 900)[device].items() if min(each) > 0}
    free = Roads.length_m / Roads.free_kmh * 3.6
    names = ("traffic_route_time_index_day", "traffic_planning_time_index", "traffic_buffer_index", "traffic_lottr")
    found = run.figures(*names)
    compared = 0
    for end in quarters:
        day = [quarters[back] for back in range(end - 900 * 95, end + 1, 900) if back in quarters]
        if len(day) < 10:
            continue
        p95, p80, p50 = (percentile(day, share) for share in (0.95, 0.8, 0.5))
        expected = (mean(day) / free, p95 / free, (p95 - mean(day)) / mean(day), p80 / p50)
        assert [found["15m", device, name, end][0] for name in names] == pytest.approx(expected, rel=1e-5)
        assert found["15m", device, names[1], end][1] == pytest.approx(len(day) / 96)
        compared += 1
    assert compared > 500


def test_the_peak_hour_factor_of_each_rolling_hour_is_that_of_a_plain_loop() -> None:
    readings = Roads.readings()
    (device,) = {device for _, device, _ in readings}
    run = Recording("traffic", ("15m",), readings, {"every": 300 * SECOND_NS})
    counts = steps(readings, "vehicle_count", 900)[device]
    found = run.series("15m", device, "traffic_peak_hour_factor")
    compared = 0
    for end in counts:
        hour = [counts.get(back, []) for back in range(end - 2700, end + 1, 900)]
        complete = all(len(quarter) == 3 for quarter in hour) and max(map(sum, hour)) > 0
        expected = sum(map(sum, hour)) / (4 * max(map(sum, hour))) if complete else math.nan
        assert found[end] == pytest.approx(expected, nan_ok=True)
        compared += complete
    assert compared > 200


def detectors() -> list[Reading]:
    """Speeds of two detectors in Minnesota in km/h, about each five minutes, with gaps."""
    folder = whole("nab") / "realTraffic"
    return [
        (second(row["timestamp"]), name, {"speed": float(row["value"]) * 1.609344})
        for name in ("speed_6005", "speed_7578")
        for row in rows(folder / f"{name}.csv")
    ]


def test_the_congestion_of_two_detectors_is_that_of_a_plain_loop() -> None:
    readings = detectors()
    free, congestions = 110.0, {}
    run = Recording("traffic", ("15m",), readings, {"free_speed": free})
    for device, of_steps in steps(readings, "speed", 900).items():
        congested, slow, before, times = 0, 0, None, 0
        found = run.series("15m", device, "traffic_congested")
        for end, speeds in of_steps.items():
            moving = [1 / each for each in speeds if each > 0]
            share = len(moving) / sum(moving) / free if moving else 0.0
            if before is not None and end - 900 - before > 3600:
                congested, slow = 0, 0
            slow = slow + 1 if share < 0.5 else 0
            congested = 1 if slow >= 2 else 0 if share > 0.6 else congested
            assert found[end] == congested, (device, end)
            before, times = end, times + congested
        congestions[device] = times
    assert congestions["speed_6005"] == 0 < congestions["speed_7578"], "one road is free, the other is not"


@dataclass
class Kerb:
    """Single spaces that send only changes, and what really happened on them."""

    readings: list[Reading] = field(default_factory=list)
    finished: list[tuple[float, float]] = field(default_factory=list)
    """(end of the stay in seconds, minutes)."""

    def __post_init__(self) -> None:
        random = np.random.default_rng(6)
        for number in range(60):
            at_s = 1_700_000_100 + random.uniform(0, 900)
            self._send(at_s, number, 0)
            while at_s < 1_700_000_000 + 12 * 3600:
                begin = at_s + 120 + random.exponential(1500)
                end = begin + 120 + random.exponential(2400)
                self._send(begin, number, 1)
                self._send(end, number, 0)
                self.finished.append((end, (end - begin) / 60))
                at_s = end

    def _send(self, at_s: float, number: int, taken: int) -> None:
        self.readings.append((round(at_s), f"bay {number:02}", {"occupied": taken}))


def test_stays_on_single_spaces_are_those_that_really_were() -> None:
    kerb = Kerb()
    run = Recording("parking", ("10s", "1m", "15m"), kerb.readings, {"capacity": 1})
    found = run.figures("parking_dwell", "parking_stays", "parking_stays_open")
    ends = sorted(end for size, zone, name, end in found if zone == "all" and name == "parking_dwell")
    for until in ends[120::60]:
        # A stay is finished for the run when the bay has been free for a minute.
        truth = [minutes for end, minutes in kerb.finished if until - 3660 <= end < until - 60]
        dwell, stays, going_on = (
            found["1m", "all", name, until] for name in ("parking_dwell", "parking_stays", "parking_stays_open")
        )
        if until < 1_700_000_000 + 11 * 3600:
            assert stays[0] == pytest.approx(len(truth), abs=3)
            assert dwell[0] == pytest.approx(mean(truth), rel=0.02)
            assert dwell[1:] == (1.0, 1.0)
            assert 0 < going_on[0] < 60


def kerbside() -> list[Reading]:
    return sorted(Kerb().readings, key=lambda each: each[:2])


@pytest.mark.parametrize("recording", [birmingham, detectors, Roads.readings, kerbside])
def test_an_interrupted_run_gives_the_same_figures_byte_for_byte(recording: Callable[[], list[Reading]]) -> None:
    kind = "parking" if recording in (birmingham, kerbside) else "traffic"
    settings = {"capacity": 1.0} if recording is kerbside else {}
    if kind == "traffic":
        settings = {"free_speed": 110.0, "length": 1030.0}
    readings = recording()[:300]
    uninterrupted = Recording(kind, ("1m", "15m"), readings, settings)
    interrupted = Recording(kind, ("1m", "15m"), readings, settings, interrupted=True)
    assert exactly(interrupted.batches) == exactly(uninterrupted.batches)

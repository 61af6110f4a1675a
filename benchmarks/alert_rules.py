"""A thousand rules on ten thousand devices, in this process: how long one window of all of them takes.

Rule i fires above i + 0.5, so a device that sends 0.0 fires none and one that sends 1.0 fires the first. Taken is the
time of the whole desk: evaluation, the book of open alerts, and whatever is told of it.
"""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from alerts.desk import Alerts
from alerts.engine import Engine
from benchmarks.figures import Figure, figure_of_runs
from benchmarks.plan import Plan
from config.alert_rules import Rule
from config.durations import SECOND_NS
from config.settings import Settings
from ingest.devices import DeviceTable
from ingest.readings import ReadingBatch
from processors.processor import Output
from processors.window_batch import ClosedWindow, WindowBatch

RULES = 1_000
ASSETS = 10_000
FIELDS = 10
LIMIT_MS = 100.0
_CHANGING = 0.01
_MINUTE_NS = 60 * SECOND_NS
_FIRST_MINUTE = 30_000_000
_BATCH_NS = 40_000_000
"""Between two batches of 2,000, as at 50,000 readings a second."""
Column = NDArray[np.float64]


def rules() -> tuple[Rule, ...]:
    """A hundred on each of ten fields; every fourth one means the devices of one half of the city only."""
    return tuple(
        Rule(
            id=f"rule-{number}",
            kind="traffic",
            field=f"q{number % FIELDS}_mean",
            size="1m",
            enter=number // FIELDS + 0.5,
            zones=("north",) if number % 4 == 3 else (),
        )
        for number in range(RULES)
    )


def device_table() -> DeviceTable:
    devices = DeviceTable()
    for number in range(ASSETS):
        devices.row("bjn", "traffic", f"dev{number:05}", "north" if number % 2 else "south")
    return devices


def window(minute: int, first: Column) -> Output:
    """`first`: (ASSETS,) what the devices sent of the first field; the others are at rest."""
    fields = {f"q{number}_mean": np.zeros(ASSETS) for number in range(FIELDS)} | {"q0_mean": first}
    batch = WindowBatch(
        kind="traffic",
        size_ns=_MINUTE_NS,
        end_ns=(_FIRST_MINUTE + minute) * _MINUTE_NS,
        device=np.arange(ASSETS, dtype=np.int32),
        readings=np.ones(ASSETS, np.int64),
        revision=np.zeros(ASSETS, np.int32),
        fields=fields,
    )
    return Output([ClosedWindow(batch, batch)], [])


@dataclass(slots=True)
class Taken:
    """Milliseconds of each window."""

    desk: list[float] = field(default_factory=list)
    evaluation: list[float] = field(default_factory=list)
    events: int = 0
    """Of all windows."""


def live_through(columns: Sequence[Column]) -> Taken:
    """The windows of one minute after the other; the first of them only warms up."""
    desk, engine = Alerts(Settings(rules=rules()), device_table()), Engine(rules(), device_table())
    taken = Taken()
    for minute, column in enumerate(columns):
        output = window(minute, column)
        learned_ns = output.windows[0].whole.end_ns + SECOND_NS
        began = time.perf_counter()
        events = len(engine.observe(output, learned_ns))
        evaluated = time.perf_counter()
        told = len(desk.observe(output, learned_ns).events)
        ended = time.perf_counter()
        if events != told:
            raise ValueError(f"the engine told of {events} changes, the desk of {told}")
        if minute:
            taken.evaluation.append(1e3 * (evaluated - began))
            taken.desk.append(1e3 * (ended - evaluated))
            taken.events += events
    return taken


def at_rest(windows: int) -> list[Column]:
    return [np.zeros(ASSETS)] * (windows + 1)


def changing(windows: int) -> list[Column]:
    """In each window one device in a hundred begins an alert, and those of the window before end theirs."""
    columns, share = [np.zeros(ASSETS)], int(ASSETS * _CHANGING)
    for number in range(windows):
        column = np.zeros(ASSETS)
        column[(np.arange(share) + number * share) % ASSETS] = 1.0
        columns.append(column)
    return columns


def storm(windows: int) -> list[Column]:
    """All devices begin an alert in one window, and end it in the next."""
    return [np.full(ASSETS, float(number % 2)) for number in range(windows + 1)]


def measure_rules(plan: Plan) -> Iterator[Figure]:
    windows = plan.alert_windows
    cases = {
        "at rest": at_rest(windows),
        "one device in a hundred begins or ends an alert": changing(windows),
        "all devices begin an alert at once, or end it": storm(windows),
    }
    for case, columns in cases.items():
        taken = live_through(columns)
        plan.say(f"alerts, {case}: {taken.events / windows:,.0f} changes a window")
        about = f"{RULES:,} rules on {ASSETS:,} devices, a window, {case}"
        yield figure_of_runs(
            *("alerts", f"{about}: evaluation", taken.evaluation, "ms", LIMIT_MS, True),
            changes_a_window=taken.events / windows,
        )
        yield figure_of_runs("alerts", f"{about}: with the book of alerts and whom to tell", taken.desk, "ms")


def readings(value: float, received_ns: int, size: int, first: int) -> ReadingBatch:
    device = ((first + np.arange(size)) % ASSETS).astype(np.int32)
    return ReadingBatch(
        source="mqtt",
        kind="traffic",
        quantities=("q0", "q1", "q2", "q3"),
        device=device,
        stream=device,
        time_ns=np.full(size, received_ns, np.int64),
        timed=np.ones(size, np.bool_),
        sequence=np.full(size, -1, np.int64),
        values=np.full((4, size), value),
        message=np.arange(size, dtype=np.int64),
        received_ns=received_ns,
    )


def measure_readings(plan: Plan) -> Iterator[Figure]:
    """Nanoseconds a reading that ten rules on single readings cost, in batches of 2,000."""
    size, batches = 2_000, max(plan.messages // 2_000, 50)
    for case, value in (("at rest", 0.0), ("while all alerts are open", 1.0)):
        watched = tuple(
            Rule(id=f"rule-{number}", kind="traffic", quantity="q0", enter=number * 0.05) for number in range(10)
        )
        desk, at_ns = Alerts(Settings(rules=watched), device_table()), _FIRST_MINUTE * _MINUTE_NS
        for number in range(ASSETS // size):
            desk.hear([readings(value, at_ns, size, number * size)], at_ns)
        costs = []
        for _ in range(plan.pairs):
            began = time.perf_counter()
            for number in range(batches):
                at_ns += _BATCH_NS
                desk.hear([readings(value, at_ns, size, number * size)], at_ns)
            whole_s = time.perf_counter() - began
            began = time.perf_counter()
            for number in range(batches):
                readings(value, at_ns, size, number * size)
            costs.append(1e9 * (whole_s - (time.perf_counter() - began)) / (size * batches))
        yield figure_of_runs("alerts", f"cost of a reading with ten rules on single readings, {case}", costs, unit="ns")

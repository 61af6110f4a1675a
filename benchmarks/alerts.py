"""What alerts cost, and how soon the webhook of one arrives after the reading that fires it.

Readings go through a real Mosquitto and a `denyut run` with journal, checkpoints and store, while 50,000 messages a
second of other devices go the same way; the webhook is a real HTTP server.
"""

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.alert_rules import measure_readings, measure_rules
from benchmarks.denyut_process import DenyutProcess
from benchmarks.figures import Figure, Skipped, figure_of_runs
from benchmarks.mosquitto import find_mosquitto, mosquitto
from benchmarks.plan import Plan
from benchmarks.processes import BenchmarkError, Child, python_module

RATE = 50_000
DEVICES = 9_999
EVERY_S = 0.05
LIMIT_MS = 1_000.0
WINDOW_NS, DELAY_NS = 10**9, 200_000_000
_LEAD_S = 2.0
"""The stream runs for so long before the first reading that fires, and after the last."""
_ENOUGH = 0.95
"""Share of the rate that must have been reached; it is limited by the broker and by what else the machine does."""
IMMEDIATE, WINDOWED = "gauge", "siren"
"""Kinds of device: of the first single readings are judged, of the second windows of a second."""

CONFIGURATION = """\
[windows]
delay = "200ms"
sizes = [{{ size = "10s" }}, {{ size = "1m" }}, {{ size = "1s", kinds = ["siren"] }}]

[[rules]]
id = "at-once"
kind = "gauge"
quantity = "level"
enter = 0.5

[[rules]]
id = "of-a-second"
kind = "siren"
field = "level_max"
size = "1s"
enter = 0.5

[[rules]]
id = "in-the-stream"
kind = "traffic"
quantity = "speed"
enter = 1000

[[channels]]
id = "hook"
kind = "webhook"
url = "http://127.0.0.1:{port}/"
secret = "benchmark"
most_a_minute = 100000

[[ladders]]
id = "to-the-hook"
steps = [{{ to = ["channel:hook"] }}]

[[routes]]
ladder = "to-the-hook"
group_by = []

[notification]
group_interval = "0s"
tell_resolved = false
budget = {{ notices = 10000 }}
"""


@dataclass(frozen=True, slots=True)
class Run:
    found: list[list[int]]
    """(sent, arrived) of each reading that fired, ns UTC."""
    rate: float
    """Messages a second that were sent meanwhile."""

    @property
    def milliseconds(self) -> NDArray[np.float64]:
        return np.array([arrived - sent for sent, arrived in self.found]) / 1e6

    @property
    def waited_for_window(self) -> NDArray[np.float64]:
        """Milliseconds from each reading to the end of its window, and on until the delay has passed."""
        return np.array([WINDOW_NS - sent % WINDOW_NS + DELAY_NS for sent, _ in self.found]) / 1e6


def run_once(program: str, kind: str, rate: int, seconds: float) -> Run:
    count, reached = int(seconds / EVERY_S), 0.0
    with tempfile.TemporaryDirectory(prefix="denyut-bench-") as name:
        directory = Path(name)
        with (
            mosquitto(program, directory) as (_broker, port),
            Child(python_module("benchmarks.alert_probe", port), talks=True) as probe,
            Child(python_module("benchmarks.publisher", port), talks=True) as publisher,
        ):
            configuration = CONFIGURATION.format(port=probe.hear("listening")["port"])
            publisher.hear("connected")
            with DenyutProcess(port, directory, configuration) as denyut:
                denyut.wait_for_connection(port)
                messages = int(rate * (seconds + 2 * _LEAD_S))
                if rate:
                    publisher.say({"messages": messages, "devices": DEVICES, "qos": 1, "rate": rate})
                    publisher.hear("publishing")
                probe.say({"kind": kind, "first": 0, "count": count, "every_s": EVERY_S})
                report = probe.hear("probed")
                if rate:
                    times = publisher.hear("published")
                    reached = messages / (times["end_ns"] - times["start_ns"]) * 1e9
                    if reached < _ENOUGH * rate:
                        raise BenchmarkError(f"{reached:,.0f} messages a second were sent, not {rate:,}")
                denyut.wait_for_messages(messages + count)
                denyut.check_ledger(messages + count)
    if report["missing"] or report["repeated"]:
        raise BenchmarkError(f"{report['missing']} of {count} webhooks are missing, {report['repeated']} came twice")
    return Run(report["found"], reached)


def measure_latency(program: str, kind: str, rate: int, plan: Plan) -> Iterator[Figure]:
    runs = [run_once(program, kind, rate, plan.alert_stream_s) for _ in range(plan.pairs)]
    by_share = {share: [float(np.percentile(run.milliseconds, share)) for run in runs] for share in (50, 99)}
    rule = "a rule on single readings" if kind == IMMEDIATE else "a rule on windows of 1 s"
    load = f"at {rate:,} messages/s" if rate else "at rest"
    detail: dict[str, list[float]] = {}
    if kind == WINDOWED:
        detail = {
            f"window_and_delay_p{share}_ms": [float(np.percentile(run.waited_for_window, share)) for run in runs]
            for share in (50, 99)
        }
        after = [run.milliseconds - run.waited_for_window for run in runs]
        detail |= {f"after_it_p{share}_ms": [float(np.percentile(each, share)) for each in after] for share in (50, 99)}
    for share, figures in by_share.items():
        plan.say(f"alerts, {rule}, {load}: p{share} {', '.join(f'{each:.0f}' for each in figures)} ms")
        yield figure_of_runs(
            "alerts",
            f"reading to webhook, {rule}, {load}, p{share}",
            figures,
            unit="ms",
            target=LIMIT_MS if share == 99 and kind == IMMEDIATE else None,
            ceiling=True,
            largest_ms=[float(run.milliseconds.max()) for run in runs],
            messages_per_s=[run.rate for run in runs],
            **detail,
        )


def measure(plan: Plan) -> Iterator[Figure | Skipped]:
    yield from measure_rules(plan)
    yield from measure_readings(plan)
    program = find_mosquitto()
    if program is None:
        yield Skipped("alerts", "mosquitto is not installed")
        return
    for kind in (IMMEDIATE, WINDOWED):
        for rate in (0, RATE):
            yield from measure_latency(program, kind, rate, plan)

"""Messages a second of one `denyut run` against a paho callback that only counts, on the same stream and one core each.

The stand-in broker has the other core. A run lasts from the first byte sent until the client has acknowledged the last
message; at QoS 0 the last message alone goes out at QoS 1 for that purpose. Runs are interleaved, and a ratio is taken
within each pair.
"""

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.denyut_process import DEFAULT_WINDOWS, TWO_WINDOWS, DenyutProcess, readings_in_windows
from benchmarks.figures import Figure, figure_of_runs
from benchmarks.plan import Plan
from benchmarks.processes import BROKER_CORE, CONSUMER_CORE, BenchmarkError, Child, python_module, wait_until

DEVICES = 9_999
TARGET = 6.0
CASES = (
    ("QoS 0, windows 10s and 1m", 0, TWO_WINDOWS, TARGET),
    ("QoS 1, windows 10s and 1m", 1, TWO_WINDOWS, TARGET),
    ("QoS 1, default windows", 1, DEFAULT_WINDOWS, None),
)


@dataclass(frozen=True, slots=True)
class Run:
    messages: int
    seconds: float
    cpu_seconds: float
    """Of the consumer, from before the stream until it has been taken."""

    @property
    def rate(self) -> float:
        return self.messages / self.seconds

    @property
    def cpu_us(self) -> float:
        return 1e6 * self.cpu_seconds / self.messages


@contextmanager
def stand_in_broker(*city: object) -> Iterator[tuple[Child, int]]:
    """`city`: the configuration of a city and how many messages of its devices are streamed, instead of the usual."""
    with Child(python_module("benchmarks.stand_in_broker", *city), BROKER_CORE, talks=True) as broker:
        yield broker, broker.hear("listening")["port"]


def stream_to(broker: Child, consumer: Child, messages: int, devices: int, qos: int) -> Run:
    cpu_before = consumer.cpu_seconds()
    broker.say({"stream": {"messages": messages, "devices": devices, "qos": qos}})
    times = broker.hear("streamed", instead_of="left")
    seconds = (times["consumed_ns"] - times["first_byte_ns"]) / 1e9
    return Run(messages, seconds, consumer.cpu_seconds() - cpu_before)


def run_paho(broker: Child, port: int, messages: int, qos: int) -> Run:
    command = python_module("benchmarks.counting_callback", port)
    with Child(command, CONSUMER_CORE, talks=True) as paho:
        broker.hear("subscribed")
        run = stream_to(broker, paho, messages, DEVICES, qos)
        paho.process.terminate()
        counted = paho.hear("counted")["messages"]
    if counted != messages:
        raise BenchmarkError(f"paho counted {counted} of {messages} messages")
    return run


def run_denyut(broker: Child, port: int, messages: int, qos: int, configuration: str, verify: bool) -> Run:
    with (
        tempfile.TemporaryDirectory(prefix="denyut-bench-") as directory,
        DenyutProcess(port, Path(directory), configuration, CONSUMER_CORE) as denyut,
    ):
        broker.hear("subscribed")
        run = stream_to(broker, denyut, messages, DEVICES, qos)
        denyut.wait_for_messages(messages)
        denyut.check_ledger(messages)
        if verify:
            check_windows(denyut, messages)
    return run


def check_windows(denyut: DenyutProcess, messages: int) -> None:
    """The stored 10 s windows hold each reading once, in each quantity that is looked at."""
    denyut.wait_for_points()
    wait_until(
        lambda: readings_in_windows(denyut.data_dir, "10s", "speed") >= messages, 60, "all windows of 10 s stored", 1.0
    )
    for quantity in ("vehicle_count", "speed", "occupancy", "battery"):
        counted = readings_in_windows(denyut.data_dir, "10s", quantity)
        if counted != messages:
            raise BenchmarkError(f"the windows of 10 s hold {counted} readings of {quantity}, not {messages}")


def measure_case(case: str, qos: int, configuration: str, target: float | None, plan: Plan) -> Figure:
    ours, peers = [], []
    with stand_in_broker() as (broker, port):
        for pair in range(plan.pairs):
            last = pair == plan.pairs - 1
            ours.append(run_denyut(broker, port, plan.messages, qos, configuration, verify=last))
            peers.append(run_paho(broker, port, plan.messages, qos))
            plan.say(f"capacity, {case}: {ours[-1].rate:,.0f}/s against {peers[-1].rate:,.0f}/s")
    return figure_of_pairs("capacity", case, target, denyut=ours, paho=peers)


def figure_of_pairs(benchmark: str, case: str, target: float | None, **runs: Sequence[Run]) -> Figure:
    """The rate of the first against that of the second, pair by pair; both by name."""
    ours, others = runs.values()
    detail: dict[str, float | list[float]] = {}
    for name, each in runs.items():
        detail[f"{name}_messages_per_s"] = [run.rate for run in each]
        detail[f"{name}_cpu_us_per_message"] = [run.cpu_us for run in each]
    ratios = [our.rate / other.rate for our, other in zip(ours, others, strict=True)]
    return figure_of_runs(benchmark, case, ratios, "x", target, False, **detail)


def measure(plan: Plan) -> Iterator[Figure]:
    for case, qos, configuration, target in CASES:
        yield measure_case(case, qos, configuration, target, plan)

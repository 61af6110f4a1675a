"""Messages a second of `denyut run` behind a real Mosquitto, against a bare socket reader behind the same.

Mosquitto has one core, the publisher and the consumer share the other. Both consumers are measured the same way: how
many messages they had by when, between 5 and 95 % of the stream.
"""

import tempfile
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

from benchmarks.denyut_process import DEFAULT_WINDOWS, DenyutProcess
from benchmarks.figures import Figure, Skipped, figure_of_runs
from benchmarks.mosquitto import find_mosquitto, mosquitto
from benchmarks.plan import Plan
from benchmarks.processes import CONSUMER_CORE, BenchmarkError, Child, python_module

DEVICES = 9_999
TARGET = 0.9
MESSAGES_AT_LEAST = 500_000
"""So that several snapshots fall into the stream."""
PATIENCE_S = 120.0

Snapshots = list[tuple[int, int]]
"""(ns UTC, messages so far)."""


def steady_rate(snapshots: Iterable[tuple[int, int]], messages: int) -> float:
    """Messages a second between the first and the last snapshot within 5 and 95 % of the stream."""
    within = [(at, count) for at, count in snapshots if 0.05 * messages <= count <= 0.95 * messages]
    if len(within) < 2:
        raise BenchmarkError(f"{len(within)} snapshots within the stream are too few for a rate; stream more messages")
    (first_ns, first), (last_ns, last) = within[0], within[-1]
    return (last - first) / (last_ns - first_ns) * 1e9


def run_reader(publisher: Child, port: int, messages: int, qos: int) -> float:
    with Child(python_module("benchmarks.bare_reader", port, qos, messages), CONSUMER_CORE, talks=True) as reader:
        reader.hear("subscribed")
        publish(publisher, messages, qos)
        report = reader.hear("read")
    if report["messages"] != messages:
        raise BenchmarkError(f"the bare reader had {report['messages']} of {messages} messages")
    return steady_rate(report["snapshots"], messages)


def run_denyut(publisher: Child, port: int, messages: int, qos: int, directory: Path) -> float:
    with DenyutProcess(port, directory, DEFAULT_WINDOWS, CONSUMER_CORE) as denyut:
        denyut.wait_for_connection(port)
        order(publisher, messages, qos)
        snapshots = follow(denyut, messages)
        publisher.hear("published")
        denyut.check_ledger(messages)
    return steady_rate(snapshots, messages)


def order(publisher: Child, messages: int, qos: int) -> None:
    publisher.say({"messages": messages, "devices": DEVICES, "qos": qos})


def publish(publisher: Child, messages: int, qos: int) -> None:
    order(publisher, messages, qos)
    publisher.hear("published")


def follow(denyut: DenyutProcess, messages: int) -> Snapshots:
    """Each status that the process writes, until it has all messages."""
    snapshots: Snapshots = []
    deadline = time.monotonic() + PATIENCE_S
    while not snapshots or snapshots[-1][1] < messages:
        if time.monotonic() > deadline:
            raise BenchmarkError(f"denyut run had {snapshots[-1:]} of {messages} messages after {PATIENCE_S:g} s")
        now = denyut.snapshot()
        if now and (not snapshots or now.written_ns > snapshots[-1][0]):
            snapshots.append((now.written_ns, now.received))
        time.sleep(0.02)
    return snapshots


def measure_qos(program: str, qos: int, plan: Plan) -> Figure:
    messages = max(plan.messages, MESSAGES_AT_LEAST)
    ours, peers = [], []
    for _ in range(plan.pairs):
        with tempfile.TemporaryDirectory(prefix="denyut-bench-") as name:
            directory = Path(name)
            with (
                mosquitto(program, directory) as (_broker, port),
                Child(python_module("benchmarks.publisher", port), CONSUMER_CORE, talks=True) as publisher,
            ):
                publisher.hear("connected")
                ours.append(run_denyut(publisher, port, messages, qos, directory))
                peers.append(run_reader(publisher, port, messages, qos))
        plan.say(f"live, QoS {qos}: {ours[-1]:,.0f}/s against {peers[-1]:,.0f}/s")
    return figure_of_runs(
        "live",
        f"QoS {qos}, default windows, against a bare socket reader",
        [our / peer for our, peer in zip(ours, peers, strict=True)],
        target=TARGET,
        denyut_messages_per_s=ours,
        reader_messages_per_s=peers,
    )


def measure(plan: Plan) -> Iterator[Figure | Skipped]:
    program = find_mosquitto()
    if program is None:
        yield Skipped("live", "mosquitto is not installed")
        return
    for qos in (0, 1):
        yield measure_qos(program, qos, plan)

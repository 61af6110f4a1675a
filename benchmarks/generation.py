"""Readings a second that the simulated city makes, against plain Python loops over the same devices and quantities.

The fleet has `Plan.fleet_devices` devices, each with a reading a second. The loop draws each quantity of each reading
with `random.gauss` around the mean that the city had, rounds it and, for messages, writes it with `json.dumps`: the
least that a simulator without columns does, since nothing hangs together in it. Taken is the processor time of this
process, which has one thread.
"""

import json
import random
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import psutil

from benchmarks.figures import Figure, figure_of_runs
from benchmarks.plan import Plan
from benchmarks.processes import BenchmarkError
from config.durations import SECOND_NS
from config.settings import Kind, Settings
from simulators.fleet import Fleet
from simulators.payloads import Encoder
from simulators.registry import SHARES

SEED = 20_450_817
FIRST_NS = 1_772_406_000 * SECOND_NS
"""Monday, 2 March 2026, 6 a.m. in Jakarta."""
ROUNDS = 5
LOOPED = 50_000
"""Readings of a round of the loops, which are too slow for all of them."""
TARGET = 1.0
"""Million readings a second."""
MIB = 2**20


@dataclass(frozen=True, slots=True)
class Pattern:
    """What devices of one kind say together."""

    kind: str
    devices: list[str]
    quantities: tuple[tuple[str, float, float, int], ...]
    """Name, mean, standard deviation, and digits after the point."""


def settings() -> Settings:
    """Every device reports once a second."""
    return Settings(kinds={kind: Kind(every=SECOND_NS) for kind in SHARES})


def patterns_of(encoder: Encoder, count: int) -> list[Pattern]:
    """Those of `count` readings, in the proportions of the city and with the quantities that its messages have."""
    messages = encoder.messages(FIRST_NS, FIRST_NS + SECOND_NS)
    chosen = range(0, len(messages), max(len(messages) // count, 1))
    alike: dict[tuple[str, tuple[str, ...]], list[tuple[str, list[float]]]] = {}
    for row in list(chosen)[:count]:
        content = json.loads(messages.payloads[row])
        names = tuple(name for name in content if name not in ("ts", "seq"))
        said = messages.topics[row], [float(content[name]) for name in names]
        alike.setdefault((messages.topics[row].split("/")[2], names), []).append(said)
    patterns = []
    for (kind, names), rows in alike.items():
        values = np.array([values for _, values in rows])
        quantities = zip(
            names, values.mean(axis=0).tolist(), values.std(axis=0).tolist(), (1,) * len(names), strict=True
        )
        patterns.append(Pattern(kind, [topic for topic, _ in rows], tuple(quantities)))
    return patterns


def loop_readings(patterns: list[Pattern], start_ns: int) -> list[dict[str, float]]:
    """One object a reading, as most simulators have it."""
    gauss, ms = random.Random(SEED).gauss, start_ns // 1_000_000
    readings = []
    for pattern in patterns:
        for _ in pattern.devices:
            reading: dict[str, float] = {"ts": ms, "seq": 1}
            for name, mean, deviation, digits in pattern.quantities:
                reading[name] = round(gauss(mean, deviation), digits)
            readings.append(reading)
    return readings


def loop_messages(patterns: list[Pattern], start_ns: int) -> list[tuple[str, bytes]]:
    topics = [topic for pattern in patterns for topic in pattern.devices]
    readings = loop_readings(patterns, start_ns)
    return [(topic, json.dumps(reading).encode()) for topic, reading in zip(topics, readings, strict=True)]


def rates_of(ways: dict[str, Callable[[int], int]]) -> dict[str, list[float]]:
    """Readings a second of processor time by turns, each round in a second of its own; one before them warms up.

    A way takes the beginning of the second, ns UTC, and says how many readings it made.
    """
    rates: dict[str, list[float]] = {name: [] for name in ways}
    for turn in range(ROUNDS + 1):
        for name, make in ways.items():
            began = time.process_time()
            made = make(FIRST_NS + turn * SECOND_NS)
            taken = time.process_time() - began
            if turn:
                rates[name].append(made / taken)
    return rates


def measure(plan: Plan) -> Iterator[Figure]:
    process = psutil.Process()
    before = process.memory_info().rss
    began = time.process_time()
    fleet = Fleet(settings(), SEED, plan.fleet_devices)
    encoder = Encoder(fleet)
    built_s = time.process_time() - began
    memory_mib = (process.memory_info().rss - before) / MIB
    due = fleet.count(FIRST_NS, FIRST_NS + SECOND_NS)
    if due != plan.fleet_devices:
        raise BenchmarkError(f"{plan.fleet_devices:,} devices have {due:,} readings in a second")
    patterns = patterns_of(encoder, LOOPED)
    rates = rates_of(
        {
            "columns": lambda at: sum(len(report.time_ns) for report in fleet.reports(at, at + SECOND_NS)),
            "loop": lambda at: len(loop_readings(patterns, at)),
            "messages": lambda at: len(encoder.messages(at, at + SECOND_NS)),
            "message loop": lambda at: len(loop_messages(patterns, at)),
        }
    )
    plan.say(f"generation: {plan.fleet_devices:,} devices built in {built_s:.1f} s")
    size = f"{plan.fleet_devices:,} devices"
    millions = [rate / 1e6 for rate in rates["columns"]]
    yield figure_of_runs("generation", f"{size}, built with their topics", [built_s], unit="s", memory_mib=memory_mib)
    yield figure_of_runs("generation", f"{size}, million readings/s as columns", millions, unit="M/s", target=TARGET)
    for case, ours, theirs in (("columns", "columns", "loop"), ("messages", "messages", "message loop")):
        yield figure_of_runs(
            "generation",
            f"readings as {case}, against a loop",
            [own / other for own, other in zip(rates[ours], rates[theirs], strict=True)],
            denyut_readings_per_s=rates[ours],
            loop_readings_per_s=rates[theirs],
        )

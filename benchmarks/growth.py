"""How the cost of a message and the memory grow with the number of devices.

Cost is CPU time of the `denyut run` process a message, streamed by the stand-in broker at QoS 1. "Warm": each device
has been seen before; "cold": the first messages of all. One window of 24 h, so that no window closes while the cost is
taken; memory is taken with the default windows, while they close and are stored.
"""

import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.capacity import Run, stand_in_broker, stream_to
from benchmarks.denyut_process import DEFAULT_WINDOWS, DenyutProcess
from benchmarks.figures import Figure, figure_of_runs
from benchmarks.plan import Plan
from benchmarks.processes import CONSUMER_CORE, Child

FEW_DEVICES = 1_000
COST_LIMIT = 1.5
MEMORY_LIMIT_MIB = 600.0
ROUND_S = 10.0
LONG_WINDOW = """\
[[windows.sizes]]
size = "24h"
"""


@contextmanager
def connected_denyut(configuration: str) -> Iterator[tuple[Child, DenyutProcess]]:
    """A `denyut run` that has subscribed at a stand-in broker."""
    with (
        tempfile.TemporaryDirectory(prefix="denyut-bench-") as directory,
        stand_in_broker() as (broker, port),
        DenyutProcess(port, Path(directory), configuration, CONSUMER_CORE) as denyut,
    ):
        broker.hear("subscribed")
        yield broker, denyut


def cost_of_messages(messages: int, devices: int) -> tuple[Run, Run]:
    """(cold, warm): two passes of the same number of messages."""
    with connected_denyut(LONG_WINDOW) as (broker, denyut):
        cold = stream_to(broker, denyut, messages, devices, 1)
        denyut.wait_for_messages(messages)
        warm = stream_to(broker, denyut, messages, devices, 1)
        denyut.wait_for_messages(2 * messages)
        denyut.check_ledger(2 * messages)
    return cold, warm


def measure_cost(plan: Plan) -> Iterator[Figure]:
    pairs = []
    for _ in range(plan.pairs):
        few = cost_of_messages(plan.many_devices, FEW_DEVICES)
        many = cost_of_messages(plan.many_devices, plan.many_devices)
        pairs.append((few, many))
        costs = ", ".join(f"{run.cpu_us:.2f}" for run in few + many)
        plan.say(f"growth: µs a message, few cold, few warm, many cold, many warm: {costs}")
    for state, name in enumerate(("cold", "warm")):
        few_us = [few[state].cpu_us for few, _ in pairs]
        many_us = [many[state].cpu_us for _, many in pairs]
        yield figure_of_runs(
            "growth",
            f"CPU time of a message, {plan.many_devices:,} devices against {FEW_DEVICES:,}, {name}",
            [many / few for few, many in zip(few_us, many_us, strict=True)],
            target=COST_LIMIT if name == "warm" else None,
            ceiling=True,
            few_devices_us=few_us,
            many_devices_us=many_us,
        )


def measure_memory(plan: Plan) -> Figure:
    """The largest resident memory while every device reports once in ten seconds and windows close."""
    samples = []
    with connected_denyut(DEFAULT_WINDOWS) as (broker, denyut):
        for number in range(plan.memory_rounds):
            began = time.monotonic()
            stream_to(broker, denyut, plan.open_devices, plan.open_devices, 1)
            denyut.wait_for_messages((number + 1) * plan.open_devices)
            samples.append(denyut.resident_mib())
            time.sleep(max(0.0, began + ROUND_S - time.monotonic()))
            samples.append(denyut.resident_mib())
        denyut.check_ledger(plan.memory_rounds * plan.open_devices)
        peak = denyut.peak_resident_mib()
    plan.say(f"growth: resident MiB {', '.join(f'{sample:.0f}' for sample in samples)}; peak {peak:.0f}")
    return Figure(
        "growth",
        f"resident memory at its peak, {4 * plan.open_devices:,} series in the default windows",
        value=peak,
        low=min(samples),
        high=peak,
        unit="MiB",
        target=MEMORY_LIMIT_MIB,
        ceiling=True,
        detail={"samples_mib": samples},
    )


def measure(plan: Plan) -> Iterator[Figure]:
    yield from measure_cost(plan)
    yield measure_memory(plan)

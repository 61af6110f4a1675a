"""What the indicators cost: of ten thousand devices for one window, and of the capacity of a whole `denyut run`.

The devices are those of the example city many times over, six kinds with all that is registered of them, and they send
what the simulated city sends. The first figures are taken in one process, minute by minute: the milliseconds that all
indicators of all kinds take for a window, and two things to hold them against, taken in the same minutes. The last one
is the CPU time of a `denyut run` a message, with all indicators and with none, while the clock closes windows for more
than a minute; the points of the indicators and their storing are part of it.
"""

import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from benchmarks.capacity import stand_in_broker, stream_to
from benchmarks.city_minutes import LargeCity, live_minutes
from benchmarks.denyut_process import DenyutProcess
from benchmarks.figures import Figure, figure_of_runs
from benchmarks.large_city import write_large_city
from benchmarks.plan import Plan
from benchmarks.processes import CONSUMER_CORE
from config.load import load_settings

DEVICES = 10_000
LIMIT_MS = 50.0
LOSS_LIMIT = 10.0


def measure_minutes(plan: Plan) -> Iterator[Figure]:
    with tempfile.TemporaryDirectory(prefix="denyut-bench-") as directory:
        settings = load_settings(write_large_city(Path(directory), DEVICES))
    taken = live_minutes(LargeCity(settings), plan.indicator_minutes)
    kinds = {f"{kind}_ms": [1e3 * each for each in seconds] for kind, seconds in taken.by_kind.items()}
    said = ", ".join(f"{name.removesuffix('_ms')} {median(each):.1f}" for name, each in kinds.items())
    plan.say(f"indicators: {taken.figures:,} figures of a minute; ms: {said}")
    yield figure_of_runs(
        "indicators",
        f"time of all indicators of {DEVICES:,} devices for one window of 1 min",
        [1e3 * each for each in taken.indicators],
        unit="ms",
        target=LIMIT_MS,
        ceiling=True,
        figures=float(taken.figures),
        ten_seconds_ms=[1e3 * each for each in taken.ten_seconds],
        **kinds,
    )
    for peer, seconds in (
        ("taking its readings in and closing its windows", taken.windows),
        ("a polars group-by of its readings by zone, means only", taken.polars),
    ):
        yield figure_of_runs(
            "indicators",
            f"the same, over the time of {peer}",
            [ours / theirs for ours, theirs in zip(taken.indicators, seconds, strict=True)],
            peer_ms=[1e3 * each for each in seconds],
        )


def cpu_of_stream(plan: Plan, city: Path, indicators: bool) -> float:
    """CPU microseconds a message of a `denyut run` that takes all it can while windows close; storing included.

    The first stream of messages, in which each device is new, is not counted.
    """
    with (
        tempfile.TemporaryDirectory(prefix="denyut-bench-") as directory,
        stand_in_broker(city, plan.messages) as (broker, port),
        DenyutProcess(port, Path(directory), city, CONSUMER_CORE, indicators) as denyut,
    ):
        broker.hear("subscribed")
        stream_to(broker, denyut, plan.messages, DEVICES, 1)
        denyut.wait_for_messages(plan.messages)
        before, messages, until = denyut.cpu_seconds(), plan.messages, time.monotonic() + plan.indicator_stream_s
        while time.monotonic() < until:
            stream_to(broker, denyut, plan.messages, DEVICES, 1)
            messages += plan.messages
        denyut.wait_for_messages(messages)
        denyut.wait_for_points()
        cpu_s = denyut.cpu_seconds() - before
        denyut.check_ledger(messages)
    return 1e6 * cpu_s / (messages - plan.messages)


def measure_loss(plan: Plan) -> Figure:
    with_all, with_none = [], []
    with tempfile.TemporaryDirectory(prefix="denyut-bench-") as directory:
        city = write_large_city(Path(directory), DEVICES)
        for _ in range(plan.pairs):
            with_all.append(cpu_of_stream(plan, city, indicators=True))
            with_none.append(cpu_of_stream(plan, city, indicators=False))
            plan.say(f"indicators: {with_all[-1]:.2f} µs a message with all, {with_none[-1]:.2f} with none")
    return figure_of_runs(
        "indicators",
        "capacity lost to all indicators, six kinds of device at QoS 1",
        [100.0 * (1.0 - none / every) for every, none in zip(with_all, with_none, strict=True)],
        unit="%",
        target=LOSS_LIMIT,
        ceiling=True,
        with_all_cpu_us_per_message=with_all,
        with_none_cpu_us_per_message=with_none,
    )


def measure(plan: Plan) -> Iterator[Figure]:
    yield from measure_minutes(plan)
    yield measure_loss(plan)

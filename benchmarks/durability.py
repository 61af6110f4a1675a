"""What it costs to lose nothing: journal before PUBACK, checkpoints beside the work, and the start after a kill.

All at QoS 1, the consumer with all its threads and children on one core, the stand-in broker on the other.
"""

import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.capacity import DEVICES, Run, figure_of_pairs, run_denyut, run_paho, stand_in_broker, stream_to
from benchmarks.denyut_process import TWO_WINDOWS, DenyutProcess
from benchmarks.figures import Figure, figure_of_runs
from benchmarks.growth import LONG_WINDOW
from benchmarks.plan import Plan
from benchmarks.processes import CONSUMER_CORE, BenchmarkError, wait_until

AGAINST_PAHO = 5.0
AGAINST_NO_JOURNAL = 0.85
RECOVERY = 0.5
LONGEST_STOP_MS = 200.0
PACE = 25_000
"""Messages a second while stops are looked for: little enough that only a stop delays an answer."""
PACED_SHARE = 0.5
"""Of the messages: too few for readings that wait to become statistics meanwhile, which is a stop of its own."""
LONGER = 3
OFTEN = '[checkpoint]\nevery = "1s"\n'
SELDOM = '[checkpoint]\nevery = "1h"\n'
WITHOUT_JOURNAL = "[journal]\nenabled = false\n"


def measure_cost(plan: Plan) -> Iterator[Figure]:
    """Messages a second, at the configuration's defaults: against paho, and against the same without a journal.

    Several times the messages of `capacity`, so that checkpoints fall into the stream.
    """
    durable, bare, peers = [], [], []
    messages = LONGER * plan.messages
    with stand_in_broker() as (broker, port):
        for pair in range(plan.pairs):
            last = pair == plan.pairs - 1
            durable.append(run_denyut(broker, port, messages, 1, TWO_WINDOWS, verify=last))
            bare.append(run_denyut(broker, port, messages, 1, TWO_WINDOWS + WITHOUT_JOURNAL, verify=last))
            peers.append(run_paho(broker, port, plan.messages, 1))
            rates = f"{durable[-1].rate:,.0f}/s, {bare[-1].rate:,.0f}/s without a journal, paho {peers[-1].rate:,.0f}/s"
            plan.say(f"durability: {rates}")
    for case, others, target in (
        ("journal and checkpoints, against paho", peers, AGAINST_PAHO),
        ("journal and checkpoints, against none", bare, AGAINST_NO_JOURNAL),
    ):
        yield figure_of_pairs("durability", case, target, durable=durable, other=others)


def recover(plan: Plan) -> tuple[Run, float]:
    """A stream, a kill right after it, and the seconds from the next start until everything is taken in again.

    No checkpoint falls into the stream, so the whole journal is read; the interpreter's start counts too.
    """
    with tempfile.TemporaryDirectory(prefix="denyut-bench-") as name, stand_in_broker() as (broker, port):
        directory = Path(name)
        with DenyutProcess(port, directory, TWO_WINDOWS + SELDOM, CONSUMER_CORE) as denyut:
            broker.hear("subscribed")
            run = stream_to(broker, denyut, plan.messages, DEVICES, 1)
            denyut.process.kill()
        broker.hear("left")
        began = time.monotonic()
        with DenyutProcess(port, directory, TWO_WINDOWS + SELDOM, CONSUMER_CORE) as denyut:
            wait_until(lambda: of_this_run(denyut) >= plan.messages, 120, "all messages taken in again", every=0.01)
            seconds = time.monotonic() - began
            denyut.check_ledger(plan.messages)
    return run, seconds


def of_this_run(denyut: DenyutProcess) -> int:
    """Messages that this very process has taken in; the file may still be that of the one before."""
    snapshot = denyut.snapshot()
    return snapshot.received if snapshot and snapshot.status["pid"] == denyut.process.pid else 0


def measure_recovery(plan: Plan) -> Figure:
    runs = []
    for _ in range(plan.pairs):
        runs.append(recover(plan))
        run, seconds = runs[-1]
        plan.say(f"durability: live {run.rate:,.0f}/s, recovery {run.messages / seconds:,.0f}/s in {seconds:.1f} s")
    return figure_of_runs(
        "durability",
        "start after a kill, messages a second against those of the stream",
        [run.messages / seconds / run.rate for run, seconds in runs],
        target=RECOVERY,
        live_messages_per_s=[run.rate for run, _ in runs],
        recovery_s=[seconds for _, seconds in runs],
    )


def longest_stop_ms(plan: Plan, checkpoints: str) -> tuple[float, int]:
    """The longest time between two acknowledgements, every device known before; and how many checkpoints fell into it.

    The devices report one after the other.
    """
    devices = plan.open_devices
    with (
        tempfile.TemporaryDirectory(prefix="denyut-bench-") as directory,
        stand_in_broker() as (broker, port),
        DenyutProcess(port, Path(directory), LONG_WINDOW + checkpoints, CONSUMER_CORE) as denyut,
    ):
        broker.hear("subscribed")
        stream_to(broker, denyut, devices, devices, 1)
        denyut.wait_for_messages(devices)
        messages = round(plan.messages * PACED_SHARE)
        broker.say({"stream": {"messages": messages, "devices": devices, "qos": 1, "rate": PACE}})
        taken = checkpoints_during(denyut, devices + messages)
        longest_ns = broker.hear("streamed", instead_of="left")["longest_gap_ns"]
        denyut.check_ledger(devices + messages)
    return longest_ns / 1e6, taken


def checkpoints_during(denyut: DenyutProcess, messages: int) -> int:
    """How many became valid until all messages had come."""
    seen: set[int] = set()
    deadline = time.monotonic() + 120
    while denyut.received() < messages:
        snapshot = denyut.snapshot()
        seen |= {snapshot.status["checkpoint"]["next_offset"]} if snapshot else set()
        if time.monotonic() > deadline:
            raise BenchmarkError(f"{denyut.received()} of {messages} messages came")
        time.sleep(0.1)
    return len(seen) - 1


def measure_stop(plan: Plan) -> Figure:
    with_checkpoints, without = [], []
    for _ in range(plan.pairs):
        longest_ms, taken = longest_stop_ms(plan, OFTEN)
        if not taken:
            raise BenchmarkError("no checkpoint fell into the stream")
        with_checkpoints.append(longest_ms)
        without.append(longest_stop_ms(plan, SELDOM)[0])
        plan.say(f"durability: {taken} checkpoints, longest stop {longest_ms:.0f} ms, {without[-1]:.0f} ms without any")
    return figure_of_runs(
        "durability",
        f"longest stop, {4 * plan.open_devices:,} series, checkpoints as often as they go",
        with_checkpoints,
        unit="ms",
        target=LONGEST_STOP_MS,
        ceiling=True,
        without_checkpoints_ms=without,
    )


def measure(plan: Plan) -> Iterator[Figure]:
    yield from measure_cost(plan)
    yield measure_recovery(plan)
    yield measure_stop(plan)

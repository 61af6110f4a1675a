"""What a small city costs: 300 devices that report once a minute, QoS 1."""

import time
from collections.abc import Iterator

from benchmarks.denyut_process import DEFAULT_WINDOWS
from benchmarks.figures import Figure
from benchmarks.growth import connected_denyut
from benchmarks.plan import Plan

DEVICES = 300
EVERY_S = 60.0
CORE_LIMIT_PERCENT = 2.0
MEMORY_LIMIT_MIB = 150.0
SETTLE_S = 10.0
"""After the start, before the measurement."""


def measure(plan: Plan) -> Iterator[Figure]:
    seconds = SETTLE_S + plan.idle_seconds
    with connected_denyut(DEFAULT_WINDOWS) as (broker, denyut):
        broker.say({"trickle": {"devices": DEVICES, "every_s": EVERY_S, "seconds": seconds}})
        time.sleep(SETTLE_S)
        cpu_before, began = denyut.cpu_seconds(), time.monotonic()
        messages = broker.hear("trickled", instead_of="left")["messages"]
        percent = 100 * (denyut.cpu_seconds() - cpu_before) / (time.monotonic() - began)
        denyut.wait_for_messages(messages)
        denyut.check_ledger(messages)
        peak, resident = denyut.peak_resident_mib(), denyut.resident_mib()
    case = f"{DEVICES} devices once a minute"
    plan.say(f"idle: {percent:.2f} % of one core, {resident:.0f} MiB, {peak:.0f} MiB at the peak")
    yield Figure("idle", f"CPU, {case}", percent, percent, percent, "% of a core", CORE_LIMIT_PERCENT, ceiling=True)
    yield Figure("idle", f"resident memory, {case}", resident, resident, peak, "MiB", MEMORY_LIMIT_MIB, ceiling=True)

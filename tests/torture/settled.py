"""The end of a test: everything has arrived, closed and been stored; then it is compared."""

import time
from collections.abc import Mapping

from tests.torture.denyut_run import SIZES_MS, DenyutRun
from tests.torture.publishing import Publishing
from tests.torture.stored import differences, unaccounted, unbalanced


def settle(
    run: DenyutRun, publisher: Publishing, sizes: Mapping[str, int] = SIZES_MS, peak_mib: float | None = None
) -> None:
    """Until every window of what was published has closed and is in the store; then an orderly stop.

    `peak_mib`: the process must never have held more.
    """
    run.until(lambda status: status["accepted"] >= publisher.count, f"all of {publisher.count} readings", 120)
    end_s = time.time() + max(sizes.values()) / 1000
    closed = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(end_s + 1))
    run.until(lambda status: (status["watermark"] or "") > closed, f"a watermark beyond {closed}")
    run.until(lambda status: not status["points_pending"], "the end of what waits for the store")
    if peak_mib is not None:
        print(f"{run.peak_resident_mib():.0f} MiB were resident at most")
        assert run.peak_resident_mib() < peak_mib
    run.stop()


def assert_exact(run: DenyutRun, publisher: Publishing, sizes: Mapping[str, int] = SIZES_MS) -> None:
    """Each reading is in its windows once, and the ledger says so, also for each device."""
    published = publisher.published()
    wrong = differences(run.query("window"), published, sizes)
    wrong += unbalanced(run.status(), publisher.count)
    wrong += unaccounted(run.devices(), published)
    assert not wrong, "\n".join(wrong)

"""Ten times more messages than can be handled."""

import time
from pathlib import Path

from ingest.journal.entries import Messages
from ingest.journal.reading import read_entries
from tests.servers.mosquitto import mosquitto
from tests.torture.denyut_run import KEEPS_ALL, DenyutRun
from tests.torture.length import either
from tests.torture.publishing import publishing
from tests.torture.settled import assert_exact, settle
from tests.torture.slowed import slowed

RATE = 10_000
LASTS_S = either(8, 60)
SHARES = {0: 0.001, 1: 0.003}
"""Of one core, for the whole process, by QoS: with nothing to acknowledge more is handled in the same time."""
RESIDENT_MIB = 400
PRIORITIES = '[kinds.meter]\npriority = "high"\n[kinds.traffic]\npriority = "low"\n'


def overload(run: DenyutRun, qos: int) -> None:
    """For a while less than a tenth of what comes can be handled."""
    before = in_journal(run)
    with slowed(run.pid, SHARES[qos]):
        time.sleep(LASTS_S)
        handled = in_journal(run) - before
    print(f"{handled / LASTS_S:.0f} of {RATE} messages/s were handled")
    assert handled < RATE * LASTS_S / 10


def in_journal(run: DenyutRun) -> int:
    """Messages; the status of a process that has no time is old."""
    entries = read_entries(run.data_dir / "journal")
    return sum(len(entry.batch) for _, entry in entries if isinstance(entry, Messages))


def test_at_qos_1_an_overload_loses_nothing_and_memory_stays_bounded(tmp_path: Path) -> None:
    with mosquitto(tmp_path) as port, DenyutRun(tmp_path, port, KEEPS_ALL) as run:
        run.start()
        run.until_subscribed()
        with publishing(tmp_path, port, RATE) as publisher:
            overload(run, 1)
            publisher.finish()
            settle(run, publisher, peak_mib=RESIDENT_MIB)
        assert_exact(run, publisher)


def test_at_qos_0_an_overload_is_accounted_for_and_memory_stays_bounded(tmp_path: Path) -> None:
    with mosquitto(tmp_path) as port, DenyutRun(tmp_path, port, KEEPS_ALL + PRIORITIES) as run:
        run.start()
        run.until_subscribed()
        with publishing(tmp_path, port, RATE, "--qos", "0") as publisher:
            overload(run, 0)
            publisher.finish()
            last = -1
            while (received := run.status()["received"]) > last:
                last = received
                time.sleep(2)
            print(f"{received} of {publisher.count} came, {run.peak_resident_mib():.0f} MiB were resident at most")
            assert run.peak_resident_mib() < RESIDENT_MIB
            run.stop()
        status = run.status()
        assert 0 < status["received"] <= publisher.count
        assert set(status["rejected"]) <= {"shed"}
        assert status["received"] == status["accepted"] + status["duplicate"] + sum(status["rejected"].values())
        shed = {device["kind"] for device in run.devices() if device["rejected"]}
        assert "meter" not in shed

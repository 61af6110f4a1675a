import numpy as np

from config.settings import Kind, Settings
from simulators.behaviours import BEHAVIOURS
from simulators.faults.sent import Sent
from simulators.fleet import Fleet
from simulators.uploads import Uploads
from simulators.wire import Wire

SECOND = 1_000_000_000
START = 1_772_406_000 * SECOND


def gathered(every_s: int, payload: str, lasts_s: int = 600) -> Sent:
    """Of one air station."""
    settings = Settings(kinds={kind: Kind(every=every_s * SECOND) for kind in BEHAVIOURS})
    fleet, wire = Fleet(settings, 1, 30), Wire(settings, payload)
    for kind, group in fleet.groups.items():
        wire.add(kind, group.devices)
    report = next(each for each in fleet.reports(START, START + lasts_s * SECOND) if each.kind == "air")
    sent = Uploads(fleet, wire).gathered(Sent.of(report))
    return sent.take(np.flatnonzero(sent.device == 0))


def test_three_readings_leave_with_the_last_of_them() -> None:
    sent = gathered(10, "list")
    waited = ((sent.sent_ns - sent.time_ns) // SECOND).tolist()
    assert set(waited) == {0, 10, 20}
    assert all(sent.together.tolist())
    _, size = np.unique(sent.sent_ns, return_counts=True)
    assert set(size[1:-1].tolist()) == {3}


def test_no_reading_waits_for_more_than_a_minute() -> None:
    assert set(((gathered(60, "list").sent_ns - gathered(60, "list").time_ns) // SECOND).tolist()) == {0, 60}
    sent = gathered(61, "list")
    assert (sent.sent_ns == sent.time_ns).all()
    assert not sent.together.any()


def test_devices_that_gather_nothing_send_each_reading_at_once() -> None:
    sent = gathered(10, "flat")
    assert (sent.sent_ns == sent.time_ns).all()
    assert not sent.together.any()

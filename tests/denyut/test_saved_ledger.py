import numpy as np

from denyut.saved_ledger import describe_ledger, restore_ledger
from ingest.ledger import Count, Ledger, Numbered
from ingest.reasons import Reason


def filled() -> Ledger:
    ledger = Ledger(received=9, accepted=5, duplicate=1, late=2, readings=7, published=20, missing=4, restarts=1)
    ledger.reject(Reason.NO_QUANTITY, np.array([3, 3, -1], np.int32))
    ledger.parts_rejected[Reason.TIME_INVALID] = 6
    ledger.add(Count.ACCEPTED, np.array([1_500], np.int32))
    ledger.count_numbers(Numbered.MISSING, np.array([2], np.int32), np.array([4]))
    ledger.violations = 3
    return ledger


def test_everything_that_was_counted_comes_back() -> None:
    restored = restore_ledger(describe_ledger(filled()))
    assert (restored.received, restored.accepted, restored.duplicate, restored.late, restored.readings) == (
        9,
        5,
        1,
        2,
        7,
    )
    assert (restored.published, restored.missing, restored.restarts, restored.violations) == (20, 4, 1, 3)
    assert restored.rejected == {Reason.NO_QUANTITY: 3}
    assert restored.parts_rejected == {Reason.TIME_INVALID: 6}
    assert np.flatnonzero(restored.devices[Count.ACCEPTED]).tolist() == [1_500]
    assert restored.numbered[Numbered.MISSING, 2] == 4
    assert restored.reasons[Reason.NO_QUANTITY].tolist() == [0, 0, 0, 2]
    restored.reject(Reason.NO_QUANTITY, np.array([0], np.int32))
    assert restored.balanced is False, "the counts go on: what was restored can be written to"


def test_a_ledger_of_before_counters_and_reasons_by_device_is_still_read() -> None:
    saved = {
        "received": 3,
        "accepted": 2,
        "duplicate": 0,
        "late": 0,
        "readings": 2,
        "rejected": {"not_utf8": 1},
        "parts_rejected": {},
        "devices": np.arange(12, dtype=np.int64).tobytes(),
    }
    ledger = restore_ledger(saved)
    assert (ledger.received, ledger.published, ledger.balanced, ledger.reasons) == (3, 0, True, {})
    assert ledger.devices.tolist() == [[0, 1], [2, 3], [4, 5], [6, 7], [8, 9], [10, 11]]
    assert ledger.numbered.shape == (3, 0)

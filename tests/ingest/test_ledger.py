import numpy as np

from ingest.ledger import Count, Ledger
from ingest.reasons import Reason


def rows(*devices: int) -> np.ndarray:
    return np.array(devices, np.int32)


def test_each_device_is_counted_as_often_as_it_stands_there() -> None:
    ledger = Ledger()
    ledger.add(Count.RECEIVED, rows(2, 0, 2, 2))
    ledger.add(Count.REJECTED, rows(0))
    ledger.add(Count.RECEIVED, rows(2))
    assert ledger.devices[Count.RECEIVED, :4].tolist() == [1, 0, 4, 0]
    assert ledger.devices[Count.REJECTED, :4].tolist() == [1, 0, 0, 0]
    assert ledger.devices.sum() == 6


def test_the_columns_grow_with_the_devices_and_keep_their_counts() -> None:
    ledger = Ledger()
    ledger.add(Count.ACCEPTED, rows(1023))
    ledger.add(Count.ACCEPTED, rows(1024))
    ledger.add(Count.READINGS, rows(1_000_000, 5))
    assert ledger.devices.shape[0] == len(Count)
    assert np.flatnonzero(ledger.devices[Count.ACCEPTED]).tolist() == [1023, 1024]
    assert np.flatnonzero(ledger.devices[Count.READINGS]).tolist() == [5, 1_000_000]


def test_a_growing_city_does_not_move_the_columns_for_each_new_device() -> None:
    ledger = Ledger()
    widths = set()
    for device in range(0, 100_000, 10):
        ledger.add(Count.RECEIVED, rows(device))
        widths.add(ledger.devices.shape[1])
    assert len(widths) < 20
    assert ledger.devices[Count.RECEIVED].sum() == 10_000


def test_nobody_counts_nothing() -> None:
    ledger = Ledger()
    ledger.add(Count.LATE, rows())
    assert ledger.devices.sum() == 0


def test_a_ledger_balances_when_every_message_went_somewhere() -> None:
    ledger = Ledger(received=10, accepted=6, duplicate=1)
    ledger.rejected.update({Reason.INVALID_JSON: 2, Reason.TOO_LATE: 1})
    assert ledger.balanced
    ledger.received += 1
    assert not ledger.balanced


def test_parts_and_readings_are_beside_the_balance() -> None:
    ledger = Ledger(received=1, accepted=1, readings=500)
    ledger.parts_rejected[Reason.TIME_INVALID] += 3
    assert ledger.balanced

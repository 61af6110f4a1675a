import logging

import numpy as np
import pytest

from ingest.ledger import Count, Ledger, Numbered
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


def test_a_rejection_is_counted_by_reason_for_each_device_and_in_all() -> None:
    ledger = Ledger()
    ledger.reject(Reason.NO_QUANTITY, rows(3, -1, 3))
    ledger.reject(Reason.NOT_UTF8, rows(0))
    assert ledger.rejected == {Reason.NO_QUANTITY: 3, Reason.NOT_UTF8: 1}
    assert ledger.reasons[Reason.NO_QUANTITY].tolist() == [0, 0, 0, 2]
    assert ledger.reasons[Reason.NOT_UTF8].tolist() == [1]
    assert ledger.devices[Count.REJECTED, :4].tolist() == [1, 0, 0, 2]


def test_a_reason_that_only_messages_of_no_device_have_keeps_no_column() -> None:
    ledger = Ledger()
    ledger.reject(Reason.TOPIC_UNKNOWN, rows(-1, -1))
    assert (ledger.rejected, ledger.reasons) == ({Reason.TOPIC_UNKNOWN: 2}, {})


def test_numbers_that_came_after_all_are_missing_no_longer() -> None:
    ledger = Ledger()
    assert ledger.numbered.shape == (3, 0)
    ledger.count_numbers(Numbered.MISSING, rows(2, 0, 2), np.array([5, 1, -2]))
    ledger.count_numbers(Numbered.MISSING, rows(0, 1_500), np.array([-1, 7]))
    assert ledger.numbered[Numbered.MISSING, :3].tolist() == [0, 0, 3]
    assert (ledger.numbered[Numbered.MISSING].sum(), ledger.numbered[Numbered.PUBLISHED].sum()) == (10, 0)


def test_a_difference_is_logged_with_its_numbers_once_and_ends_nothing(caplog: pytest.LogCaptureFixture) -> None:
    ledger = Ledger(received=10, accepted=6, duplicate=1)
    ledger.rejected[Reason.TOO_LATE] = 3
    ledger.check()
    assert (ledger.violations, caplog.text) == (0, "")
    ledger.received += 1
    with caplog.at_level(logging.ERROR):
        ledger.check()
        ledger.check()
    assert ledger.violations == 1
    assert [record.getMessage() for record in caplog.records] == [
        "the ledger does not agree: received 11, accepted 6, duplicate 1, rejected 3"
    ]


def test_a_device_whose_sums_differ_is_found_however_many_devices_there_are(caplog: pytest.LogCaptureFixture) -> None:
    ledger = Ledger()
    ledger.add(Count.RECEIVED, np.arange(200_000, dtype=np.int32))
    ledger.add(Count.ACCEPTED, np.arange(200_000, dtype=np.int32))
    ledger.add(Count.DUPLICATE, rows(150_000))
    with caplog.at_level(logging.ERROR):
        for _ in range(20):
            ledger.check_devices()
    assert ledger.violations == 1
    assert [record.getMessage() for record in caplog.records] == [
        "the ledger does not agree for 1 devices; row 150000: received 1, accepted 1, duplicate 1, rejected 0"
    ]

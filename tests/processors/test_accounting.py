"""received = accepted + duplicate + rejected, for each device and in all, whatever the messages hold."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from ingest.decoding import DecodedBatch, Rejection
from ingest.ledger import Count, Ledger
from ingest.reasons import Reason
from processors.accounting import account, account_numbers, account_unread
from processors.outcomes import Outcome
from processors.sequences import Sequences
from tests.processors.batches import Row, at, batch

NOW = at("10:00:00")


def entered(
    size: int, readings: list[tuple[int, int, Outcome]], rejections: list[Rejection] | None = None
) -> tuple[Ledger, list[tuple[int, Reason]]]:
    """readings: (message, device, outcome)."""
    ledger = Ledger()
    made = batch([Row(device, NOW, {"v": 1.0}, message=message) for message, device, _ in readings])
    outcomes = np.array([outcome for *_, outcome in readings], np.uint8)
    aside = account(ledger, size, DecodedBatch([made], rejections or []), [outcomes])
    return ledger, aside


def of_device(ledger: Ledger, device: int) -> dict[str, int]:
    return {count.name.lower(): int(ledger.devices[count, device]) for count in Count if ledger.devices[count, device]}


def test_a_message_of_one_reading_ends_as_its_reading_does() -> None:
    outcomes = [Outcome.ACCEPTED, Outcome.LATE, Outcome.DUPLICATE, Outcome.TOO_LATE, Outcome.TIME_AHEAD]
    ledger, aside = entered(5, [(message, 7, outcome) for message, outcome in enumerate(outcomes)])
    assert (ledger.received, ledger.accepted, ledger.late, ledger.duplicate) == (5, 2, 1, 1)
    assert ledger.rejected == {Reason.TOO_LATE: 1, Reason.TIME_AHEAD: 1}
    assert aside == [(3, Reason.TOO_LATE), (4, Reason.TIME_AHEAD)]
    counted = {"received": 5, "accepted": 2, "duplicate": 1, "rejected": 2, "late": 1, "readings": 2}
    assert of_device(ledger, 7) == counted


def test_one_accepted_reading_accepts_its_message_and_the_lost_ones_beside_it_are_named() -> None:
    fates = [Outcome.TOO_LATE, Outcome.TOO_LATE, Outcome.ACCEPTED, Outcome.OUT_OF_RANGE, Outcome.DUPLICATE]
    ledger, aside = entered(1, [(0, 2, fate) for fate in fates])
    assert (ledger.received, ledger.accepted, ledger.readings, ledger.rejected.total()) == (1, 1, 1, 0)
    assert ledger.parts_rejected == {Reason.TOO_LATE: 2, Reason.OUT_OF_RANGE: 1}
    assert aside == [(0, Reason.TOO_LATE), (0, Reason.OUT_OF_RANGE)]


def test_a_message_of_rejected_readings_counts_once() -> None:
    ledger, aside = entered(1, [(0, 2, Outcome.OUT_OF_RANGE), (0, 2, Outcome.TOO_LATE)])
    assert ledger.rejected == {Reason.TOO_LATE: 1}
    assert ledger.parts_rejected == {}
    assert aside == [(0, Reason.TOO_LATE)]


def test_what_could_not_be_decoded_counts_for_its_device_where_the_topic_names_one() -> None:
    rejections = [Rejection(0, Reason.INVALID_JSON, 4), Rejection(1, Reason.TOPIC_UNKNOWN, -1)]
    ledger, aside = entered(3, [(2, 5, Outcome.ACCEPTED)], rejections)
    assert ledger.rejected == {Reason.INVALID_JSON: 1, Reason.TOPIC_UNKNOWN: 1}
    assert aside == [(0, Reason.INVALID_JSON), (1, Reason.TOPIC_UNKNOWN)]
    assert of_device(ledger, 4) == {"received": 1, "rejected": 1}
    assert of_device(ledger, 5) == {"received": 1, "accepted": 1, "readings": 1}


def test_a_retained_message_is_counted_and_is_no_dead_letter() -> None:
    ledger, aside = entered(2, [(1, 0, Outcome.ACCEPTED)], [Rejection(0, Reason.RETAINED, 0)])
    assert ledger.rejected == {Reason.RETAINED: 1}
    assert aside == []


def test_a_message_sent_again_is_a_duplicate_whatever_it_holds() -> None:
    ledger = Ledger()
    decoded = DecodedBatch(repeated=np.array([0, 2]), repeated_device=np.array([6, -1], np.int32))
    decoded.rejections = [Rejection(1, Reason.INVALID_JSON, 6)]
    assert account(ledger, 3, decoded, []) == [(1, Reason.INVALID_JSON)]
    assert (ledger.received, ledger.duplicate, ledger.rejected.total(), ledger.balanced) == (3, 2, 1, True)
    assert of_device(ledger, 6) == {"received": 2, "duplicate": 1, "rejected": 1}
    assert ledger.devices.sum() == 4


def test_shed_messages_are_received_and_rejected_by_device() -> None:
    ledger = Ledger()
    account_unread(ledger, Reason.SHED, np.array([4, -1, 4, 5], np.int32))
    assert (ledger.received, ledger.rejected, ledger.balanced) == (4, {Reason.SHED: 4}, True)
    assert of_device(ledger, 4) == {"received": 2, "rejected": 2}
    assert ledger.reasons[Reason.SHED].tolist() == [0, 0, 0, 0, 2, 1]


def test_reasons_add_up_to_what_each_device_had_rejected() -> None:
    ledger, _ = entered(
        4,
        [(0, 7, Outcome.TOO_LATE), (1, 2, Outcome.OUT_OF_RANGE), (2, 7, Outcome.TOO_LATE)],
        [Rejection(3, Reason.NOT_AN_OBJECT, 7)],
    )
    assert {reason: counts[7] for reason, counts in ledger.reasons.items() if len(counts) > 7} == {
        Reason.TOO_LATE: 2,
        Reason.NOT_AN_OBJECT: 1,
    }
    assert ledger.reasons[Reason.OUT_OF_RANGE].tolist() == [0, 0, 1]


def test_what_the_counters_tell_is_entered_by_device_and_in_all() -> None:
    ledger, sequences = Ledger(), dict[str, Sequences]()
    rows = [
        Row(device, NOW, {"v": 1.0}, sequence=number) for device, number in ((2, 5), (2, 9), (0, 1), (2, 7), (1, -1))
    ]
    account_numbers(ledger, sequences, [batch(rows), batch(rows[2:3], source="other")])
    assert (ledger.published, ledger.missing, ledger.restarts) == (7, 2, 0)
    assert ledger.numbered[:, :3].tolist() == [[2, 0, 5], [0, 0, 2], [0, 0, 0]]
    assert list(sequences) == ["mqtt", "other"]


FATES = st.sampled_from([*Outcome, *(Reason.NOT_AN_OBJECT, Reason.NO_QUANTITY)])
MESSAGES = st.lists(st.tuples(st.integers(-1, 3), st.lists(FATES, min_size=1, max_size=5)), min_size=1, max_size=20)


@given(st.lists(MESSAGES, max_size=4))
def test_the_sums_agree_for_buffered_uploads_of_mixed_fates(batches: list[list[tuple[int, list[Outcome | Reason]]]]):
    ledger = Ledger()
    for messages in batches:
        readings, outcomes, rejections = [], [], []
        for message, (device, fates) in enumerate(messages):
            for fate in fates:
                if device < 0 or isinstance(fate, Reason):
                    reason = fate if isinstance(fate, Reason) else Reason.TOPIC_UNKNOWN
                    rejections.append(Rejection(message, reason, device))
                else:
                    readings.append(Row(device, NOW, {"v": 1.0}, message=message))
                    outcomes.append(fate)
        decoded = DecodedBatch([batch(readings)] if readings else [], rejections)
        account(ledger, len(messages), decoded, [np.array(outcomes, np.uint8)] if readings else [])
    assert ledger.balanced
    assert ledger.received == sum(map(len, batches))
    assert ledger.violations == 0
    received, accepted, duplicate, rejected, late, _ = ledger.devices
    by_reason = sum((counts[:4].sum() for counts in ledger.reasons.values()), 0)
    assert by_reason == rejected.sum()
    assert np.array_equal(received, accepted + duplicate + rejected)
    named = [device for messages in batches for device, _ in messages if device >= 0]
    assert received[:4].tolist() == [named.count(device) for device in range(4)]
    assert (accepted.sum(), duplicate.sum(), late.sum()) == (ledger.accepted, ledger.duplicate, ledger.late)
